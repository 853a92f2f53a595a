"""The questions that ``tth doctor`` asks, and what it finds."""

from __future__ import annotations

import asyncio
import platform
import re
import shutil
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Protocol

import tth
from tth.adapters.shared import Shared
from tth.cli.checkup_page import ask
from tth.cli.findings import Finding, Status
from tth.config.mistakes import each_mistake
from tth.config.models import LIBRARIES, list_models, models_folder
from tth.config.profiles import Component, Profile, resolve_profile
from tth.config.settings import Settings
from tth.config.sources import read_settings, read_sources
from tth.errors import AdapterError, TthError
from tth.plugins.loader import load_plugins
from tth.plugins.offers import said
from tth.plugins.registry import Registry

OLDEST_PYTHON = (3, 11)
BUILD_S = 20.0
"""Seconds that an adapter's class gets to be imported, made, warmed up and closed."""

TRIED = ("realtime", "llm", "tts", "avatar")
"""Kinds of adapters that the path from a question to the face goes through."""


SPARE = ("stt",)
"""Kinds that a session goes on without: who is not heard can type."""


class Told(Protocol):
    """Who is told what is found, as it is found."""

    def begin(self, part: str) -> None:
        """What follows belongs to this part."""

    def doing(self, what: str) -> None:
        """This is looked at now."""

    def found(self, finding: Finding) -> None:
        """This was found."""


async def examine(profile: str | None, sets: Sequence[str], trust: bool, live: bool, told: Told) -> None:
    """Look at everything that a run with this profile needs, then try it if ``live``.

    Raises:
        TthError: A setting cannot be used, which makes further looking pointless.
    """
    from tth.cli.checkup_live import Deadlines, try_path

    deadlines = Deadlines.from_now(asyncio.get_running_loop().time())
    told.doing("packages and plugins")
    sources = read_sources(sets, trust=trust)
    settings = read_settings(sources)
    registry = load_plugins()
    for finding in (_python(), _packages(), *_folders(str(sources.folders[0].config)), *_plugins(registry)):
        told.found(finding)
    name = profile or settings.profile
    resolved: Profile | None = None
    try:
        resolved = resolve_profile(name, sources, registry, typed=True)
    except TthError as error:
        for each in each_mistake(error):
            told.found(Finding(name=f"profile {name}", status="failed", detail=str(each)))
    else:
        told.found(Finding(name=f"profile {resolved.name}", detail=resolved.source))
        told.doing("adapters")
        for finding in await _adapters(resolved, registry, deadlines.adapters if live else None):
            told.found(finding)
    models = await asyncio.to_thread(list_models, models_folder(settings, sources))
    for finding in (await asyncio.to_thread(_port, settings), *_undrawable(models, LIBRARIES), *_extras()):
        told.found(finding)
    if live and resolved is not None:
        await try_path(resolved, registry, settings, deadlines, told)


def _python() -> Finding:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}, tth {tth.__version__}"
    if sys.version_info >= OLDEST_PYTHON:
        return Finding(name="Python", detail=detail)
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Finding(name="Python", status="failed", detail=detail, fix=f"Install Python {oldest} or newer.")


def _packages() -> Finding:
    needed = [
        re.split(r"[ ;<>=!~\[(]", requirement, maxsplit=1)[0]
        for requirement in metadata.requires("tth") or ()
        if "extra ==" not in requirement
    ]
    missing = [name for name in needed if not _installed(name)]
    if not missing:
        return Finding(name="Packages", detail=f"all {len(needed)} that tth builds on")
    return Finding(
        name="Packages",
        status="failed",
        detail=f"missing {', '.join(missing)}",
        fix=f"Run: python -m pip install {' '.join(missing)}",
    )


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _folders(user: str) -> Iterator[Finding]:
    yield Finding(name="Your config folder", detail=user)


def _plugins(registry: Registry) -> Iterator[Finding]:
    working = [plugin for plugin in registry.plugins if not plugin.problem]
    yield Finding(name="Plugins", detail=f"{len(working)} of {len(registry.plugins)} can be used")
    for plugin in registry.plugins:
        for reason in (plugin.problem, *plugin.refused):
            if reason:
                whose = f"plugin {plugin.name} of {plugin.distribution}"
                yield Finding(name=whose, status="warning", detail=reason)


async def _adapters(profile: Profile, registry: Registry, until: float | None) -> list[Finding]:
    """Build each adapter; one that fails is fatal only where no other of its kind can be built.

    With a deadline none is warmed up, and none of those fails here that the path is tried with next: it is for the path
    to say where it breaks.
    """
    components = [component for kind in profile.components.values() for component in kind]
    async with asyncio.TaskGroup() as group:
        troubles = {id(component): group.create_task(_trouble(component, registry, until)) for component in components}
    findings: list[Finding] = []
    for kind, alike in profile.components.items():
        found = [troubles[id(component)].result() for component in alike]
        works = [not reason for reason, _ in found]
        for place, (component, (reason, notes)) in enumerate(zip(alike, found, strict=True)):
            role = "primary" if place == 0 else "fallback"
            name = f"{kind} {component.name} ({role})"
            if not reason:
                findings.append(Finding(name=name, detail="can be used"))
                findings += [Finding(name=name, status="warning", detail=note) for note in notes]
                continue
            instead = f"{alike[works.index(True)].name} takes its place." if any(works) else ""
            tried = until is not None and kind in TRIED
            status: Status = "warning" if any(works) or tried or kind in SPARE else "failed"
            findings.append(Finding(name=name, status=status, detail=reason, fix=instead))
    return findings


async def _trouble(component: Component, registry: Registry, until: float | None) -> tuple[str, list[str]]:
    """Why an adapter cannot be built here, empty where it can; and what a person should know of it."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(loop.time() + BUILD_S if until is None else until):
            return "", await _build(component, registry, warm=until is None)
    except TimeoutError:
        if until is None:
            return f"not ready within {BUILD_S:g} s", []
        return "", ["does not answer at once; what it can do is tried below"]
    except AdapterError as error:
        return error.problem, []
    except TthError as error:
        return str(error), []
    except Exception as error:  # a stranger's class
        return said(error), []


async def _build(component: Component, registry: Registry, *, warm: bool) -> list[str]:
    shared = Shared()
    made = registry.resolve(component.kind, component.name).adapter_class()
    adapter = made(component.options, shared)
    warm_up = getattr(made, "warm_up", None) if warm else None
    lease = await warm_up(component.options, shared) if warm_up is not None else None
    await adapter.close()
    if lease is not None:
        await lease.close()
    check_up = getattr(made, "check_up", None)
    return list(await check_up(component.options)) if check_up is not None else []


def _port(settings: Settings) -> Finding:
    name = f"Address {settings.host}:{settings.port}"
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with closing(socket.create_server((settings.host, settings.port), family=family)):
            return Finding(name=name, detail="free")
    except OSError as error:
        if (told := ask(settings, "/health")) is not None and "components" in told:
            return Finding(name=name, detail=f"a tth server runs there, with profile {told.get('profile')}")
        fix = "Stop what uses it, or choose another: --set port=8001"
        return Finding(name=name, status="failed", detail=error.strerror or str(error), fix=fix)


def _undrawable(models: Sequence[str], libraries: Path) -> Iterator[Finding]:
    """Models that nothing is there to draw with."""
    if models and not libraries.is_dir():
        which = f"{', '.join(models[:3])}{' and others' if models[3:] else ''} cannot be shown without their libraries"
        fix = "Install Node.js, then install tth again."
        yield Finding(name="Avatars from files", status="warning", detail=which, fix=fix)


def _extras() -> Iterator[Finding]:
    """Programs that only the tests of tth itself use."""
    for name, commands in (("Chromium", ("chromium", "chromium-browser", "google-chrome")), ("Node", ("node",))):
        path = next(filter(None, map(shutil.which, commands)), None)
        detail = path or "not found; only the tests of the page need it"
        yield Finding(name=name, status="ok" if path else "warning", detail=detail)

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
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import tth
from tth.adapters.shared import Shared
from tth.cli.output import counted
from tth.config.mistakes import each_mistake
from tth.config.profiles import Component, Profile, resolve_profile
from tth.config.settings import Settings
from tth.config.sources import read_settings, read_sources
from tth.core.controls import TurnControl
from tth.core.media import MEDIA_RATE_HZ
from tth.errors import AdapterError, TthError
from tth.plugins.loader import load_plugins
from tth.plugins.offers import said
from tth.plugins.registry import Registry

OLDEST_PYTHON = (3, 11)
BUILD_S = 20.0
"""Seconds that an adapter's class gets to be imported, made, warmed up and closed."""

TURN_S = 60.0
"""Seconds that one turn gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        status: ``failed`` where tth cannot do without it, ``warning`` where it can.
        detail: What was found.
        fix: How to mend it; empty where nothing is wrong.
    """

    name: str
    status: Literal["ok", "warning", "failed"] = "ok"
    detail: str = ""
    fix: str = ""


def examine(profile: str | None, sets: Sequence[str] = (), trust: bool = False) -> list[Finding]:
    """Look at everything that a run with this profile needs.

    Raises:
        TthError: A setting cannot be used, which makes further looking pointless.
    """
    sources = read_sources(sets, trust=trust)
    settings = read_settings(sources)
    registry = load_plugins()
    findings = [_python(), _packages(), *_folders(str(sources.folders[0].config)), *_plugins(registry)]
    name = profile or settings.profile
    try:
        resolved = resolve_profile(name, sources, registry, typed=True)
    except TthError as error:
        findings += [Finding(name=f"profile {name}", status="failed", detail=str(each)) for each in each_mistake(error)]
    else:
        findings.append(Finding(name=f"profile {resolved.name}", detail=resolved.source))
        findings += asyncio.run(_adapters(resolved, registry))
        if all(finding.status != "failed" for finding in findings):
            findings.append(asyncio.run(_turn(resolved, registry)))
    return [*findings, _port(settings), *_extras()]


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


async def _adapters(profile: Profile, registry: Registry) -> list[Finding]:
    """Build each adapter; one that fails is fatal only where no other of its kind can be built."""
    findings: list[Finding] = []
    for kind, components in profile.components.items():
        notes: dict[str, list[str]] = {}
        reasons = [await _trouble(component, registry, notes) for component in components]
        works = [not reason for reason in reasons]
        for place, (component, reason) in enumerate(zip(components, reasons, strict=True)):
            role = "primary" if place == 0 else "fallback"
            name = f"{kind} {component.name} ({role})"
            if not reason:
                findings.append(Finding(name=name, detail="can be used"))
                told = notes.get(component.name, ())
                findings += [Finding(name=name, status="warning", detail=note) for note in told]
                continue
            instead = f"{components[works.index(True)].name} takes its place." if any(works) else ""
            status: Literal["warning", "failed"] = "warning" if any(works) else "failed"
            findings.append(Finding(name=name, status=status, detail=reason, fix=instead))
    return findings


async def _trouble(component: Component, registry: Registry, notes: dict[str, list[str]]) -> str:
    """Why an adapter cannot be built and warmed up here, empty where it can; it may fill ``notes``."""
    try:
        async with asyncio.timeout(BUILD_S):
            shared = Shared()
            made = registry.resolve(component.kind, component.name).adapter_class()
            adapter = made(component.options, shared)
            warm_up = getattr(made, "warm_up", None)
            lease = await warm_up(component.options, shared) if warm_up is not None else None
            await adapter.close()
            if lease is not None:
                await lease.close()
            check_up = getattr(made, "check_up", None)
            if check_up is not None:
                notes[component.name] = await check_up(component.options)
    except AdapterError as error:
        return error.problem
    except TthError as error:
        return str(error)
    except Exception as error:  # a stranger's class
        return said(error)
    return ""


async def _turn(profile: Profile, registry: Registry) -> Finding:
    """Hold one turn with the profile, as a person would."""
    from tth.cli.take import one_turn
    from tth.cli.talk import local_talk

    try:
        async with asyncio.timeout(TURN_S), local_talk(registry, profile) as talk:
            take = await one_turn(talk, "Hello, can you hear me?", TurnControl())
    except TthError as error:
        return Finding(name="One turn", status="failed", detail=str(error))
    except TimeoutError:
        return Finding(name="One turn", status="failed", detail=f"no end within {TURN_S:g} s")
    if take.lack:
        return Finding(name="One turn", status="failed", detail=take.lack)
    first = f", the first after {take.ms['first_audio']:.0f} ms" if "first_audio" in take.ms else ""
    seconds = take.units / MEDIA_RATE_HZ
    return Finding(
        name="One turn", detail=f"{seconds:.1f} s of speech{first}, {counted(len(take.frames), 'frame')} of the face"
    )


def _port(settings: Settings) -> Finding:
    name = f"Address {settings.host}:{settings.port}"
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with closing(socket.create_server((settings.host, settings.port), family=family)):
            return Finding(name=name, detail="free")
    except OSError as error:
        fix = "Stop what uses it, or choose another: --set port=8001"
        return Finding(name=name, status="failed", detail=error.strerror or str(error), fix=fix)


def _extras() -> Iterator[Finding]:
    """Programs that only the tests of tth itself use."""
    for name, commands in (("Chromium", ("chromium", "chromium-browser", "google-chrome")), ("Node", ("node",))):
        path = next(filter(None, map(shutil.which, commands)), None)
        detail = path or "not found; only the tests of the page need it"
        yield Finding(name=name, status="ok" if path else "warning", detail=detail)

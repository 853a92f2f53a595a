"""Loads the plugins of the entry-point group ``tth``, each by itself, so that a broken one harms no other."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.metadata import EntryPoint
from importlib.resources.abc import Traversable
from typing import Any

import pluggy

from tth import hookspecs
from tth.config.catalogue import KINDS, Kind
from tth.config.nearest import suggestion
from tth.errors import PluginError
from tth.plugins.entry_points import GROUP, distribution_of, find_entry_points
from tth.plugins.offers import Offer, Plugin, check_name, check_offer, said
from tth.plugins.registry import Registry

HOOKS = (*(f"register_{kind}" for kind in KINDS), "register_profiles", "register_commands", "observe_session")
"""Every hook there is."""


def load_plugins(found: Iterable[EntryPoint] | None = None, *, strict: bool = False) -> Registry:
    """Load every plugin.

    Args:
        found: Instead of the entry points that are installed.
        strict: Whether a plugin's mistake stops the start.

    Raises:
        PluginError: With ``strict``: a plugin would have been set aside, or an offer refused.
    """
    plugins: list[Plugin] = []
    managers: dict[int, pluggy.PluginManager] = {}
    taken = _Taken()
    for entry_point in find_entry_points() if found is None else found:
        plugin, manager = _load(entry_point)
        if manager is not None:
            plugin = taken.accept(plugin)
            managers[len(plugins)] = manager
        plugins.append(plugin)
        if strict and (reason := plugin.problem or "; ".join(plugin.refused)):
            raise PluginError(f"plugin {plugin.name!r} of {plugin.distribution} {plugin.version}: {reason}")
    return Registry(tuple(plugins), managers)


def _load(entry_point: EntryPoint) -> tuple[Plugin, pluggy.PluginManager | None]:
    """Load one plugin into a manager of its own: setting it aside is dropping that manager."""
    distribution, version = distribution_of(entry_point)
    plugin = Plugin(name=entry_point.name, module=entry_point.value, distribution=distribution, version=version)
    offers: list[Offer] = []
    try:
        manager = _hooked(entry_point)
        profiles = _collect(manager, plugin, offers)
    except PluginError as error:
        return replace(plugin, problem=str(error)), None
    except (Exception, SystemExit) as error:  # a stranger's module and its hooks
        return replace(plugin, problem=said(error)), None
    hooks = tuple(name for name in HOOKS if getattr(manager.hook, name).get_hookimpls())
    return replace(plugin, offers=tuple(offers), profiles=profiles, hooks=hooks), manager


def _hooked(entry_point: EntryPoint) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    module = entry_point.load()
    # Before the specifications are known, so that a mistake is told in our words and with every name in it.
    manager.register(module, entry_point.name)
    callers = manager.get_hookcallers(module) or []
    if not callers:
        raise PluginError("no function is marked with @tth.hookimpl; mark the hooks it implements")
    for caller in callers:
        _check_hook(caller)
    manager.add_hookspecs(hookspecs)
    return manager


def _check_hook(caller: Any) -> None:
    impl = caller.get_hookimpls()[0]
    if caller.name not in HOOKS:
        if impl.optionalhook:
            return
        raise PluginError(f"no hook named {caller.name!r}; {suggestion(caller.name, HOOKS)}")
    known = list(inspect.signature(getattr(hookspecs, caller.name)).parameters)
    for argument in impl.argnames:
        if argument not in known:
            raise PluginError(f"{caller.name} has no argument {argument!r}; {suggestion(argument, known)}")


def _collect(manager: pluggy.PluginManager, plugin: Plugin, offers: list[Offer]) -> dict[str, Traversable]:
    """Call the hooks that register. Whatever they raise reaches the caller."""
    for kind in KINDS:
        getattr(manager.hook, f"register_{kind}")(register=_register(kind, plugin, offers))
    profiles: dict[str, Traversable] = {}

    def register_profile(name: str, file: Traversable) -> None:
        check_name("register_profiles", name)
        if not hasattr(file, "read_bytes"):
            raise PluginError(
                f"register_profiles: {name!r} is no file; use importlib.resources.files(...) / 'name.yaml'"
            )
        profiles[name] = file

    manager.hook.register_profiles(register=register_profile)
    return profiles


def _register(kind: Kind, plugin: Plugin, offers: list[Offer]) -> Callable[..., None]:
    def register(
        name: str, adapter: Callable[..., Any] | str, *, config: type[Any] | str | None = None, summary: str = ""
    ) -> None:
        offer = Offer(
            kind=kind,
            name=name,
            adapter=adapter,
            config=config,
            summary=summary,
            distribution=plugin.distribution,
            version=plugin.version,
        )
        check_offer(offer)
        offers.append(offer)

    register.__qualname__ = "register"  # a wrong call is told by this name
    return register


class _Taken:
    """The names that plugins have taken so far, each with its owner."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], Plugin] = {}

    def accept(self, plugin: Plugin) -> Plugin:
        """The plugin with the offers that it may keep."""
        refused: list[str] = []
        offers = tuple(o for o in plugin.offers if self._take(f"{o.kind} adapter", o.name, plugin, refused))
        profiles = {n: file for n, file in plugin.profiles.items() if self._take("profile", n, plugin, refused)}
        return replace(plugin, offers=offers, profiles=profiles, refused=tuple(refused))

    def _take(self, what: str, name: str, plugin: Plugin, refused: list[str]) -> bool:
        owner = self._owners.get((what, name))
        if owner is None:
            self._owners[what, name] = plugin
            return True
        refused.append(
            f"the {what} name {name!r} of {plugin.distribution} is taken by {owner.distribution}; choose another name"
        )
        return False

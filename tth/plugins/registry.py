"""Adapters, profiles, commands and observers of every plugin that works."""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

import pluggy

from tth.config.catalogue import Kind
from tth.config.nearest import suggestion
from tth.errors import PluginError
from tth.hookspecs import SessionView
from tth.plugins.offers import Offer, Plugin, said

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Registry:
    """What can be chosen. It is a profile's ``Catalogue``.

    Attributes:
        plugins: Every plugin, built-ins first, those set aside too.
        managers: The hooks of each plugin that works, by its place in ``plugins``.
    """

    plugins: tuple[Plugin, ...] = ()
    managers: Mapping[int, pluggy.PluginManager] = field(default_factory=dict, repr=False)

    def offers(self, kind: Kind) -> dict[str, Offer]:
        """The adapters of a kind by name."""
        return {offer.name: offer for plugin in self.plugins for offer in plugin.offers if offer.kind == kind}

    def resolve(self, kind: Kind, name: str) -> Offer:
        """The adapter of that name; imports nothing yet.

        Raises:
            PluginError: There is none.
        """
        offers = self.offers(kind)
        if name not in offers:
            raise PluginError(f"no {kind} adapter named {name!r}; {suggestion(name, offers)}")
        return offers[name]

    def names(self, kind: Kind) -> Sequence[str]:
        """Every adapter of a kind."""
        return sorted(self.offers(kind))

    def options_model(self, kind: Kind, name: str) -> type[BaseModel] | None:
        """The model of an adapter's options; imports it.

        Raises:
            PluginError: There is no such adapter, or its model cannot be loaded.
        """
        return self.resolve(kind, name).options_model()

    def why_missing(self, kind: Kind, name: str) -> str:
        """Why an adapter that somebody meant to offer is not there; empty where nobody did."""
        for plugin in self.plugins:
            if plugin.problem and (name == plugin.name or name.startswith(f"{plugin.name}_")):
                return f"the plugin {plugin.name!r} of {plugin.distribution} was set aside: {plugin.problem}"
        return ""

    @property
    def profiles(self) -> Mapping[str, Traversable]:
        """The profiles that plugins offer, by name."""
        return {name: file for plugin in self.plugins for name, file in plugin.profiles.items()}

    def add_commands(self, cli: click.Group) -> None:
        """Let each plugin add its commands to ``cli``; one that fails is passed over with a line in the log."""
        for plugin, manager in self._working("register_commands"):
            try:
                manager.hook.register_commands(cli=cli)
            except Exception as error:  # a stranger's code; the other commands still work
                log.warning("commands of plugin %s (%s) left out: %s", plugin.name, plugin.distribution, said(error))

    def commands_of(self, plugin: Plugin) -> list[str]:
        """The names of the commands that ``plugin`` adds; none where that fails."""
        import click

        group = click.Group()
        for known, manager in self._working("register_commands"):
            if known is plugin:
                with suppress(Exception):  # a stranger's code; ``add_commands`` tells it
                    manager.hook.register_commands(cli=group)
        return sorted(group.commands)

    def observe_session(self, session: SessionView) -> list[tuple[str, Coroutine[None, None, None]]]:
        """The coroutines that plugins want to run beside a session, each with its plugin's name.

        The caller owns them: it runs each in a task of the session and cancels it when the session closes. A plugin
        that fails is passed over with a line in the log.
        """
        observers: list[tuple[str, Coroutine[None, None, None]]] = []
        for plugin, manager in self._working("observe_session"):
            try:
                found: list[Any] = manager.hook.observe_session(session=session)
            except Exception as error:  # a stranger's code; the session goes on without it
                log.warning("observer of plugin %s (%s) left out: %s", plugin.name, plugin.distribution, said(error))
                continue
            observers += [(plugin.name, coroutine) for coroutine in found]
        return observers

    def _working(self, hook: str) -> list[tuple[Plugin, pluggy.PluginManager]]:
        return [
            (self.plugins[place], manager)
            for place, manager in self.managers.items()
            if hook in self.plugins[place].hooks
        ]

"""Options that commands have in common, and what they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tth.config.profiles import Profile
    from tth.config.settings import Settings
    from tth.plugins.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])

profile_option = click.option(
    "-p", "--profile", metavar="NAME", help="Profile to use: a name of 'tth profiles', or a path to a YAML file."
)
set_option = click.option(
    "--set",
    "sets",
    metavar="KEY=VALUE",
    multiple=True,
    help="Lay a value over the profile or the settings, as in components.tts.speed=1.2. May be repeated.",
)
trust_option = click.option(
    "--trust", is_flag=True, help="Look for profiles, personas and settings in the current folder too."
)
strict_plugins_option = click.option(
    "--strict-plugins", is_flag=True, help="Stop at a plugin that cannot be used, instead of going on without it."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def profile_options(function: F) -> F:
    """Give a command what ``load`` needs: ``profile``, ``sets``, ``trust`` and ``strict_plugins``."""
    for option in (strict_plugins_option, trust_option, set_option, profile_option):
        function = option(function)
    return function


def load(
    profile: str | None,
    sets: Sequence[str] = (),
    trust: bool = False,
    strict_plugins: bool = False,
    options: Mapping[str, str] | None = None,
) -> tuple[Settings, Registry, Profile]:
    """Settings, plugins and the checked profile of a command.

    Args:
        profile: As typed; ``None`` takes the settings' default.
        sets: ``KEY=VALUE`` each.
        trust: Whether the current folder is looked in.
        strict_plugins: Whether a broken plugin stops the command.
        options: Values of keys that the command has an option for.

    Raises:
        TthError: Something of it cannot be used.
    """
    from tth.config.profiles import resolve_profile
    from tth.config.sources import read_settings, read_sources
    from tth.plugins.loader import load_plugins

    sources = read_sources(sets, options=options, trust=trust)
    settings = read_settings(sources)
    registry = load_plugins(strict=strict_plugins)
    return settings, registry, resolve_profile(profile or settings.profile, sources, registry, typed=True)

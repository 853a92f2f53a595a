"""The shipped profiles, as the command line would use them."""

from __future__ import annotations

from tth.config.profiles import Profile, resolve_profile
from tth.config.sources import read_sources
from tth.plugins.loader import load_plugins
from tth.plugins.registry import Registry
from tth.session.cast import Cast
from tth.session.casting import Casting


def shipped(name: str) -> tuple[Registry, Profile]:
    """The profile of that name, whatever the environment says."""
    registry = load_plugins()
    return registry, resolve_profile(name, read_sources(environ={}), registry)


def shipped_cast(name: str) -> Cast:
    """What a session of that profile is made of."""
    registry, profile = shipped(name)
    return Casting(registry).cast(profile)

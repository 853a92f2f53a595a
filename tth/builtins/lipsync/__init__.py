"""A face that speaks by what it hears."""

from __future__ import annotations

from tth.adapters.avatar import AvatarAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_avatar(register: Register[AvatarAdapter]) -> None:
    """Offer ``lipsync``."""
    register(
        "lipsync",
        "tth.builtins.lipsync.avatar:LipsyncAvatar",
        config="tth.builtins.lipsync.options:LipsyncOptions",
        summary="Lips from the sound alone, by a small network, with emotion; for any voice in any language.",
    )

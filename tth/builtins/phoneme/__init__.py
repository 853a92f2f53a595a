"""A face that speaks by the times of its phonemes."""

from __future__ import annotations

from tth.adapters.avatar import AvatarAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_avatar(register: Register[AvatarAdapter]) -> None:
    """Offer ``phoneme``."""
    register(
        "phoneme",
        "tth.builtins.phoneme.avatar:PhonemeAvatar",
        config="tth.builtins.phoneme.options:PhonemeOptions",
        summary="Lips by phoneme times with co-articulation and emotion; by loudness where a voice gives no times.",
    )

"""The smallest face: a jaw that follows loudness."""

from __future__ import annotations

from tth.adapters.avatar import AvatarAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_avatar(register: Register[AvatarAdapter]) -> None:
    """Offer ``stub_avatar``."""
    register(
        "stub_avatar",
        "tth.builtins.stub_avatar.avatar:StubAvatar",
        summary="A jaw that follows loudness: instant and deterministic, for tests and as the last resort.",
    )

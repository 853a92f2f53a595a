"""The face behind NVIDIA Audio2Face-3D."""

from __future__ import annotations

from tth.adapters.avatar import AvatarAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_avatar(register: Register[AvatarAdapter]) -> None:
    """Offer ``a2f``."""
    register(
        "a2f",
        "tth.builtins.a2f.adapter:A2F",
        config="tth.builtins.a2f.options:A2FOptions",
        summary="NVIDIA Audio2Face-3D over gRPC, on your own machine or hosted, or a service that speaks like it.",
    )

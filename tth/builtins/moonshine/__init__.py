"""An English recogniser that runs offline on one core."""

from __future__ import annotations

from tth.adapters.stt import STTAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_stt(register: Register[STTAdapter]) -> None:
    """Offer ``moonshine``."""
    register(
        "moonshine",
        "tth.builtins.moonshine.stt:MoonshineSTT",
        config="tth.builtins.moonshine.options:MoonshineOptions",
        summary="An English recogniser, offline, which writes along while one speaks; needs the extra tth[ears].",
    )

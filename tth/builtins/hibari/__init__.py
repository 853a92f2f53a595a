"""A neural English voice that runs offline on one core and knows when each sound begins."""

from __future__ import annotations

from tth.adapters.tts import TTSAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_tts(register: Register[TTSAdapter]) -> None:
    """Offer ``hibari``."""
    register(
        "hibari",
        "tth.builtins.hibari.tts:HibariTTS",
        config="tth.builtins.hibari.options:HibariOptions",
        summary="A neural English voice, offline, with exact phoneme and word times; needs the extra tth[voice].",
    )

"""A small voice in six languages, for when the neural one is not there."""

from __future__ import annotations

from tth.adapters.tts import TTSAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_tts(register: Register[TTSAdapter]) -> None:
    """Offer ``pico``."""
    register(
        "pico",
        "tth.builtins.pico.tts:PicoTTS",
        config="tth.builtins.pico.options:PicoOptions",
        summary="A small offline voice in en, de, es, fr and it, with estimated word times; needs the extra tth[pico].",
    )

"""The recogniser behind OpenAI's transcription route."""

from __future__ import annotations

from tth.adapters.stt import STTAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_stt(register: Register[STTAdapter]) -> None:
    """Offer ``openai_stt``."""
    register(
        "openai_stt",
        "tth.builtins.openai_stt.stt:OpenAISTT",
        config="tth.builtins.openai_stt.options:OpenAISTTOptions",
        summary="OpenAI's transcription route, at OpenAI or a compatible server.",
    )

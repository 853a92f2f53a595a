"""Adapters that need nothing and do the same every time: for tests, and tones as the last resort of a voice."""

from __future__ import annotations

from tth.adapters.llm import LLMAdapter
from tth.adapters.realtime import RealtimeAdapter
from tth.adapters.stt import STTAdapter
from tth.adapters.tts import TTSAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_llm(register: Register[LLMAdapter]) -> None:
    """Offer ``mock_llm``."""
    register(
        "mock_llm",
        "tth.builtins.mock.llm:MockLLM",
        config="tth.builtins.mock.llm:MockLLMOptions",
        summary="Repeats what was said, at once.",
    )


@hookimpl
def register_tts(register: Register[TTSAdapter]) -> None:
    """Offer ``mock_tts``."""
    register(
        "mock_tts",
        "tth.builtins.mock.tts:MockTTS",
        config="tth.builtins.mock.tts:MockTTSOptions",
        summary="Tones in the rhythm of speech, one pitch for each voice, with exact word and phoneme times.",
    )


@hookimpl
def register_stt(register: Register[STTAdapter]) -> None:
    """Offer ``mock_stt``."""
    register(
        "mock_stt",
        "tth.builtins.mock.stt:MockSTT",
        config="tth.builtins.mock.stt:MockSTTOptions",
        summary="Understands what its options say, or a word for each 0.3 s of sound.",
    )


@hookimpl
def register_realtime(register: Register[RealtimeAdapter]) -> None:
    """Offer ``mock_realtime``."""
    register(
        "mock_realtime",
        "tth.builtins.mock.realtime:MockRealtime",
        config="tth.builtins.mock.realtime:MockRealtimeOptions",
        summary="A realtime voice made of tones: repeats what was said, without a provider.",
    )

"""The referee: what every adapter of a kind must do, as pytest classes to derive from.

    from tth.testing.conformance import TTSConformance

    class TestBeep(TTSConformance):
        def make(self, shared):
            return BeepTTS(BeepOptions(), shared)

A test that cannot hold for an adapter is overridden with a reason, never silently.
"""

from tth.testing.conformance.avatar import AvatarConformance
from tth.testing.conformance.llm import LLMConformance
from tth.testing.conformance.realtime import RealtimeConformance
from tth.testing.conformance.stt import STTConformance
from tth.testing.conformance.tts import TTSConformance

__all__ = ["AvatarConformance", "LLMConformance", "RealtimeConformance", "STTConformance", "TTSConformance"]

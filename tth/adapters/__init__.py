"""The protocols that an adapter's author codes against, one file a kind."""

from tth.adapters.avatar import AvatarAdapter
from tth.adapters.llm import LLMAdapter, Usage
from tth.adapters.realtime import RealtimeAdapter
from tth.adapters.shared import Lease, Shared
from tth.adapters.stt import STTAdapter, Transcript
from tth.adapters.tts import Notice, SpeechContext, TTSAdapter

__all__ = [
    "AvatarAdapter",
    "LLMAdapter",
    "Lease",
    "Notice",
    "RealtimeAdapter",
    "STTAdapter",
    "Shared",
    "SpeechContext",
    "TTSAdapter",
    "Transcript",
    "Usage",
]

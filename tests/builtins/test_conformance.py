"""The built-ins before the referee. Adapters that need a package have their own file."""

from __future__ import annotations

import itertools

from tth.adapters.llm import LLMAdapter
from tth.builtins.mock.llm import MockLLM
from tth.builtins.mock.realtime import MockRealtime, MockRealtimeOptions
from tth.builtins.mock.stt import MockSTT, MockSTTOptions
from tth.builtins.mock.tts import MockTTS, MockTTSOptions
from tth.builtins.phoneme.avatar import PhonemeAvatar
from tth.builtins.stub_avatar.avatar import StubAvatar
from tth.core.clock import LoopClock
from tth.core.watchdog import Watchdog
from tth.session.cascade import Cascade
from tth.session.chain import Maker
from tth.testing.conformance import (
    AvatarConformance,
    LLMConformance,
    RealtimeConformance,
    STTConformance,
    TTSConformance,
)


class TestMockLLM(LLMConformance):
    def make(self, shared) -> LLMAdapter:
        return MockLLM(None, shared)


class TestMockTTS(TTSConformance):
    def make(self, shared):
        return MockTTS(None, shared)


class TestMockTTSAtAnotherRate(TTSConformance):
    def make(self, shared):
        return MockTTS(MockTTSOptions(sample_rate=22_050, chunk_ms=13), shared)


class TestMockSTT(STTConformance):
    def make(self, shared):
        return MockSTT(None, shared)


class TestMockSTTWithTexts(STTConformance):
    def make(self, shared):
        return MockSTT(MockSTTOptions(texts=("Hello there.", "Good.")), shared)


class TestMockRealtime(RealtimeConformance):
    def make(self, shared):
        return MockRealtime(None, shared)


class TestMockRealtimeAtThePaceOfSpeech(RealtimeConformance):
    def make(self, shared):
        return MockRealtime(MockRealtimeOptions(pace=20), shared)


class TestCascade(RealtimeConformance):
    def make(self, shared):
        clock = LoopClock()
        llms = [Maker("mock_llm", lambda: MockLLM(None, shared))]
        voices = [Maker("mock_tts", lambda: MockTTS(None, shared))]
        return Cascade(llms, voices, clock, Watchdog(clock))


class TestStubAvatar(AvatarConformance):
    def make(self, shared):
        return StubAvatar(None, shared)


class TestPhonemeAvatar(AvatarConformance):
    def make(self, shared):
        return PhonemeAvatar(None, shared)


def test_every_voice_of_the_voice_map_has_a_pitch_of_its_own():
    from tth.builtins.mock.tones import VOICES
    from tth.config.voices import VOICE_MAP

    assert set(VOICE_MAP.values()) <= set(VOICES)
    pitches = sorted(VOICES.values())
    assert all(high / low > 1.1 for low, high in itertools.pairwise(pitches))

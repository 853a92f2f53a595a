"""The small voice before the referee, and what its engine must be kept from."""

from __future__ import annotations

import sys

import pytest

from tth.adapters.shared import Shared
from tth.adapters.tts import Notice, SpeechContext
from tth.builtins.pico.options import PicoOptions
from tth.builtins.pico.tts import PicoTTS, trimmed
from tth.builtins.pico.wording import LONGEST_PIECE, pieces, word_marks
from tth.core.controls import CharacterControl, TurnControl
from tth.core.media import SpeechMark
from tth.errors import AdapterUnavailable
from tth.testing.conformance import TTSConformance
from tth.testing.conformance.tts import SENTENCE

QUICK = TurnControl(character=CharacterControl(speech_rate=4))
CONTEXT = SpeechContext()


class TestPico(TTSConformance):
    @pytest.fixture(autouse=True)
    def package(self):
        pytest.importorskip("py_nanotts", reason="needs the extra tth[pico]")

    def make(self, shared):
        return PicoTTS(None, shared)

    async def test_every_word_has_a_mark(self):
        pieces = await self.speak()
        words = [piece.value for piece in pieces if isinstance(piece, SpeechMark)]
        assert words == "Peter bought a big blue boat on Monday.".split()

    @pytest.mark.parametrize("text", ["1" * 200, "a" * 1000, "<speed level='20'>slow", "!" * 300, "a\0b"])
    async def test_text_that_its_engine_fails_on_is_spoken_or_passed_over(self, text):
        assert self.seconds(await self.speak(text)) < 120

    async def test_a_pace_beyond_its_reach_is_told(self):
        voice = PicoTTS(PicoOptions(speed=5), shared := Shared())
        pieces = [piece async for piece in voice.synthesize("Yes.", control=QUICK, context=CONTEXT)]
        await voice.close()
        assert [piece.field for piece in pieces if isinstance(piece, Notice)] == ["speech_rate"]
        assert len(shared) == 0

    @pytest.mark.parametrize("text", [SENTENCE, "Hello there.", "I am so happy to see you again, my old friend."])
    async def test_pace_is_kept_within_a_fifth(self, text):
        """The engine's output differs from call to call; -12 % to +13 % was measured."""
        lasts = {}
        for rate in (0.5, 1.0, 2.0):
            control = TurnControl(character=CharacterControl(speech_rate=rate))
            lasts[rate] = self.seconds(await self.speak(text, control))
        assert lasts[0.5] / lasts[1.0] == pytest.approx(2.0, rel=0.2)
        assert lasts[2.0] / lasts[1.0] == pytest.approx(0.5, rel=0.2)

    async def test_the_breath_behind_the_last_word_is_cut_off_each_time(self):
        lengths = [self.seconds(await self.speak()) for _ in range(6)]
        assert max(lengths) - min(lengths) < 0.1

    async def test_signs_alone_are_silence(self):
        assert await self.speak("😀 ¿?") == []


def test_a_missing_package_is_told_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "py_nanotts", None)
    with pytest.raises(AdapterUnavailable, match=r"pip install 'tth\[pico\]'"):
        PicoTTS(None, Shared())


@pytest.mark.parametrize("text", ["word " * 200, "a" * 1000, "1" * 500, "one two"])
def test_no_piece_is_too_long_for_the_engine(text):
    for words in pieces(text):
        said = " ".join(word.spoken for word in words)
        assert len(said) <= LONGEST_PIECE
        assert max(map(len, said.split())) <= 31


def test_words_share_the_time_by_their_letters():
    text = "a - bbb"
    [words] = pieces(text)
    marks = word_marks(words, text, 100, 500)
    assert [(m.value, m.start, m.end) for m in marks] == [("a", 100, 200), ("bbb", 200, 500)]


def test_silence_around_the_sound_is_cut_to_size():
    loud = (b"\x00\x20" * 8 + b"\x00\xe0" * 8) * 100
    sound, first, last = trimmed(bytes(2 * 16_000) + loud + bytes(2 * 16_000), lead_ms=40, tail_ms=60)
    assert (first, last) == (640, 640 + 1600)
    assert len(sound) // 2 == 640 + 1600 + 960


def test_silence_alone_is_nothing():
    assert trimmed(bytes(3200), lead_ms=40, tail_ms=60) == (b"", 0, 0)
    assert trimmed(b"", lead_ms=40, tail_ms=60) == (b"", 0, 0)

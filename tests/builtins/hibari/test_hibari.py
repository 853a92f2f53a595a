"""The voice before the referee, and what it promises beyond."""

from __future__ import annotations

import asyncio
import logging
import sys
from itertools import pairwise

import numpy as np
import pytest

from tth.adapters.shared import Shared
from tth.adapters.tts import Notice, SpeechContext
from tth.builtins.hibari.options import HibariOptions
from tth.builtins.hibari.tts import HibariTTS
from tth.core.controls import CharacterControl, EmotionControl, EmotionLabel, TurnControl
from tth.core.media import AudioChunk, SpeechMark
from tth.errors import AdapterUnavailable
from tth.testing.conformance import TTSConformance

PLAIN = TurnControl()
MS = 24

TEXTS = """Hello.
How are you today?
Well, if you ask me, the answer is simple: wait, look, and then jump.
It costs $12.50 (about 3%) on 3/4/2024.
The meeting is at 7:30 pm in room 5B.
Dr. Smith and Mrs. Jones live on St. James St. near No. 5.
I can't; they're 25 years old, aren't they?
He said "no way" and left.
Well-known e-mail addresses: bob@example.com, see https://x.io/a?b=1.
AI & ML, C++ rocks…
She paused — then laughed.
It's 5°C & 10km/h outside.
The U.S.A. and the U.K. signed on 2024-03-05.
Chapter IV tells of Henry VIII.
One half is 1/2, and 3/4 is more.
Call 555-1234 or 555-867-5309.
From 10-20 people, 1,250 came.
The 1990s were great; the 3rd was better.
😀 nice 👍 work
naïve café résumé
*bold* and _under_ text
JSON2XML runs on my iPhone 15.
Wait... what?
-5 degrees, approx. 3 lb.
and/or either
(Parentheses) [brackets] {braces}
A B C D.
ABC NASA FBI.
Mr. T. S. Eliot wrote etc. and more.
I'd've thought so!
O'Brien's dog's toys
$5 million was $5M.
Pi is 3.14159.
100% sure?
#1 in the world
x = y + 2
€20 and £30
Twenty-one thirty-second notes
Supercalifragilisticexpialidocious!
  leading,  double and trailing spaces  """.split("\n")


@pytest.fixture(scope="module")
def loaded():
    """What sessions share, with the model loaded once for all tests: loading takes longer than any of them."""
    pytest.importorskip("hibari", reason="needs the extra tth[voice]")
    shared = Shared()
    with asyncio.Runner() as runner:
        lease = runner.run(HibariTTS.warm_up(None, shared))
        yield shared
        runner.run(lease.close())
    assert len(shared) == 0


@pytest.fixture
def say(loaded):
    """What each ``(text, control)`` gives."""

    async def speak(asked, options, previous):
        voice = HibariTTS(options, loaded)
        said = []
        for text, how in asked:
            stream = voice.synthesize(text, control=how, context=SpeechContext(previous_text=previous))
            said.append([piece async for piece in stream])
        await voice.close()
        return said

    return lambda *asked, options=None, previous="": asyncio.run(speak(asked, options, previous))


def marks(pieces, kind):
    return [piece for piece in pieces if isinstance(piece, SpeechMark) and piece.kind == kind]


def wave(pieces):
    pcm = b"".join(piece.data for piece in pieces if isinstance(piece, AudioChunk))
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768


def levels(pieces, ms=4):
    """Loudness around each millisecond."""
    samples, half = wave(pieces), ms * MS
    power = np.convolve(samples * samples, np.ones(2 * half) / (2 * half), "same")
    return np.sqrt(power[::MS])


def pitch(pieces):
    """Median pitch in Hz."""
    found, samples = [], wave(pieces)
    for at in range(0, len(samples) - 1500, 600):
        window = samples[at : at + 1500]
        if window.std() > 0.05:
            likeness = np.correlate(window, window, "full")[1499:]
            found.append(24_000 / (60 + np.argmax(likeness[60:300])))
    return float(np.median(found))


def control(label=None, **character):
    return TurnControl(EmotionControl(label), CharacterControl(**character))


class TestHibari(TTSConformance):
    @pytest.fixture(autouse=True)
    def once(self, loaded):
        self.loaded = loaded

    def make(self, shared):
        return HibariTTS(None, self.loaded)


class TestWhatItPromises:
    def test_words_of_forty_sentences_are_all_marked_in_order(self, say):
        for text, pieces in zip(TEXTS, say(*((text, PLAIN) for text in TEXTS)), strict=True):
            words = marks(pieces, "word")
            assert all(before.end <= after.start for before, after in pairwise(words)), text
            assert all(before.text_end <= after.text_start for before, after in pairwise(words)), text
            assert all(word.end > word.start for word in words), text
            assert [word.value for word in words] == [text[word.text_start : word.text_end] for word in words]
            left = "".join(word.value for word in words)
            assert [char for char in text if char.isalnum()] == [char for char in left if char.isalnum()]

    def test_phonemes_leave_no_hole_from_the_first_sample_to_the_last(self, say):
        [pieces] = say((TEXTS[2] + " And that was all.", PLAIN))
        phonemes = marks(pieces, "phoneme")
        assert phonemes[0].start == 0
        assert all(before.end == after.start for before, after in pairwise(phonemes))
        assert phonemes[-1].end == len(wave(pieces))

    def test_lips_are_shut_when_the_sound_stops(self, say):
        texts = (
            "Papa put a big bubble above his baby boat.",
            "Papa bought a big blue boat today.",
            "Maybe Bobby bumped my baby.",
            "Peter Piper picked a peck of pickled peppers.",
        )
        hits = []
        for pieces in say(*((text, PLAIN) for text in texts)):
            loud, phonemes = levels(pieces), marks(pieces, "phoneme")
            for before, mark, after in zip(phonemes, phonemes[1:], phonemes[2:], strict=False):
                if mark.value in ("p", "b") and before.value and after.value:
                    start, end = mark.start // MS, mark.end // MS
                    quietest = start - 45 + int(np.argmin(loud[start - 45 : end + 45]))
                    hits.append(start - 20 <= quietest <= end + 20)
        assert len(hits) >= 20
        assert np.mean(hits) >= 0.9

    def test_the_first_mark_is_where_the_sound_begins(self, say):
        for text, pieces in zip(TEXTS[:3], say(*((text, PLAIN) for text in TEXTS[:3])), strict=True):
            loud = levels(pieces, 1)
            heard = int(np.flatnonzero(loud > 0.03 * loud.max())[0])
            first = next(mark for mark in marks(pieces, "phoneme") if mark.value)
            assert abs(first.start / MS - heard) < 25, text

    def test_pace_is_kept_within_a_tenth(self, say):
        texts = ("How are you today?", "I am so happy to see you again!", TEXTS[2])
        rates = (1.0, 0.5, 0.7, 1.3, 1.5, 2.0)
        asked = [(text, control(speech_rate=rate)) for text in texts for rate in rates]
        lasts = [len(wave(pieces)) for pieces in say(*asked)]
        for at in range(0, len(lasts), len(rates)):
            for length, rate in zip(lasts[at : at + len(rates)], rates, strict=True):
                assert length * rate / lasts[at] == pytest.approx(1.0, abs=0.1), asked[at][0]

    def test_a_pace_beyond_its_reach_is_clamped_and_told(self, say):
        quick, quickest = say(("Yes.", control(speech_rate=4)), ("Yes.", control(speech_rate=2)))
        assert [piece.field for piece in quick if isinstance(piece, Notice)] == ["speech_rate"]
        assert not any(isinstance(piece, Notice) for piece in quickest)
        assert wave(quick).tolist() == wave(quickest).tolist()

    def test_pitch_shift_moves_the_pitch(self, say):
        text = "I am so happy to see you again!"
        low, plain, high = (pitch(p) for p in say(*((text, control(pitch_shift=shift)) for shift in (-0.66, 0, 0.66))))
        assert low / plain == pytest.approx(2 ** (-4 / 12), rel=0.06)
        assert high / plain == pytest.approx(2 ** (4 / 12), rel=0.06)

    def test_every_emotion_sounds_different_and_none_clips(self, say):
        said = say(*(("I am so happy to see you again!", control(label)) for label in EmotionLabel))
        assert len({wave(pieces).tobytes() for pieces in said}) == len(EmotionLabel)
        assert all(np.abs(wave(pieces)).max() < 0.97 for pieces in said)

    def test_the_same_words_and_seed_give_the_same_samples(self, say):
        first, between, again = say(*((text, PLAIN) for text in ("Hello.", "Other words.", "Hello.")))
        [other] = say(("Hello.", PLAIN), options=HibariOptions(seed=1))
        assert wave(first).tolist() == wave(again).tolist() != wave(other).tolist()
        assert len(wave(other)) == len(wave(first)) != len(wave(between))

    def test_a_later_sentence_begins_with_a_pause(self, say):
        [first], [later] = say(("Yes.", PLAIN)), say(("Yes.", PLAIN), previous="Before.")
        assert len(wave(later)) - len(wave(first)) == (150 - 40) * MS

    @pytest.mark.parametrize("text", ["😀", "¿?", "…", " ", "你好", "\n\n"])
    def test_nothing_to_say_is_silence(self, say, text):
        assert say((text, PLAIN)) == [[]]

    def test_a_long_text_comes_in_chunks_of_40_ms_before_it_is_all_spoken(self, say):
        [pieces] = say(("This goes on. " * 8 + "and on " * 120, PLAIN))
        kinds = [isinstance(piece, AudioChunk) for piece in pieces]
        assert any(sound and not after for sound, after in pairwise(kinds))
        assert max(len(piece.data) for piece in pieces if isinstance(piece, AudioChunk)) == 2 * 40 * MS

    async def test_sessions_share_one_model_and_the_last_one_ends_it(self, loaded):
        shared = Shared()
        warm = await HibariTTS.warm_up(None, shared)
        one, other = HibariTTS(None, shared), HibariTTS(None, shared)
        for voice in (one, other):
            async for _ in voice.synthesize("Hi.", control=PLAIN, context=SpeechContext()):
                pass
        assert len(shared) == 1
        await warm.close()
        await one.close()
        assert len(shared) == 1
        await other.close()
        assert len(shared) == 0

    async def test_a_voice_closed_in_the_middle_ends_its_stream(self, loaded):
        voice = HibariTTS(None, loaded)
        stream = voice.synthesize("One. Two. Three. Four.", control=PLAIN, context=SpeechContext())
        await anext(stream)
        await voice.close()
        words = [piece.value async for piece in stream if isinstance(piece, SpeechMark) and piece.kind == "word"]
        assert words == ["One."]

    def test_a_model_that_hides_its_durations_is_told_of_once(self, loaded, caplog):
        from tth.builtins.hibari.graph import Graph

        with caplog.at_level(logging.WARNING):
            graph = Graph("/nowhere")
            spectra = [graph.spectra("həlˈO", 1.0) for _ in range(2)]
        assert [one.counts for one in spectra] == [None, None]
        assert len(caplog.records) == 1


def test_a_missing_package_is_told_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(AdapterUnavailable, match=r"pip install 'tth\[voice\]'"):
        HibariTTS(None, Shared())

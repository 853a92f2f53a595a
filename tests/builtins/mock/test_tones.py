from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tth.builtins.mock.tones import GAP_MS, LETTER_MS, VOICES, Tones
from tth.core.controls import SEMITONES_PER_PITCH_SHIFT
from tth.core.media import MEDIA_RATE_HZ

SENTENCE = "Peter's naïve boat, 42 feet — sank on Monday!"
RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000)


def whole(text=SENTENCE, voice=None, *, rate_hz=24_000, chunk_ms=40, **how):
    pieces = list(Tones(text, voice, rate_hz=rate_hz, **how).chunks(chunk_ms))
    pcm = np.frombuffer(b"".join(pcm for _, pcm in pieces), "<i2")
    return pcm, [mark for marks, _ in pieces for mark in marks]


def dominant_hz(pcm, rate_hz):
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    return np.argmax(spectrum) * rate_hz / len(pcm)


@given(st.text(max_size=60), st.sampled_from(RATES), st.integers(1, 2000), st.sampled_from((0.25, 0.7, 1.0, 4.0)))
@settings(max_examples=60, deadline=None)
def test_sound_and_marks_are_the_same_for_every_length_of_chunk(text, rate_hz, chunk_ms, speech_rate):
    one, marks = whole(text, rate_hz=rate_hz, chunk_ms=2000, speech_rate=speech_rate)
    other, others = whole(text, rate_hz=rate_hz, chunk_ms=chunk_ms, speech_rate=speech_rate)
    assert one.tobytes() == other.tobytes()
    assert marks == others


@given(st.text(max_size=60), st.sampled_from(RATES), st.integers(1, 500))
@settings(max_examples=60, deadline=None)
def test_chunks_are_of_one_length_and_each_mark_comes_with_the_chunk_it_begins_in(text, rate_hz, chunk_ms):
    size, at = rate_hz * chunk_ms // 1000, 0
    pieces = list(Tones(text, None, rate_hz=rate_hz).chunks(chunk_ms))
    assert all(len(pcm) == 2 * size for _, pcm in pieces[:-1])
    for marks, pcm in pieces:
        end = at + len(pcm) // 2
        for mark in marks:
            assert at * MEDIA_RATE_HZ // rate_hz <= mark.start <= end * MEDIA_RATE_HZ // rate_hz
        at = end


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_sentence_lasts_as_long_as_its_letters_and_gaps(rate_hz):
    pcm, _ = whole("one two", rate_hz=rate_hz)
    assert len(pcm) == round(rate_hz * (6 * LETTER_MS + 2 * GAP_MS) / 1000)


@pytest.mark.parametrize(("speech_rate", "times"), [(0.25, 4), (0.5, 2), (2.0, 0.5), (4.0, 0.25)])
@pytest.mark.parametrize("rate_hz", RATES)
def test_length_follows_the_rate_of_speech_to_the_sample(rate_hz, speech_rate, times):
    plain, _ = whole(rate_hz=rate_hz)
    changed, _ = whole(rate_hz=rate_hz, speech_rate=speech_rate)
    assert abs(len(changed) - times * len(plain)) <= 1 + times


@pytest.mark.parametrize("rate_hz", [8_000, 24_000, 48_000])
@pytest.mark.parametrize("voice", VOICES)
def test_a_voice_sounds_at_its_pitch(voice, rate_hz):
    pcm, _ = whole("a" * 40, voice, rate_hz=rate_hz)
    assert dominant_hz(pcm, rate_hz) == pytest.approx(VOICES[voice], abs=1.0)


@pytest.mark.parametrize("shift", [-1.0, -0.5, 0.5, 1.0])
def test_pitch_shift_moves_the_pitch_and_not_the_length(shift):
    plain, _ = whole("a" * 40, "echo")
    moved, _ = whole("a" * 40, "echo", pitch_shift=shift)
    expected = VOICES["echo"] * 2 ** (shift * SEMITONES_PER_PITCH_SHIFT / 12)
    assert dominant_hz(moved, 24_000) == pytest.approx(expected, abs=1.0)
    assert len(moved) == len(plain)


def test_every_voice_is_another_sound():
    sounds = [whole(voice=voice)[0].tobytes() for voice in VOICES]
    assert all(one != other for one, other in itertools.combinations(sounds, 2))


@pytest.mark.parametrize("speech_rate", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("rate_hz", RATES)
def test_a_word_sounds_within_its_mark_and_silence_is_between(rate_hz, speech_rate):
    pcm, marks = whole(rate_hz=rate_hz, speech_rate=speech_rate)
    unit = rate_hz / MEDIA_RATE_HZ
    words = [(mark.start * unit, mark.end * unit) for mark in marks if mark.kind == "word"]
    sounding = np.flatnonzero(pcm)
    inside = np.zeros(len(sounding), bool)
    for start, end in words:
        # A mark's ends are rounded down to a unit, which may be more than a sample, or less.
        inside |= (sounding >= start) & (sounding <= end + unit)
        if end > start:
            assert np.any((sounding >= start) & (sounding < end)), "a word without a sound"
    assert inside.all()


def test_vowels_are_loud_and_consonants_soft():
    pcm, marks = whole("ata")
    levels = [np.abs(pcm[mark.start : mark.end]).max() for mark in marks if mark.kind == "phoneme"]
    assert levels[1] * 2 < min(levels[0], levels[2])


@given(st.text(max_size=80))
@settings(deadline=None)
def test_a_words_span_holds_the_word_and_a_phonemes_span_its_letter(text):
    _, marks = whole(text)
    words = [mark for mark in marks if mark.kind == "word"]
    assert [mark.value for mark in words] == text.split()
    assert all(text[mark.text_start : mark.text_end] == mark.value for mark in words)
    for mark in marks:
        if mark.kind == "phoneme":
            assert mark.text_end == mark.text_start + 1
            assert any(word.text_start <= mark.text_start < word.text_end for word in words)
            assert any(word.start <= mark.start <= mark.end <= word.end for word in words)


def test_letters_keep_their_places_behind_one_whose_lower_case_is_longer():
    _, marks = whole("İstanbul")
    letters = [(mark.value, mark.text_start) for mark in marks if mark.kind == "phoneme"]
    assert letters == list(zip("istanbul", range(8), strict=True))


@given(st.text(max_size=80), st.sampled_from(RATES))
@settings(deadline=None)
def test_marks_of_a_kind_follow_each_other(text, rate_hz):
    _, marks = whole(text, rate_hz=rate_hz)
    for kind in ("word", "phoneme"):
        spans = [(mark.start, mark.end) for mark in marks if mark.kind == kind]
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))


def test_words_are_heard_one_after_another_each_once_its_middle_was_passed():
    tones, text = Tones("one two three", None, rate_hz=16_000), "one two three"
    _, marks = whole(text, rate_hz=16_000)
    for mark in marks:
        if mark.kind == "word":
            middle = -(-(mark.start + mark.end) // 2)
            assert tones.heard(middle) == text[: mark.text_end]
            assert tones.heard(middle - 1) == text[: mark.text_start].rstrip()
    assert tones.heard(10**9) == text


def test_a_long_text_needs_little_memory_and_no_work_before_its_first_chunk():
    words = itertools.repeat("boundless", 100_000)
    tracemalloc.start()
    try:
        tones = Tones(" ".join(words), None, rate_hz=24_000)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        chunks = tones.chunks(40)
        for _ in range(200):
            next(chunks)
        assert tracemalloc.get_traced_memory()[1] - before < 100_000
    finally:
        tracemalloc.stop()

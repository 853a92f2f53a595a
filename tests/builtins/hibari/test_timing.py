from __future__ import annotations

import numpy as np
import pytest

from tth.builtins.hibari.reading import Run, TextWord
from tth.builtins.hibari.timing import (
    CLOSURE,
    UNIT,
    Envelope,
    bias,
    edges,
    even,
    phoneme_marks,
    settle,
    sounds,
    word_marks,
)

NOISE = np.random.default_rng(0).standard_normal(240_000).astype(np.float32)


def run_of(symbols, words=()):
    owners, owner = [], 0
    for symbol in symbols:
        owner += symbol == " "
        owners.append(-1 if symbol == " " else owner)
    return Run(symbols, tuple(owners), tuple(words))


def heard(*stretches, length):
    """An envelope that is loud in the given stretches of samples."""
    wave = np.zeros(length, np.float32)
    for start, end in stretches:
        wave[start:end] = 0.1 * NOISE[start:end]
    return Envelope(wave)


def timed(symbols, counts):
    return [(s.ipa, s.start // UNIT, s.end // UNIT) for s in sounds(run_of(symbols), edges(counts))]


def test_counts_add_up_to_edges():
    assert edges([2, 1, 3]) == [0, 2 * UNIT, 3 * UNIT, 6 * UNIT]
    assert edges([2, 1], stretch=0.5) == [0, UNIT, 1.5 * UNIT]


def test_even_edges_cover_the_sound():
    at = even(3, 48_000)
    assert (at[0], at[-1], len(at)) == (0, 48_000, 6)
    assert at == sorted(at)


def test_stress_and_length_marks_are_given_to_their_vowel():
    assert timed("hˈiː", [1, 2, 3, 4, 5, 1]) == [("h", 1, 3), ("i", 3, 15)]


@pytest.mark.parametrize(
    ("symbol", "ipa"),
    [("A", "eɪ"), ("I", "aɪ"), ("O", "oʊ"), ("W", "aʊ"), ("Y", "ɔɪ"), ("ʤ", "dʒ"), ("T", "ɾ"), ("m", "m")],
)
def test_the_models_letters_become_ipa(symbol, ipa):
    assert timed(symbol, [1, 2, 1]) == [(ipa, 1, 3)]


def test_labels_are_late_and_later_in_slow_speech():
    assert bias(0.5) > bias(1.0) > bias(2.0) > 0
    [early] = sounds(run_of("a"), edges([10, 2, 1]), bias(1.0))
    assert early.start == 10 * UNIT - 54 * 24


def test_a_space_is_no_gap():
    found = sounds(run_of("a b"), edges([2, 2, 2, 2, 2]))
    settle(found, heard((1200, 4800), length=6000))
    assert found[0].end == found[1].start


def test_a_long_pause_is_silence_and_a_short_one_is_not():
    for pause, silent in ((20, True), (2, False)):
        counts = [2, 10, pause, 10, 2]
        found = sounds(run_of("a,s"), edges(counts))
        first_end, second = 12 * UNIT, (12 + pause) * UNIT
        settle(found, heard((2 * UNIT, first_end), (second, second + 10 * UNIT), length=sum(counts) * UNIT))
        assert (found[0].end < found[1].start) is silent


def test_the_last_sound_ends_with_the_energy_and_not_with_its_label():
    found = sounds(run_of("a."), edges([2, 20, 4, 1]))
    settle(found, heard((2 * UNIT, 8 * UNIT), length=27 * UNIT))
    assert found[0].end == 8 * UNIT


def test_a_stop_closes_before_it_is_heard():
    for symbol, ahead in (("p", CLOSURE), ("f", 0)):
        found = sounds(run_of(symbol + "a"), edges([8, 4, 8, 2]))
        settle(found, heard((10 * UNIT, 20 * UNIT), length=22 * UNIT))
        assert found[0].start == 10 * UNIT - ahead


def test_phoneme_marks_leave_no_hole():
    found = sounds(run_of("ab"), edges([2, 3, 4, 5]))
    marks = phoneme_marks(found, -UNIT, 10 * UNIT)
    assert [mark.value for mark in marks] == ["", "a", "b", ""]
    assert [mark.start for mark in marks] == [0, UNIT, 4 * UNIT, 8 * UNIT]
    assert marks[-1].end == 10 * UNIT


def test_a_word_lasts_from_its_first_sound_to_its_last():
    run = run_of("ab c", [TextWord(0, 2, 0, 1), TextWord(3, 4, 1, 2)])
    found = sounds(run, edges([1, 2, 2, 1, 2, 1]))
    first, second = word_marks(found, run, "ab c", 0, 9 * UNIT)
    assert (first.value, first.start, first.end) == ("ab", UNIT, 5 * UNIT)
    assert (second.value, second.start, second.end) == ("c", 6 * UNIT, 8 * UNIT)


def test_words_that_share_a_spoken_one_divide_its_time():
    run = run_of("aa", [TextWord(0, 1, 0, 0.5), TextWord(2, 3, 0.5, 1)])
    found = sounds(run, edges([1, 2, 2, 1]))
    first, second = word_marks(found, run, "x y", 0, 6 * UNIT)
    assert (first.start, first.end, second.start, second.end) == (UNIT, 3 * UNIT, 3 * UNIT, 5 * UNIT)


def test_nothing_heard_is_no_span():
    assert Envelope(np.zeros(1000, np.float32)).span() == (0, 0)
    assert Envelope(np.zeros(0, np.float32)).span() == (0, 0)

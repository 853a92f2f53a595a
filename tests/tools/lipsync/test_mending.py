"""Sounds of espeak-ng as the mouth makes them: a stop is shut before it bursts, and what is unnamed is named."""

from __future__ import annotations

import numpy as np
import pytest

from tools.lipsync.corpus import Utterance
from tools.lipsync.mending import mended

RATE = 16_000


def utterance(*parts):
    """Sounds of a given length in hundredths of a second; those in capitals are silent."""
    draw = np.random.default_rng(1)
    pieces, phones, at = [], [], 0
    for name, loud, quiet in parts:
        pieces += [draw.normal(0, 3_000, loud * RATE // 100), np.zeros(quiet * RATE // 100)]
        at += loud + quiet
        phones.append((name, at / 100))
    return Utterance("espeak/it", "it", np.concatenate(pieces).astype(np.int16), tuple(phones))


def told(*parts):
    return [(name, round(100 * end)) for name, end in mended(utterance(*parts)).phones]


def test_silence_before_a_stop_is_the_stop():
    assert told(("a", 10, 6), ("p", 3, 0), ("o", 8, 0)) == [("a", 10), ("p", 19), ("o", 27)]


def test_a_pause_before_a_stop_is_the_stop_only_at_its_end():
    assert told(("a", 10, 40), ("t", 3, 0)) == [("a", 10), ("", 35), ("t", 53)]
    assert told(("a", 10, 0), ("", 0, 40), ("tʃ", 3, 0)) == [("a", 10), ("", 35), ("tʃ", 53)]


def test_a_short_unnamed_silence_before_a_stop_is_the_stop():
    assert told(("a", 10, 0), ("", 0, 3), ("k", 3, 0)) == [("a", 10), ("k", 16)]


def test_a_stop_that_is_not_let_go_stays():
    assert told(("a", 10, 0), ("k", 0, 6), ("t", 3, 0)) == [("a", 10), ("k", 16), ("t", 19)]


def test_silence_at_the_end_of_another_sound_is_a_pause():
    assert told(("s", 10, 5), ("a", 10, 0)) == [("s", 10), ("", 15), ("a", 25)]
    assert told(("s", 10, 1), ("a", 10, 0)) == [("s", 11), ("a", 21)]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [("p", "r", [("p", 5), ("r", 18)]), ("i", "ˈo", [("i", 5), ("j", 8), ("ˈo", 18)])],
)
def test_a_sound_without_a_name_leads_into_a_trill_or_is_a_glide(before, after, wanted):
    assert told((before, 5, 0), ("", 3, 0), (after, 10, 0)) == wanted


def test_what_was_mended_is_left_as_it_is():
    once = mended(utterance(("", 0, 5), ("a", 10, 6), ("p", 3, 0), ("", 3, 0), ("r", 8, 5), ("o", 9, 9), ("", 0, 9)))
    assert mended(once) == once or mended(once).phones == once.phones

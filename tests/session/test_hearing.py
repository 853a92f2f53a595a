"""Which words count as heard."""

from __future__ import annotations

import pytest

from tth.session.hearing import heard_text
from tth.session.speech import Speech, SpokenItem


def speech(*items, whole=False):
    made = Speech("s")
    made.whole = whole
    for item in items:
        made.items[item.id] = item
    return made


FIRST = SpokenItem("a", 0, "one two three four", 48_000)
SECOND = SpokenItem("b", 48_000, "five six seven", 96_000)


@pytest.mark.parametrize(
    ("item", "playhead", "expected"),
    [
        (FIRST, 0, ""),
        (FIRST, 24_000, "one two"),
        (FIRST, 48_000, "one two three four"),
        (SECOND, 48_000, ""),
    ],
)
def test_an_item_that_was_followed_by_another_is_cut_by_its_own_length(item, playhead, expected):
    broken_off = speech(FIRST, SECOND)
    assert heard_text(item, broken_off, playhead)[0] == expected


def test_the_last_item_of_a_response_that_broke_off_is_cut_by_the_pace_of_speech():
    broken_off = speech(FIRST, SECOND)
    text, estimated = heard_text(SECOND, broken_off, 96_000)
    assert "five six seven".startswith(text)
    assert estimated


def test_a_whole_response_is_heard_whole():
    assert heard_text(SECOND, speech(FIRST, SECOND, whole=True), 96_000) == ("five six seven", False)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.core.controls import EmotionControl, EmotionLabel
from tth.session.marks import MarkFilter
from tth.session.sentences import LONGEST_CHARS, SentenceCutter
from tth.session.speakable import speakable


def cut(text: str, size: int) -> list[str]:
    cutter = SentenceCutter()
    out = []
    for at in range(0, len(text), size):
        out += cutter.feed(text[at : at + size])
    return [sentence.text for sentence in (*out, *cutter.finish())]


def stripped(pieces):
    return [piece.strip() for piece in pieces if piece.strip()]


WHOLE = [
    "Dr. Smith paid $3.50 to Mr. J. Brown on Main St. yesterday.",
    "It costs 1,234.56 euros, e.g. in Rome.",
    "See https://example.com/a.b?c=d now.",
    "Version v1.2.3 came out at 5 p.m. today.",
    "He lives in the U.S. with his dog.",
    "Wait... then go.",
    "So did I.",
]


@pytest.mark.parametrize("sentence", WHOLE)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_what_only_looks_like_an_end_does_not_cut(sentence, size):
    assert stripped(cut(f"{sentence} Next one is here.", size))[0].startswith(sentence[:10])
    assert sentence in stripped(cut(f"{sentence} Next one is here.", size)) or size == 1000 or "," in sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi! How are you?", ["Hi!", "How are you?"]),
        ('"Stop!" he said. "Why?"', ['"Stop!"', "he said.", '"Why?"']),
        ("你好。今天怎么样？很好！", ["你好。", "今天怎么样？", "很好！"]),
        ("1. Eggs\n2. Milk\n", ["1. Eggs", "2. Milk"]),
        ("Great! 😀 Next.", ["Great!", "😀 Next."]),
        ("Code:\n```py\nx. Y()\n```\nDone.", ["Code:", "Done."]),
    ],
)
def test_ends_are_found(text, expected):
    assert stripped(cut(text, 1000)) == expected


def test_the_first_sentence_may_end_at_a_comma_and_later_ones_do_not():
    text = "Well, I would say that it depends, as most things do. But really, it is a rather long story, my friend."
    pieces = stripped(cut(text, 4))
    assert pieces[0] == "Well, I would say that it depends,"
    assert pieces[-1].startswith("But really,")


def test_a_sentence_is_given_out_at_its_end_without_looking_ahead():
    cutter = SentenceCutter()
    assert cutter.feed("Hello there") == []
    assert [s.text for s in cutter.feed("!")] == ["Hello there!"]
    assert cutter.feed(" Next.") == []
    assert [s.text for s in cutter.feed(" And")] == [" Next."]


@given(st.text(alphabet="aB1 .,!?…\n。，\"'()*_`#-:;", max_size=400), st.integers(1, 30))
def test_nothing_is_lost_but_fenced_code(text, size):
    pieces = cut(text, size)
    if "```" not in text:
        assert "".join(pieces) == text


@given(st.text(alphabet="ab ,", min_size=300, max_size=2000))
def test_no_sentence_is_endless(text):
    assert max(len(piece) for piece in cut(text, 7)) <= LONGEST_CHARS + 7


@given(st.text(max_size=300), st.integers(1, 20))
def test_starts_are_places_in_the_text(text, size):
    cutter = SentenceCutter()
    found = []
    for at in range(0, len(text), size):
        found += cutter.feed(text[at : at + size])
    for sentence in (*found, *cutter.finish()):
        assert text[sentence.start : sentence.start + len(sentence.text)] == sentence.text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("**Hello** *there*, _you_!", "Hello there, you!"),
        ("# Title", "Title"),
        ("- item", "item"),
        ("1. first", "1, first"),
        ("[docs](https://x.com/a_b)", "docs"),
        ("![a cat](cat.png)", "a cat"),
        ("see https://www.example.com/foo?x=1.", "see example dot com."),
        ("mail me@x.org now", "mail me at x dot org now"),
        ("use `tth serve` here", "use tth serve here"),
        ("snake_case and 3 * 4", "snake_case and 3 * 4"),
        ("a <b>bold</b> word", "a bold word"),
        ("so it is [1].", "so it is ."),
        ("nice 😀👍🏽 day", "nice day"),
        ("😀", ""),
        ("***", ""),
        ("```\ncode\n```", ""),
        ("| a | b |", ", a, b,"),
    ],
)
def test_markup_is_not_spoken(source, said):
    assert speakable(source).text == said


@given(st.text(max_size=200))
def test_each_spoken_character_knows_where_it_came_from(source):
    spoken = speakable(source)
    if spoken.text:
        assert len(spoken.index) == len(spoken.text) + 1
        assert list(spoken.index) == sorted(spoken.index)
        assert 0 <= spoken.index[0] <= spoken.index[-1] <= len(source)


def test_a_span_leads_back_to_the_source():
    source = "say **hello** to [Bob](http://b.org)"
    spoken = speakable(source)
    at = spoken.text.index("Bob")
    start, end = spoken.span(at, at + 3)
    assert source[start:end].startswith("Bob")


def filtered(text: str, size: int):
    marks = MarkFilter()
    out = []
    for at in range(0, len(text), size):
        out += marks.feed(text[at : at + size])
    return [*out, *marks.finish()]


def words(pieces):
    return "".join(piece for piece in pieces if isinstance(piece, str))


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_emotion_marks_become_controls_and_thoughts_vanish(size):
    pieces = filtered("[happy] Hi <think>hm [sad] no</think>there [sad:0.4] friend [1] <b> [x", size)
    assert words(pieces) == "Hi there friend [1] <b> [x"
    controls = [piece for piece in pieces if isinstance(piece, EmotionControl)]
    assert controls == [EmotionControl(EmotionLabel.HAPPY), EmotionControl(EmotionLabel.SAD, 0.4)]


@given(st.text(alphabet="ab [<>]/:.hapy", max_size=60), st.integers(1, 9))
def test_text_without_marks_passes_unchanged(text, size):
    if "[happy" not in text and "<think" not in text:
        assert words(filtered(text, size)) == text

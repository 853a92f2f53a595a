from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tth.builtins.hibari.reading import LONGEST_RUN, Spoken, align, runs, spoken_words

ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz,.—! ")


@dataclass
class Piece:
    text: str
    whitespace: str
    phonemes: str | None


def say(*words):
    return [Spoken(word, symbols) for word, symbols in words]


def spans(text, spoken):
    return [(text[word.start : word.end], word.first, word.last) for word in align(text, 0, spoken)]


def test_tokens_without_space_between_are_one_word():
    tokens = [
        Piece("JSON", "", "j"),
        Piece("2", "", "t"),
        Piece("XML", " ", "x"),
        Piece("runs", "", "r"),
        Piece(".", "", "."),
    ]
    assert spoken_words(tokens, ALPHABET) == say(("JSON2XML", "jtx"), ("runs.", "r."))


def test_a_dash_ends_a_word():
    tokens = [Piece("then", "", "then"), Piece("—", "", "—"), Piece("now", "", "now")]
    assert spoken_words(tokens, ALPHABET) == say(("then—", "then—"), ("now", "now"))


def test_what_the_model_cannot_read_is_left_out():
    assert spoken_words([Piece("你", " ", "我"), Piece("a", "", None)], ALPHABET) == say(("你", ""), ("a", ""))


def test_same_words_stand_for_each_other():
    spoken = say(("Hello,", "helo,"), ("you!", "ju!"))
    assert spans("Hello, you!", spoken) == [("Hello,", 0, 1), ("you!", 1, 2)]


def test_a_written_word_may_be_several_spoken_ones():
    spoken = say(("on", "on"), ("March", "march"), ("fourth", "forth"), ("then", "then"))
    assert spans("on 3/4 then", spoken) == [("on", 0, 1), ("3/4", 1, 3), ("then", 3, 4)]


def test_written_words_share_what_is_spoken_for_them_by_their_length():
    spoken = say(("seven", "sevn"), ("thirty", "therti"), ("P.M.", "piem"))
    assert spans("7:30 pm", spoken) == [("7:30", 0, 2), ("pm", 2, 3)]


def test_a_word_that_is_not_heard_has_no_mark():
    spoken = say(("😀", ""), ("nice", "nais"))
    assert spans("😀 nice", spoken) == [("nice", 0, 1)]


def test_words_that_nobody_wrote_belong_to_the_one_before():
    spoken = say(("500", "faiv"), ("rupees", "rupis"))
    assert spans("500", spoken) == [("500", 0, 2)]


def test_nothing_to_say_is_no_run():
    assert runs("¿?", 0, [say(("¿?", "?"))]) == []
    assert runs("", 0, []) == []


def test_a_run_knows_whose_each_symbol_is():
    [run] = runs("a, b", 10, [say(("a,", "a,"), ("b", "b"))])
    assert (run.symbols, run.owners) == ("a, b", (0, 0, -1, 1))
    assert [(word.start, word.end) for word in run.words] == [(10, 12), (13, 14)]


def test_a_long_sentence_is_cut_behind_a_clause():
    words = [("word", "w" * 50)] * 4 + [("end,", "e" * 50 + ",")] + [("word", "w" * 50)] * 6
    cut = runs(" ".join(text for text, _ in words), 0, [say(*words)])
    assert [len(run.symbols) <= LONGEST_RUN for run in cut] == [True, True]
    assert cut[0].symbols.endswith("e,")


def test_an_endless_word_is_cut():
    cut = runs("a" * 1000, 0, [spoken_words([Piece("a" * 1000, "", "a" * 1000)], ALPHABET)])
    assert sum(run.symbols.count("a") for run in cut) == 1000
    assert [len(run.words) for run in cut] == [1, 0, 0]


WORDS = st.lists(
    st.tuples(st.sampled_from(["a", "bb", "3/4", "Dr.", "—", "x,"]), st.sampled_from(["a", "bc,", "", "."]))
)


@given(WORDS, st.lists(st.sampled_from(["a", "bb", "3/4", "Doctor", "Dr.", "x,"])))
def test_words_are_in_order_whatever_was_spoken(spoken, written):
    text = " ".join(written)
    words = align(text, 0, say(*spoken))
    for before, after in pairwise(words):
        assert before.end <= after.start
        assert before.first < before.last <= after.first < after.last


@given(st.lists(st.lists(st.integers(0, 450), max_size=12), max_size=3))
def test_every_symbol_is_read_once_and_no_run_is_too_long(lengths):
    sentences = [[Spoken("w", "a" * min(n, LONGEST_RUN)) for n in sentence] for sentence in lengths]
    made = runs("w " * sum(map(len, lengths)), 0, sentences)
    assert all(len(run.symbols) <= LONGEST_RUN == 400 and len(run.symbols) == len(run.owners) for run in made)
    assert sum(run.symbols.count("a") for run in made) == sum(min(n, 400) for sentence in lengths for n in sentence)

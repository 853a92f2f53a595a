from hypothesis import given
from hypothesis import strategies as st

from tth.builtins.moonshine.tokens import circling, read_vocabulary, straightened, text_of


def test_the_vocabulary_is_read_by_its_lengths_long_ones_in_two_bytes():
    long = b"x" * 300
    file = b"\x05<unk>\x00\x03abc" + bytes([300 % 128 + 128, 300 // 128]) + long
    assert read_vocabulary(file) == (b"<unk>", b"", b"abc", long)


def test_a_text_has_spaces_for_their_sign_and_none_of_what_is_special():
    vocabulary = [b"<unk>", b"<s>", b"</s>", "▁Caf".encode(), "é".encode()[:1], "é".encode()[1:], "▁now.".encode()]
    assert text_of([1, 3, 4, 5, 6, 2, 99], vocabulary) == "Café now."


def test_old_spelling_is_made_new():
    assert text_of([3], [b"", b"", b"", b"To-day and to-morrow, not to-do."]) == "Today and tomorrow, not to-do."


def test_a_few_words_again_and_again_are_a_circle_and_what_people_say_twice_is_not():
    assert circling([7, 8, 9, 8, 9, 8, 9])
    assert circling([5] * 5)
    assert not circling([5] * 4)
    assert not circling([8, 9, 8, 9])
    assert not circling([])


def test_a_circle_is_said_once_also_where_its_last_round_is_cut_short():
    assert straightened([7, 8, 9, 8, 9, 8, 9]) == [7, 8, 9]
    assert straightened([7, 8, 9, 10, 8, 9, 10, 8, 9]) == [7, 8, 9, 10]
    assert straightened([7, 8, 9]) == [7, 8, 9]
    assert straightened([5, 5, 5, 5, 5]) == [5]


TOKENS = st.lists(st.integers(3, 6), max_size=12)


@given(TOKENS, st.lists(st.integers(7, 9), min_size=1, max_size=4, unique=True), st.integers(3, 6), st.integers(0, 3))
def test_however_a_circle_begins_and_is_cut_it_is_said_once(before, round_, rounds, cut):
    whole = before + round_ * rounds
    told = whole[: len(whole) - cut % len(round_)]
    assert straightened(told) == before + round_


@given(TOKENS)
def test_straightening_only_takes_away_from_the_end(tokens):
    kept = straightened(tokens)
    assert kept == tokens[: len(kept)]
    assert bool(kept) == bool(tokens)

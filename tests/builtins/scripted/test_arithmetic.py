"""Sums in figures and words."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.builtins.scripted.skills.arithmetic import Unsolvable, find_sum
from tth.builtins.scripted.skills.numbers import read_number, shown

numbers = st.one_of(
    st.integers(0, 10**6).map(lambda n: (str(n), Fraction(n))),
    st.decimals(0, 1000, places=2, allow_nan=False).map(lambda d: (f"{d:f}", Fraction(d))),
)


def _joined(pair: tuple[tuple[str, Fraction], str, tuple[str, Fraction]]) -> tuple[str, Fraction | None]:
    (left, a), sign, (right, b) = pair
    text = f"({left}) {sign} ({right})"
    if a is None or b is None:
        return text, None
    match sign:
        case "+":
            return text, a + b
        case "-":
            return text, a - b
        case "*":
            return text, a * b
    return text, a / b if b else None


sums = st.recursive(numbers, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(_joined), max_leaves=8)


@given(sums.filter(lambda each: "(" in each[0]))
def test_any_sum_has_the_value_that_fractions_give_it(each):
    text, value = each
    if value is None:
        with pytest.raises(Unsolvable):
            find_sum(text)
    else:
        solved = find_sum(f"what is {text}?")
        assert solved is not None
        assert solved.value == value
        assert solved.exact


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 500))
def test_products_come_before_sums_and_equals_are_taken_from_the_left(a, b, c):
    assert find_sum(f"{a} + {b} * {c}").value == a + b * c
    assert find_sum(f"{a} - {b} - {c}").value == a - b - c
    assert find_sum(f"{a} / {c} / {c}").value == Fraction(a, c * c)
    assert find_sum(f"-{a} - -{b}").value == b - a


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text):
    with contextlib.suppress(Unsolvable):
        find_sum(text)


@given(st.text("0123456789+-*/^%!(). plustimesrootofhundredandpoint", max_size=80))
def test_nothing_that_looks_like_a_sum_breaks_the_parser(text):
    with contextlib.suppress(Unsolvable):
        find_sum(text)


@given(st.integers(0, 999_999_999))
def test_every_number_in_words_is_read_back(number):
    words = _words(number).replace("-", " ").split()
    assert read_number(words) == (number, len(words))


def _words(number: int) -> str:
    small = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
    )
    small += "seventeen eighteen nineteen".split()
    tens = "x ten twenty thirty forty fifty sixty seventy eighty ninety".split()
    if number < 20:
        return small[number]
    if number < 100:
        return tens[number // 10] + (f"-{small[number % 10]}" if number % 10 else "")
    for value, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= value:
            rest = number % value
            return f"{_words(number // value)} {name}" + (
                f"{' and' if rest < 100 else ''} {_words(rest)}" if rest else ""
            )
    raise AssertionError


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("what is 12 times 7", "84"),
        ("What's twelve times seven?", "84"),
        ("17 % of 240", "40.8"),
        ("seventeen percent of two hundred and forty", "40.8"),
        ("(3+4)*2", "14"),
        ("square root of 144", "12"),
        ("what is the square root of two", "about 1.4142"),
        ("what is 2 to the power of 10?", "1,024"),
        ("2 ** 10", "1,024"),
        ("five squared", "25"),
        ("10 divided by 4", "2.5"),
        ("1/3", "about 0.3333"),
        ("half of 9", "4.5"),
        ("double 21", "42"),
        ("a quarter of 100", "25"),
        ("5!", "120"),
        ("add 3 and 4", "7"),
        ("subtract 4 from 10", "6"),
        ("multiply 6 by 7", "42"),
        ("divide 10 by 4", "2.5"),
        ("the sum of 3 and 4", "7"),
        ("2+2=", "4"),
        ("how much is 3 plus 4 please?", "7"),
        ("1,000 minus one", "999"),
        ("two thousand and six plus four", "2,010"),
        ("three point five times two", "7"),
        ("minus four plus ten", "6"),
        ("0.1 + 0.2", "0.3"),
        ("7 mod 4", "3"),
        ("cube root of 27", "3"),
        ("3 × 4 ÷ 2 − 1", "5"),
        ("12x7", "84"),
        ("10^30", "about 1.00 times ten to the power of 30"),
        ("hey, can you tell me what is 8 times 8", "64"),
    ],
)
def test_the_answer_is(asked, answer):
    solved = find_sum(asked)
    assert solved is not None
    assert solved.text == answer


@pytest.mark.parametrize(
    "said",
    [
        "",
        "5",
        "what is 5",
        "i have two dogs and three cats",
        "the year 2026",
        "one plus one is a nice film",
        "what is love",
    ],
)
def test_what_is_no_sum_is_none(said):
    assert find_sum(said) is None


@pytest.mark.parametrize(
    ("asked", "case"),
    [
        ("1/0", "zero"),
        ("5 mod 0", "zero"),
        ("0 ^ -1", "zero"),
        ("square root of -4", "root"),
        ("2.5!", "root"),
        ("9^9^9", "huge"),
        ("9!!!", "huge"),
        ("(-8)^0.5", "root"),
        ("10^(0.5) ^ 99999", "huge"),
    ],
)
def test_what_has_no_answer_says_why(asked, case):
    with pytest.raises(Unsolvable) as caught:
        find_sum(asked)
    assert caught.value.case == case


@given(st.fractions(-(10**9), 10**9, max_denominator=10_000))
def test_a_number_is_shown_within_half_of_its_last_digit(value):
    text = shown(value)
    read = Fraction(text.removeprefix("about ").replace(",", ""))
    assert abs(read - value) <= Fraction(1, 20_000)
    assert (read == value) is not text.startswith("about")

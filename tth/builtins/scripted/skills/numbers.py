"""Numbers in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * number for number, word in enumerate(_TENS, 2)
}
_SCALES = {"thousand": 1_000, "million": 10**6, "billion": 10**9}
_DIGITS = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_HIGHEST_SCALE = 10**12


def read_number(words: Sequence[str], at: int = 0) -> tuple[Fraction, int] | None:
    """The number that begins at ``words[at]`` and the place after it; ``None`` where none does."""
    if at >= len(words):
        return None
    if _DIGITS.fullmatch(words[at]):
        value = Fraction(words[at].replace(",", ""))
        following = words[at + 1] if at + 1 < len(words) else ""
        if following in _SCALES:
            return value * _SCALES[following], at + 2
        return value, at + 1
    whole = _read_words(words, at)
    if whole is None:
        return None
    value, end = Fraction(whole[0]), whole[1]
    if end < len(words) and words[end] == "point":
        return _read_decimals(words, end + 1, value) or (value, end)
    return value, end


def _read_words(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """A whole number in words. ``room`` is what may still be added: after "forty" less than ten."""
    total, current, room, scale, end = 0, 0, 1_000, _HIGHEST_SCALE, at
    while end < len(words):
        word, following = words[end], words[end + 1] if end + 1 < len(words) else ""
        if word in _VALUES and _VALUES[word] < room:
            value = _VALUES[word]
            current += value
            room = 10 if value >= 20 else 0
        elif word == "a" and end == at and (following == "hundred" or following in _SCALES):
            current, room = 1, 0
        elif word == "hundred" and 0 < current < 20:
            current, room = current * 100, 100
        elif word in _SCALES and current and _SCALES[word] < scale:
            scale = _SCALES[word]
            total, current, room = total + current * scale, 0, min(scale, 1_000)
        elif not (
            word == "and"
            and end > at
            and following in _VALUES
            and _VALUES[following] < room
            and words[end - 1] in ("hundred", *_SCALES)
        ):
            break
        end += 1
    return (total + current, end) if end > at else None


def _read_decimals(words: Sequence[str], at: int, whole: Fraction) -> tuple[Fraction, int] | None:
    digits = ""
    while at < len(words) and (words[at] in _SMALL[:10] or words[at].isdecimal()):
        digits += str(_VALUES[words[at]]) if words[at] in _VALUES else words[at]
        at += 1
    return (whole + Fraction(int(digits), 10 ** len(digits)), at) if digits else None


def shown(value: Fraction) -> str:
    """A number as it is said: thousands by commas, "about" where digits are left out."""
    if abs(value) >= 10**15:
        return _huge(value)
    if value.denominator == 1:
        return f"{value.numerator:,}"
    digits = 4 if abs(value) >= Fraction(1, 100) else 8
    scaled = round(value * 10**digits)
    text = f"{abs(scaled) // 10**digits:,}.{abs(scaled) % 10**digits:0{digits}d}".rstrip("0").rstrip(".")
    exact = Fraction(scaled, 10**digits) == value
    return ("" if exact else "about ") + ("-" if scaled < 0 else "") + text


def _huge(value: Fraction) -> str:
    whole = str(abs(round(value)))
    sign = "-" if value < 0 else ""
    return f"about {sign}{whole[0]}.{whole[1:3]} times ten to the power of {len(whole) - 1}"

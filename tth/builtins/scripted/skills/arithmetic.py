"""Sums: a small parser of figures and words. Nothing that a person types is ever run as code.

sum     = product (("+" | "-") product)*
product = signed (("*" | "/" | "mod") signed)*
signed  = "-" signed | power
power   = postfix ("^" signed)?
postfix = atom ("squared" | "cubed" | "!" | "%" ("of" signed)?)*
atom    = number | "(" sum ")" | ("root" | "cube root" | "half" | ...) signed
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tth.builtins.scripted.skills.numbers import read_number, shown

LONGEST = 60
"""Tokens of a sum; longer ones are not read."""

_BIGGEST_BITS = 4_096
_BIGGEST_FACTORIAL = 400


class Unsolvable(Exception):
    """The sum has no answer; ``case`` says why: ``zero``, ``root`` or ``huge``."""

    def __init__(self, case: str) -> None:
        self.case = case
        super().__init__(case)


class _NoSum(Exception):
    """What was said is no sum."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The value of a sum; not ``exact`` where it is a rounded root or power."""

    value: Fraction
    exact: bool = True

    @property
    def text(self) -> str:
        """The value as it is said."""
        text = shown(self.value)
        return text if self.exact or text.startswith("about") else f"about {text}"


_SYMBOLS = {
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "²": " squared ",
    "³": " cubed ",
    "√": " root ",
    "**": "^",
}
_ASKING = re.compile(
    r"(?:.*\b)?(?:what(?: is|'s|s| does| do you get (?:for|from))?|how much(?: is| are|'s)?|calculate|compute|solve"
    r"|work out|the result of)\s+"
)
_TRAILING = re.compile(
    r"(?:[\s=?.!,]|\b(?:please|make|makes|equal|equals|is|give|for me|exactly|then|be|what|how much))+$"
)
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\badd (.+?) (?:and|to) (.+)", r"(\1) + (\2)"),
        (r"\b(?:subtract|take) (.+?) (?:away )?from (.+)", r"(\2) - (\1)"),
        (r"\bmultiply (.+?) (?:by|and|with|times) (.+)", r"(\1) * (\2)"),
        (r"\bdivide (.+?) by (.+)", r"(\1) / (\2)"),
        (r"\b(?:sum|total) of (.+?) and (.+)", r"(\1) + (\2)"),
        (r"\bdifference (?:of|between) (.+?) and (.+)", r"(\1) - (\2)"),
        (r"\bproduct of (.+?) and (.+)", r"(\1) * (\2)"),
        (r"\bdivided by\b", "/"),
        (r"\b(?:multiplied by|times)\b", "*"),
        (r"(?<=[\d)])\s*x\s*(?=[\d(])", "*"),
        (r"\b(?:raised )?to the power of\b", "^"),
        (r"\bplus\b", "+"),
        (r"\bminus\b", "-"),
        (r"\bnegative\b", "-"),
        (r"\bover\b", "/"),
        (r"\bmodulo?\b", "mod"),
        (r"\bper ?cent\b", "%"),
        (r"\b(?:cube|cubic|third) root (?:of)?", " cuberoot "),
        (r"\b(?:(?:square|second) root|root|sqrt) ?(?:of)?", " root "),
        (r"\bhalf of\b|\bhalf\b", " half "),
        (r"\ba third of\b", " third "),
        (r"\ba quarter of\b", " quarter "),
        (r"\b(?:double|twice)\b", " double "),
        (r"\b(?:triple|thrice)\b", " triple "),
        (r"\bfactorial of\b", " factorialof "),
        (r"\bfactorial\b", "!"),
    )
)
_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+|[a-z]+|[-+*/^%!()]|\S")


def find_sum(text: str) -> Solved | None:
    """The answer to the sum that ``text`` asks for; ``None`` where it asks for none.

    A lone number is no sum.

    Raises:
        Unsolvable: It is one, but without an answer.
    """
    plain = text.lower().replace("’", "'")
    for symbol, words in _SYMBOLS.items():
        plain = plain.replace(symbol, words)
    bare = [_TRAILING.sub("", each) for each in (plain, _ASKING.sub("", plain, count=1))]
    # "5!" is a factorial only where nothing else makes a sum of it: people shout.
    shouted = [f"{each}{plain[plain.find('!') :].strip()}" for each in bare if "!" in plain]
    for candidate in dict.fromkeys((*bare, *shouted)):
        try:
            return solve(candidate)
        except _NoSum:
            continue
    return None


def solve(text: str) -> Solved:
    """The value of a sum without any words around it."""
    for pattern, words in _PHRASES:
        text = pattern.sub(words, text)
    tokens = [token for token in _TOKEN.findall(text.replace("-", " - ")) if token not in ("the", "is")]
    parser = _Parser(tokens)
    value = parser.whole()
    if not parser.operations:
        raise _NoSum
    return Solved(value, parser.exact)


class _Parser:
    """Recursive descent over tokens."""

    def __init__(self, tokens: list[str]) -> None:
        if len(tokens) > LONGEST:
            raise _NoSum
        self._tokens = tokens
        self._at = 0
        self.operations = 0
        self.exact = True

    def whole(self) -> Fraction:
        value = self._sum()
        if self._at != len(self._tokens):
            raise _NoSum
        return value

    def _take(self, *wanted: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return self._tokens[self._at - 1]
        return ""

    def _sum(self) -> Fraction:
        value = self._product()
        while sign := self._take("+", "-"):
            self.operations += 1
            other = self._product()
            value = value + other if sign == "+" else value - other
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while sign := self._take("*", "/", "mod"):
            self.operations += 1
            other = self._signed()
            if sign == "*":
                value = _bounded(value * other)
                continue
            if other == 0:
                raise Unsolvable("zero")
            value = _bounded(value / other) if sign == "/" else value % other
        return value

    def _signed(self) -> Fraction:
        if self._take("-"):
            return -self._signed()
        self._take("+")
        return self._power()

    def _power(self) -> Fraction:
        value = self._postfix()
        if self._take("^"):
            self.operations += 1
            return self._raise(value, self._signed())
        return value

    def _postfix(self) -> Fraction:
        value = self._atom()
        while sign := self._take("squared", "cubed", "!", "%"):
            self.operations += 1
            if sign == "!":
                value = _factorial(value)
            elif sign == "%":
                value /= 100
                if self._take("of"):
                    value *= self._signed()
            else:
                value = _bounded(value ** (2 if sign == "squared" else 3))
        return value

    def _atom(self) -> Fraction:
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise _NoSum
            return value
        if name := self._take(*_FUNCTIONS):
            self.operations += 1
            return _FUNCTIONS[name](self, self._signed())
        number = read_number(self._tokens, self._at)
        if number is None:
            raise _NoSum
        value, self._at = number
        return value

    def root(self, value: Fraction, degree: int) -> Fraction:
        """The root, exact where numerator and denominator have whole ones."""
        if value < 0 and degree == 2:
            raise Unsolvable("root")
        sign = -1 if value < 0 else 1
        whole = [_whole_root(abs(part), degree) for part in (value.numerator, value.denominator)]
        if whole[0] is not None and whole[1] is not None:
            return sign * Fraction(whole[0], whole[1])
        self.exact = False
        return sign * _fraction(lambda: float(abs(value)) ** (1 / degree))

    def _raise(self, value: Fraction, exponent: Fraction) -> Fraction:
        if value == 0 and exponent < 0:
            raise Unsolvable("zero")
        if exponent.denominator == 1:
            bits = max(value.numerator.bit_length(), value.denominator.bit_length())
            if abs(exponent) * bits > _BIGGEST_BITS and abs(value) != 1:
                raise Unsolvable("huge")
            return _bounded(value ** (int(exponent) if abs(value) != 1 else int(exponent) % 2))
        if value < 0:
            raise Unsolvable("root")
        if exponent == Fraction(1, 2):
            return self.root(value, 2)
        self.exact = False
        return _fraction(lambda: float(value) ** float(exponent))


_FUNCTIONS: dict[str, Callable[[_Parser, Fraction], Fraction]] = {
    "root": lambda parser, value: parser.root(value, 2),
    "cuberoot": lambda parser, value: parser.root(value, 3),
    "half": lambda _, value: value / 2,
    "third": lambda _, value: value / 3,
    "quarter": lambda _, value: value / 4,
    "double": lambda _, value: value * 2,
    "triple": lambda _, value: value * 3,
    "factorialof": lambda _, value: _factorial(value),
}


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _BIGGEST_BITS:
        raise Unsolvable("huge")
    return value


def _factorial(value: Fraction) -> Fraction:
    if value.denominator != 1 or value < 0:
        raise Unsolvable("root")
    if value > _BIGGEST_FACTORIAL:
        raise Unsolvable("huge")
    return Fraction(math.factorial(int(value)))


def _whole_root(value: int, degree: int) -> int | None:
    """The whole ``degree``-th root, by halving; ``None`` where there is none."""
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < value:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == value else None


def _fraction(compute: Callable[[], float]) -> Fraction:
    try:
        return Fraction(compute())
    except OverflowError:
        raise Unsolvable("huge") from None

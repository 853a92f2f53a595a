"""One unit in another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from tth.builtins.scripted.skills.numbers import read_number, shown


@dataclass(frozen=True, slots=True)
class _Unit:
    kind: str
    name: str
    size: Fraction
    zero: Fraction = Fraction(0)


def _units() -> dict[str, _Unit]:
    table = """
        length|kilometres|1000|km kilometer kilometers kilometre kilometres
        length|metres|1|m meter meters metre metres
        length|centimetres|0.01|cm centimeter centimeters centimetre centimetres
        length|millimetres|0.001|mm millimeter millimeters millimetre millimetres
        length|miles|1609.344|mi mile miles
        length|yards|0.9144|yd yard yards
        length|feet|0.3048|ft foot feet
        length|inches|0.0254|in inch inches
        weight|kilograms|1|kg kilo kilos kilogram kilograms
        weight|grams|0.001|g gram grams
        weight|pounds|0.45359237|lb lbs pound pounds
        weight|ounces|0.028349523125|oz ounce ounces
        volume|litres|1|l liter liters litre litres
        volume|millilitres|0.001|ml milliliter milliliters millilitre millilitres
        volume|US gallons|3.785411784|gal gallon gallons
        time|days|86400|day days
        time|hours|3600|h hour hours
        time|minutes|60|min minute minutes
        time|seconds|1|s sec second seconds
        time|weeks|604800|week weeks
    """
    units: dict[str, _Unit] = {}
    for row in table.split("\n"):
        if row.strip():
            kind, name, size, words = row.strip().split("|")
            units.update(dict.fromkeys(words.split(), _Unit(kind, name, Fraction(size))))
    celsius = _Unit("heat", "degrees Celsius", Fraction(1))
    fahrenheit = _Unit("heat", "degrees Fahrenheit", Fraction(5, 9), Fraction(-160, 9))
    units.update(dict.fromkeys(("c", "celsius", "centigrade"), celsius))
    units.update(dict.fromkeys(("f", "fahrenheit"), fahrenheit))
    return units


_UNITS = _units()
_ANY = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMBER = r"(?P<sign>minus |-)?(?P<number>\d[\d,]*(?:\.\d+)?|(?:[a-z]+[ -]){1,6}?)"
_FORWARD = re.compile(
    rf"{_NUMBER}\s*(?:degrees?\s+|°\s*)?(?P<from>{_ANY})\s+(?:in|into|to|as)\s+(?:degrees?\s+)?(?P<to>{_ANY})\b"
)
_BACKWARD = re.compile(
    rf"\bhow many (?P<to>{_ANY}) (?:are|is|make|makes|in)(?: there)?(?: in)? {_NUMBER}\s*(?P<from>{_ANY})\b"
)


def find_conversion(text: str) -> tuple[str, str] | None:
    """What was asked and its answer, as in ("5 miles", "about 8.0467 kilometres"); ``None`` for anything else."""
    plain = text.lower()
    match = _BACKWARD.search(plain) or _FORWARD.search(plain)
    if match is None:
        return None
    amount = _amount(match["number"])
    source, target = _UNITS[match["from"]], _UNITS[match["to"]]
    if amount is None or source.kind != target.kind or source is target:
        return None
    value = -amount if match["sign"] else amount
    result = (value * source.size + source.zero - target.zero) / target.size
    return f"{shown(value)} {_named(source, value)}", f"{shown(result)} {_named(target, result)}"


def _amount(text: str) -> Fraction | None:
    """The number at the end of ``text``, after words like "what is"; "a" and "an" are one."""
    words = text.replace("-", " ").split()
    if words and words[-1] in ("a", "an"):
        return Fraction(1)
    for at in range(len(words)):
        number = read_number(words, at)
        if number is not None and number[1] == len(words):
            return number[0]
    return None


_SINGULAR = {"feet": "foot", "inches": "inch", "degrees Celsius": "degree Celsius", "US gallons": "US gallon"}


def _named(unit: _Unit, value: Fraction) -> str:
    return _SINGULAR.get(unit.name, unit.name.removesuffix("s")) if value == 1 else unit.name

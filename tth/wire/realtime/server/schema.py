"""What a field of a client's event may hold, said as a table of checks.

A check is called with a value, its dotted path and whether unknown fields are refused (else they are dropped). It gives
the value to be used, a copy wherever it is an object, or raises ``Refusal``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tth.wire.realtime.server.errors import invalid, missing, quoted, unknown, wrong_type

Check: TypeAlias = Callable[[Any, str, bool], Any]

_DEEPEST = 64
_INT64 = 2**63


class _Absent:
    """Stands for a field that shall be as if it had not been given."""


ABSENT = _Absent()


def text(most: int | None = None, *, least: int = 0) -> Check:
    """A string of so many characters."""

    def check(value: Any, path: str, strict: bool) -> str:
        if type(value) is not str:
            raise wrong_type(path, "a string", value)
        if len(value) < least or (most is not None and len(value) > most):
            raise invalid(path, f"expected a string of {least} to {most} characters, but it has {len(value)}")
        return value

    return check


def integer(low: int, high: int) -> Check:
    """A whole number within bounds."""

    def check(value: Any, path: str, strict: bool) -> int:
        if type(value) is not int:
            raise wrong_type(path, "an integer", value)
        if not low <= value <= high:
            raise invalid(path, f"expected a value from {low} to {high}, but got {quoted(value)}")
        return value

    return check


def number(low: float, high: float) -> Check:
    """A number within bounds, as a float."""

    def check(value: Any, path: str, strict: bool) -> float:
        if type(value) not in (int, float):
            raise wrong_type(path, "a number", value)
        if not low <= value <= high:
            raise invalid(path, f"expected a value from {low} to {high}, but got {quoted(value)}")
        return float(value)

    return check


def boolean(value: Any, path: str, strict: bool) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise wrong_type(path, "a boolean", value)
    return value


def choice(*known: str) -> Check:
    """One of a few strings."""

    def check(value: Any, path: str, strict: bool) -> str:
        if type(value) is not str:
            raise wrong_type(path, "a string", value)
        if value not in known:
            raise invalid(path, f"{quoted(value)} is not supported; supported values are {', '.join(map(repr, known))}")
        return value

    return check


def nullable(inner: Check) -> Check:
    """What ``inner`` takes, or null."""
    return lambda value, path, strict: None if value is None else inner(value, path, strict)


def null_is_absent(inner: Check) -> Check:
    """What ``inner`` takes; null is the same as left out."""
    return lambda value, path, strict: ABSENT if value is None else inner(value, path, strict)


def array(inner: Check, most: int) -> Check:
    """A list of at most so many."""

    def check(value: Any, path: str, strict: bool) -> list[Any]:
        if type(value) is not list:
            raise wrong_type(path, "an array", value)
        if len(value) > most:
            raise invalid(path, f"expected at most {most} entries, but got {len(value)}")
        return [inner(entry, f"{path}[{index}]", strict) for index, entry in enumerate(value)]

    return check


def record(fields: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    """An object with these fields and no others."""

    def check(value: Any, path: str, strict: bool) -> dict[str, Any]:
        if type(value) is not dict:
            raise wrong_type(path, "an object", value)
        dot = f"{path}." if path else ""
        for name in required:
            if name not in value:
                raise missing(dot + name)
        clean = {}
        for name, entry in value.items():
            inner = fields.get(name)
            if inner is None:
                if strict:
                    raise unknown(dot + name)
                continue
            found = inner(entry, dot + name, strict)
            if found is not ABSENT:
                clean[name] = found
        return clean

    return check


def variant(key: str, table: Mapping[str, Check]) -> Check:
    """An object whose field ``key`` says which of the table's checks it must pass."""
    named = choice(*table)

    def check(value: Any, path: str, strict: bool) -> Any:
        if type(value) is not dict:
            raise wrong_type(path, "an object", value)
        dot = f"{path}." if path else ""
        if key not in value:
            raise missing(dot + key)
        return table[named(value[key], dot + key, strict)](value, path, strict)

    return check


def by_type(expected: str, table: Mapping[type, Check]) -> Check:
    """The check for the value's JSON type."""

    def check(value: Any, path: str, strict: bool) -> Any:
        inner = table.get(type(value))
        if inner is None:
            raise wrong_type(path, expected, value)
        return inner(value, path, strict)

    return check


def mapping(most: int, key_chars: int, inner: Check) -> Check:
    """An object with names of the client's own."""

    def check(value: Any, path: str, strict: bool) -> dict[str, Any]:
        if type(value) is not dict:
            raise wrong_type(path, "an object", value)
        if len(value) > most:
            raise invalid(path, f"expected at most {most} entries, but got {len(value)}")
        for name in value:
            if len(name) > key_chars:
                raise invalid(path, f"expected names of at most {key_chars} characters")
        return {name: inner(entry, f"{path}.{name}", strict) for name, entry in value.items()}

    return check


def free_object(value: Any, path: str, strict: bool) -> dict[str, Any]:
    """Any object that can be echoed: not nested too deeply, whole numbers of 64 bits."""
    if type(value) is not dict:
        raise wrong_type(path, "an object", value)
    _check_free(value, path, _DEEPEST)
    return value


def _check_free(value: Any, path: str, depth: int) -> None:
    if depth == 0:
        raise invalid(path, f"expected at most {_DEEPEST} levels")
    if type(value) is int and not -_INT64 <= value < _INT64:
        raise invalid(path, "a whole number in it is too large")
    if type(value) is dict:
        value = list(value.values())
    if type(value) is list:
        for entry in value:
            _check_free(entry, path, depth - 1)

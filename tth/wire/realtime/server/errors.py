"""How a client's event is refused."""

from __future__ import annotations

from typing import Any

from tth.errors import ProtocolError

_SHOWN_CHARS = 100


class Refusal(ProtocolError):
    """A client's event cannot be carried out; the session goes on as it was.

    Args:
        code: The protocol's name for what is wrong.
        message: The same in words.
        param: Dotted path of the field, as in ``session.audio.output.voice``.
        kind: The class of error, ``type`` on the wire.
    """

    def __init__(
        self, code: str, message: str, param: str | None = None, *, kind: str = "invalid_request_error"
    ) -> None:
        self.message = message
        self.param = param
        self.kind = kind
        super().__init__(code, message)


def quoted(value: Any) -> str:
    """A client's value in a message: short, and on one line."""
    text = str(value)
    if len(text) > _SHOWN_CHARS:
        text = text[:_SHOWN_CHARS] + "…"
    return "'" + "".join(letter if letter.isprintable() else "?" for letter in text) + "'"


def missing(path: str) -> Refusal:
    """A field that must be there is not."""
    return Refusal("missing_required_parameter", f"Missing required parameter: {quoted(path)}.", _short(path))


def unknown(path: str) -> Refusal:
    """A field that the protocol does not have."""
    return Refusal("unknown_parameter", f"Unknown parameter: {quoted(path)}.", _short(path))


def wrong_type(path: str, expected: str, value: Any) -> Refusal:
    """A value of another JSON type than the field takes."""
    names = {type(None): "null", bool: "a boolean", str: "a string", list: "an array", dict: "an object"}
    found = names.get(type(value), "a number")
    message = f"Invalid type for {quoted(path)}: expected {expected}, but got {found} instead."
    return Refusal("invalid_type", message, _short(path))


def invalid(path: str, problem: str) -> Refusal:
    """A value of the right type that the field does not take."""
    return Refusal("invalid_value", f"Invalid {quoted(path)}: {problem}.", _short(path))


def _short(path: str) -> str:
    return path if len(path) <= 4 * _SHOWN_CHARS else path[: 4 * _SHOWN_CHARS] + "…"

"""What was wrong with a client's message, in words that say what would be right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Any, get_args, get_type_hints

import msgspec

SHOWN_CHARS = 200

_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`")
_CHOICE = re.compile(r"Invalid (?:enum )?value '?(.*?)'?( - at|$)")
_PLACE = re.compile(r" - at `\$(.*)`$")


def explained(error: msgspec.MsgspecError, kinds: Sequence[type[msgspec.Struct]], kind: str = "") -> str:
    """The decoder's words with what may stand in that place; short, and on one line.

    Args:
        error: What the decoder raised.
        kinds: The messages that there are.
        kind: The tag of the one that was meant, where there are several.
    """
    text = str(error)
    place = match[1].lstrip(".") if (match := _PLACE.search(text)) else ""
    meant = next((each for each in kinds if each.__struct_config__.tag == kind), kinds[0] if len(kinds) == 1 else None)
    there = _at(meant, place.split(".")) if meant is not None and place else meant
    if place == "type" and meant is None:
        return shown(f"{text}{_instead(kind, [str(each.__struct_config__.tag) for each in kinds])}")
    if (match := _UNKNOWN.match(text)) and there is not None and _is_struct(there):
        return shown(f"{text}{_instead(match[1], there.__struct_fields__)}")
    if (match := _CHOICE.match(text)) and (choices := _choices(there)):
        return shown(f"{text}{_instead(match[1], choices)}")
    return shown(re.sub(r"matching regex '\S+'", "of letters, digits, '_', '.', ':' and '-'", text))


def _instead(said: str, choices: Sequence[str]) -> str:
    near = get_close_matches(said, choices, n=1, cutoff=0.6)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"; {meant}{'It' if meant else 'it'} may be {', '.join(sorted(choices))}"


def _at(kind: Any, path: Sequence[str]) -> Any:
    """The type of the field that ``path`` leads to."""
    for name in path:
        kind = next((each for each in _parts(kind) if _is_struct(each)), None)
        if kind is None or name not in kind.__struct_fields__:
            return None
        kind = get_type_hints(kind)[name]
    return next((each for each in _parts(kind) if _is_struct(each)), kind)


def _parts(hint: Any) -> Sequence[Any]:
    return (hint, *get_args(hint))


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _choices(hint: Any) -> list[str]:
    """What may stand there: an enum's values, or those of a literal."""
    found: list[str] = []
    for part in _parts(hint):
        if isinstance(part, type) and issubclass(part, Enum):
            found += [str(each.value) for each in part]
        elif isinstance(part, str):
            found.append(part)
    return found


def shown(text: str) -> str:
    """``text``, of which a part may be the client's, short and on one line."""
    if len(text) > SHOWN_CHARS * 2:
        text = f"{text[:SHOWN_CHARS]} … {text[-SHOWN_CHARS:]}"
    return "".join(letter if letter.isprintable() else "?" for letter in text)

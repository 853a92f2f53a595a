"""What the mock adapters answer: a template, filled from the conversation as they remember it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tth.core.conversation import Item

REPLY = "You said: {text}"
REPLY_IS = (
    "The answer. {text} stands for what the person said last, {heard} for what of the answer before was heard, "
    "{count} for the number of messages."
)

_PLACE = re.compile(r"\{(text|heard|count)\}")
_TOKEN = re.compile(r"\s*\S+|\s+")


def fill(template: str, items: Sequence[Item]) -> str:
    """The answer to ``items``, oldest first; instructions do not count as messages."""

    def last(role: str) -> str:
        return next((item.text for item in reversed(items) if item.role == role), "")

    count = sum(item.role != "system" for item in items)
    values = {"text": last("user"), "heard": last("assistant"), "count": str(count)}
    return _PLACE.sub(lambda place: values[place[1]], template)


def tokens(text: str) -> Iterator[str]:
    """A word at a time, each with the space before it; together they are the text."""
    return (token.group() for token in _TOKEN.finditer(text))

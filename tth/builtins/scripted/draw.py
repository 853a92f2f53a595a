"""Chance that is the same for the same conversation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from tth.core.conversation import Item

T = TypeVar("T")

REMEMBERED = 6
"""Messages that chance hangs on, beside their number."""


class Draw:
    """Draws by a hash of the seed and the latest messages."""

    def __init__(self, seed: int, messages: Sequence[Item]) -> None:
        said = [f"{item.role}:{item.text}" for item in messages[-REMEMBERED:]]
        self._key = "\x1f".join([str(seed), str(len(messages)), *said]).encode()

    def below(self, bound: int, purpose: str) -> int:
        """A number from 0 to ``bound`` - 1; the same whenever the same ``purpose`` asks."""
        digest = hashlib.blake2b(self._key + purpose.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % bound

    def one(self, choices: Sequence[T], purpose: str) -> T:
        """One of ``choices``."""
        return choices[self.below(len(choices), purpose)]

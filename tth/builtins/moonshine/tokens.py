"""From the numbers that the model writes to words, and when it goes round in circles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

BEGIN, END = 1, 2
SPECIAL = 3
"""Tokens below this one are no text."""

_SPACE = "▁".encode()
_OLD_SPELLING = re.compile(r"\b([Tt]o)-(day|morrow|night)\b")
"""The books that the model learned from have it so."""

_LONG = 0x80
"""A length from here on goes on in a second byte."""

ROUNDS_OF_ONE, ROUNDS_OF_MORE = 5, 3
"""So many times in a row nobody says one token, or the same few."""


def read_vocabulary(file: bytes) -> tuple[bytes, ...]:
    """The pieces of ``tokenizer.bin``: byte strings, each after its length in one byte, or two where it is long."""
    return tuple(_pieces(file))


def _pieces(file: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(file):
        size, at = file[at], at + 1
        if size >= _LONG:
            size, at = size - _LONG + _LONG * file[at], at + 1
        yield file[at : at + size]
        at += size


def text_of(tokens: Sequence[int], vocabulary: Sequence[bytes]) -> str:
    """What ``tokens`` say."""
    known = (vocabulary[token] for token in tokens if SPECIAL <= token < len(vocabulary))
    text = b"".join(known).replace(_SPACE, b" ").decode(errors="replace").strip()
    return _OLD_SPELLING.sub(r"\1\2", text)


def circling(tokens: Sequence[int]) -> bool:
    """Whether the last tokens are the same few again and again, which is the model's way of not finding an end."""
    return any(
        _rounds(tokens, size) >= (ROUNDS_OF_ONE if size == 1 else ROUNDS_OF_MORE)
        for size in range(1, len(tokens) // ROUNDS_OF_MORE + 1)
    )


def straightened(tokens: Sequence[int]) -> Sequence[int]:
    """``tokens``, which found no end, with what goes round in circles at theirs said once."""
    kept = len(tokens)
    for size in range(1, len(tokens) // 2 + 1):
        start = len(tokens) - size
        while start and tokens[start - 1] == tokens[start - 1 + size]:
            start -= 1
        if len(tokens) - start >= 2 * size:
            kept = min(kept, start + size)
    return tokens[:kept]


def _rounds(tokens: Sequence[int], size: int) -> int:
    """How many times in a row the last ``size`` tokens stand at the end."""
    last, rounds = tokens[-size:], 1
    while (end := len(tokens) - rounds * size) >= size and tokens[end - size : end] == last:
        rounds += 1
    return rounds

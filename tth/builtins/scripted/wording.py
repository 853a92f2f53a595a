"""From what a person typed to plain words: case, contractions, slips of the keyboard, and pronouns handed back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tth.builtins.scripted.dialogue import Wording

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[\u2600-\u27bf\U0001f300-\U0001faff]")
_BREAK = re.compile(
    r"[.!?;…\n]+(?=\s|$)|,(?=\s)|\s-+\s|\b(?:and|but|so|also)\b(?=\s+(?:i|i'm|my|we|let's|let|what|what's|who|how|why|when|can|could|tell|do|is|are|please)\b)",
    re.IGNORECASE,
)
_LEAST_LETTERS = 5
"""Shorter words are too much alike to be taken for slips, unless a letter is missing or two changed places."""


def parts(text: str) -> list[str]:
    """The sentences and clauses of what was said, each of which may want something of its own."""
    return [part.strip() for part in _BREAK.split(text) if part and part.strip()]


class Lexicon:
    """Reads words as the dialogue's author would have typed them.

    Args:
        wording: Spellings and swaps.
        phrasings: Everything that is to be understood; its words are those that a slip is taken for.
    """

    def __init__(self, wording: Wording, phrasings: Iterable[str]) -> None:
        self._wording = wording
        self.vocabulary = frozenset(word for text in phrasings for word in self._spelled(text))
        self._near: dict[str, str] = {}
        for word in sorted(self.vocabulary):
            if len(word) >= _LEAST_LETTERS - 1:
                for shorter in _one_less(word):
                    self._near.setdefault(shorter, word)

    def words(self, text: str) -> tuple[str, ...]:
        """The words of ``text``: lower case, written out, slips mended where the word meant is beyond doubt."""
        return tuple(self._mended(word) for word in self._spelled(text))

    def plain(self, text: str) -> str:
        """``text`` in lower case and written out, slips left as they are, a space between the words."""
        return " ".join(self._spelled(text))

    def reflect(self, text: str, original: str) -> str:
        """Hand ``text`` back: ``my`` becomes ``your``. Capitals of ``original`` inside a sentence are kept."""
        capitals = {word.lower(): word for word in re.findall(r"(?<=[^.!?\s]\s)[A-Z][^\W\d_]*", original)}
        swaps, words, out, at = self._wording.swaps, text.split(), [], 0
        while at < len(words):
            pair = " ".join(words[at : at + 2])
            if pair in swaps:
                out.append(swaps[pair])
                at += 2
                continue
            word = words[at]
            out.append(swaps.get(word) or capitals.get(word, word))
            at += 1
        return " ".join(out)

    def _spelled(self, text: str) -> Iterator[str]:
        spellings = self._wording.spellings
        for token in _TOKEN.findall(text.lower().replace("’", "'")):
            if token in spellings:
                yield from spellings[token].split()
            elif token.endswith("'s") and token[:-2] not in spellings:
                yield token[:-2]
            else:
                yield from token.split("'")

    def _mended(self, word: str) -> str:
        if word in self.vocabulary or len(word) < _LEAST_LETTERS - 2 or word[0].isdigit():
            return word
        for guess in (re.sub(r"(.)\1{2,}", r"\1\1", word), re.sub(r"(.)\1+", r"\1", word), *_transposed(word)):
            if guess in self.vocabulary:
                return guess
        for shorter in _one_less(word) if len(word) >= _LEAST_LETTERS else (word,):
            near = self._near.get(shorter)
            if near is not None and near[0] == word[0] and abs(len(near) - len(word)) <= 1:
                return near
        return word


def _transposed(word: str) -> Iterator[str]:
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _one_less(word: str) -> Iterator[str]:
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]

"""From any text to pieces that the engine survives, and words spread over the sound.

The engine reads tags in the text, does not come back from a word of some hundred letters, and fails on a number of
sixty digits. So tags are taken out, long words are broken, and it is given a few words at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tth.core.media import SpeechMark

LONGEST_PIECE = 200
"""Characters spoken in one call; the call holds the interpreter's lock, some 50 ms for so many."""

LONGEST_WORD = 30
LONGEST_NUMBER = 12

_WORD = re.compile(r"\S+")
_LONG_NUMBER = re.compile(rf"\d{{{LONGEST_NUMBER}}}(?=\d)")
_LONG_WORD = re.compile(rf"[^\s]{{{LONGEST_WORD}}}(?=[^\s])")
_REPEATED = re.compile(r"([^\w\s])\1+")
_UNREADABLE = re.compile(r"[<>\x00-\x1f\x7f\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text and what the engine is given for it."""

    start: int
    end: int
    spoken: str

    @property
    def weight(self) -> int:
        """Its share of the time: letters and digits, a digit for three letters."""
        return sum(3 if char.isdigit() else char.isalpha() for char in self.spoken)


def pieces(text: str) -> Iterator[Sequence[Word]]:
    """Words in groups of ``LONGEST_PIECE`` characters at most; groups without a letter or a digit are left out."""
    group, length = list[Word](), 0
    for match in _WORD.finditer(text):
        word = Word(match.start(), match.end(), _readable(match.group()))
        for part in _broken(word):
            if group and length + len(part.spoken) > LONGEST_PIECE:
                if any(held.weight for held in group):
                    yield group
                group, length = [], 0
            group.append(part)
            length += len(part.spoken) + 1
    if any(held.weight for held in group):
        yield group


def _readable(word: str) -> str:
    plain = _REPEATED.sub(r"\1", _UNREADABLE.sub(" ", word)).strip()
    return _LONG_WORD.sub(r"\g<0> ", _LONG_NUMBER.sub(r"\g<0> ", plain))


def _broken(word: Word) -> Iterator[Word]:
    """The word, or where it is longer than a piece, its parts; they share its span."""
    for at in range(0, max(1, len(word.spoken)), LONGEST_PIECE):
        yield Word(word.start, word.end, word.spoken[at : at + LONGEST_PIECE])


def word_marks(words: Sequence[Word], text: str, start: int, end: int) -> list[SpeechMark]:
    """Marks of ``words`` that share the media units ``start`` to ``end`` by their letters."""
    total, before = sum(word.weight for word in words), 0
    marks: list[SpeechMark] = []
    for word in words:
        if not word.weight:
            continue
        after = before + word.weight
        marks.append(
            SpeechMark(
                kind="word",
                value=text[word.start : word.end],
                start=start + (end - start) * before // total,
                end=start + (end - start) * after // total,
                text_start=word.start,
                text_end=word.end,
            )
        )
        before = after
    return marks

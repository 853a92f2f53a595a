"""From text to what the model reads: symbols in runs, and which word of the text each stands for.

The library expands the text first (``3/4`` becomes "March fourth"), so the words that are spoken are aligned with those
that are written. Where several written words became others, they share the time by their letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Protocol

LONGEST_RUN = 400
"""Symbols that the model reads at once, as its library has it; it cannot read more than 601."""

SILENT = frozenset(' ;:,.!?—…"()“”↓→↗↘')
"""Symbols without a sound of their own."""

_WORD = re.compile(r"[^\s—–…]+[—–…]*|[—–…]+")
_CLAUSE_ENDS = (",", ";", ":", "—", ".", "!", "?", "…")


class Token(Protocol):
    """What the library's grapheme-to-phoneme code makes of a piece of text."""

    text: str
    whitespace: str
    phonemes: str | None


@dataclass(frozen=True, slots=True)
class TextWord:
    """A written word and its share of the spoken ones.

    Attributes:
        start: Index of its first character in the text.
        end: Index after its last one.
        first: Where it begins, counted in spoken words that sound: 2.5 is the middle of the third.
        last: Where it ends.
    """

    start: int
    end: int
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Run:
    """What the model reads at once.

    Attributes:
        symbols: In the model's alphabet.
        owners: For each symbol the number of the spoken word that it belongs to; -1 for the spaces between.
        words: The written words that begin in it.
    """

    symbols: str
    owners: tuple[int, ...]
    words: tuple[TextWord, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A spoken word: the text that the library read, and its symbols."""

    text: str
    symbols: str

    @property
    def sounds(self) -> bool:
        """Whether anything of it is heard."""
        return any(symbol not in SILENT for symbol in self.symbols)


def spoken_words(tokens: Sequence[Token], alphabet: frozenset[str]) -> list[Spoken]:
    """Tokens joined to words; what the model cannot read is left out, and an endless word is cut."""
    words: list[Spoken] = []
    text = symbols = ""
    for token in tokens:
        text += token.text
        symbols += "".join(symbol for symbol in token.phonemes or "" if symbol in alphabet)
        if token.whitespace or token is tokens[-1] or token.text.endswith(("—", "–", "…")):
            words.append(Spoken(text, symbols[:LONGEST_RUN]))
            rest = range(LONGEST_RUN, len(symbols), LONGEST_RUN)
            words += [Spoken("", symbols[at : at + LONGEST_RUN]) for at in rest]
            text = symbols = ""
    return words


def runs(text: str, start: int, sentences: Sequence[Sequence[Spoken]]) -> list[Run]:
    """What the model reads, one run after another; nothing where nothing would be heard.

    Args:
        text: One line of the text.
        start: Its place in the whole.
        sentences: Its spoken words.
    """
    spoken = [word for sentence in sentences for word in sentence]
    words = align(text, start, spoken)
    made: list[Run] = []
    number = taken = 0
    for piece in (piece for sentence in sentences for piece in _pieces(sentence)):
        symbols, owners = "", list[int]()
        for word in piece:
            if symbols and word.symbols:
                symbols, owners = symbols + " ", [*owners, -1]
            symbols += word.symbols
            owners += [number if word.sounds else -1] * len(word.symbols)
            number += word.sounds
        if all(owner < 0 for owner in owners):
            continue
        begun = taken
        while taken < len(words) and words[taken].first < number:
            taken += 1
        made.append(Run(symbols, tuple(owners), tuple(words[begun:taken])))
    return made


def _pieces(sentence: Sequence[Spoken]) -> Iterator[Sequence[Spoken]]:
    """The sentence in pieces that the model can read at once, cut behind a clause where there is one."""
    begin = length = clause = 0
    for at, word in enumerate(sentence):
        length += len(word.symbols) + 1
        while length > LONGEST_RUN and at > begin:
            cut = clause if clause > begin else at
            yield sentence[begin:cut]
            begin = cut
            length = sum(len(left.symbols) + 1 for left in sentence[begin : at + 1])
        if word.symbols.endswith(_CLAUSE_ENDS):
            clause = at + 1
    if begin < len(sentence):
        yield sentence[begin:]


def align(text: str, start: int, spoken: Sequence[Spoken]) -> list[TextWord]:
    """The written words that are heard, in order, each with its share of the spoken words that sound."""
    written = list(_WORD.finditer(text))
    places = [0]
    for word in spoken:
        places.append(places[-1] + word.sounds)
    keys = [_key(word.group()) for word in written], [_key(word.text) for word in spoken]
    words: list[TextWord] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs = [(written[i1 + k : i1 + k + 1], places[j1 + k], places[j1 + k + 1]) for k in range(i2 - i1)]
        else:
            pairs = [(written[i1:i2], places[j1], places[j2])]
        for group, first, last in pairs:
            if first == last:
                continue
            if group:
                words += _share(group, start, first, last)
            elif words:
                words[-1] = TextWord(words[-1].start, words[-1].end, words[-1].first, last)
    return words


def _share(group: Sequence[re.Match[str]], start: int, first: int, last: int) -> Iterator[TextWord]:
    """Written words that share the spoken words ``first`` to ``last`` by their length."""
    total, before = sum(len(word.group()) for word in group), 0
    for word in group:
        after = before + len(word.group())
        yield TextWord(
            start + word.start(),
            start + word.end(),
            first + (last - first) * before / total,
            first + (last - first) * after / total,
        )
        before = after


def _key(word: str) -> str:
    """What makes two words the same: their letters and digits, or the signs where there are none."""
    return "".join(char for char in word.casefold() if char.isalnum()) or word

"""Cuts a stream of tokens into sentences, as early as the end of one is beyond doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = re.compile(r"[.!?…。！？｡；\n]")
_CLAUSE = re.compile(r"[,;:—–](?=\s)|[，、；：]")
_CLOSERS = "\"'”’»)]}*_~`」』）】"
_WIDE_ENDS = "。！？｡；"

_NEVER_ENDS = re.compile(
    r"mr|mrs|ms|mx|dr|prof|st|sen|gen|rep|gov|capt|lt|col|sgt|rev|hon|vs|figs?|nos?|vols?|pp|eq|sec|ch"
    r"|e\.?g|i\.?e|approx|ca|cf|al|viz|dept|est|min|max|tel|ext"
)
"""Abbreviations that something follows."""

_MAY_END = re.compile(r"etc|inc|ltd|co|corp|bros|jr|sr|a\.?m|p\.?m|u\.s|u\.k|e\.u|u\.s\.a|ph\.d|b\.a|m\.a|d\.c")
"""Abbreviations that end a sentence where a capital follows."""

FIRST_CLAUSE_CHARS = 20
"""The first sentence of a response may end at a comma after so many characters, so that speech starts early."""

LONGEST_CHARS = 220
"""Longer sentences are cut at their last clause or space."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of the response to be spoken in one go; ``start`` is its place in the response's text."""

    text: str
    start: int


class SentenceCutter:
    """Feed it tokens; it gives sentences back. Their texts add up to the text fed, fenced code left out."""

    def __init__(self) -> None:
        self._text = ""
        self._start = 0
        self._scan = 0
        self._first = True
        self._fenced = False

    def feed(self, token: str) -> list[Sentence]:
        """Take the next token; returns the sentences that are complete now."""
        self._text += token
        return self._cut(last=False)

    def break_off(self) -> list[Sentence]:
        """End the sentence here, whatever follows; returns what was held."""
        return self._take(len(self._text)) if self._text else []

    def finish(self) -> list[Sentence]:
        """No more tokens come; returns what is left."""
        sentences = self._cut(last=True)
        if self._text:
            sentences += self._take(len(self._text))
        return sentences

    def _cut(self, *, last: bool) -> list[Sentence]:
        sentences: list[Sentence] = []
        while True:
            end = self._find_end(last=last)
            if end is None:
                return sentences
            sentences += self._take(end)

    def _take(self, end: int) -> list[Sentence]:
        text, self._text = self._text[:end], self._text[end:]
        start, self._start = self._start, self._start + end
        self._scan = 0
        fences = text.count("```")
        fenced, self._fenced = self._fenced, self._fenced ^ bool(fences % 2)
        if fenced or (fences % 2):
            return []
        if any(char.isalnum() for char in text):
            self._first = False
        return [Sentence(text, start)]

    def _find_end(self, *, last: bool) -> int | None:
        text = self._text
        while match := _END.search(text, self._scan):
            end = self._judge(match.start(), last=last)
            if end == 0:
                return self._early_end()
            if end is not None:
                return end
            self._scan = match.end()
        self._scan = len(text)
        return self._early_end()

    def _judge(self, at: int, *, last: bool) -> int | None:
        """Where the sentence of the end mark ``at`` ends; ``None`` if it is no end, 0 if that cannot be told yet."""
        text = self._text
        mark = text[at]
        if mark == "\n":
            return at + 1
        if self._fenced or text.lstrip().startswith("```"):
            return None
        end = at + 1
        while end < len(text) and text[end] in ".!?…。！？":
            end += 1
        while end < len(text) and text[end] in _CLOSERS:
            end += 1
        if mark in _WIDE_ENDS:
            return end
        if end == len(text):
            if last:
                return end
            return end if mark in "!?" and not self._quoting(end) and not self._in_address(at) else 0
        follows = text[end]
        if not follows.isspace():
            return end if _is_wide(follows) else None
        if mark in "!?":
            return end
        after = text[end:].lstrip()[:1]
        if self._is_ellipsis(at):
            return None if after.islower() else (end if after or last else 0)
        return self._judge_stop(at, end, after, last=last)

    def _judge_stop(self, at: int, end: int, after: str, *, last: bool) -> int | None:
        before = self._text[:at]
        word = re.split(r"[\s(\[\"“‘'*_—–]", before)[-1]
        low = word.lower()
        if _NEVER_ENDS.fullmatch(low) or (before.strip().isdecimal() and len(before.strip()) <= 3):
            return None
        if len(word) == 1 and word.isupper() and word != "I":
            return None
        if _MAY_END.fullmatch(low):
            if not after:
                return end if last else 0
            return end if after.isupper() else None
        return None if after.islower() else end

    def _is_ellipsis(self, at: int) -> bool:
        return self._text[at] == "…" or self._text.startswith("...", at) or self._text.endswith("..", 0, at)

    def _quoting(self, end: int) -> bool:
        piece = self._text[:end]
        return piece.count('"') % 2 == 1 or piece.count("“") > piece.count("”") or piece.count("(") > piece.count(")")

    def _in_address(self, at: int) -> bool:
        word = self._text[:at].rsplit(None, 1)[-1:]
        return bool(word) and ("://" in word[0] or word[0].startswith("www."))

    def _early_end(self) -> int | None:
        text = self._text
        if self._fenced or "```" in text or len(text) < FIRST_CLAUSE_CHARS:
            return None
        if self._first:
            for match in _CLAUSE.finditer(text, FIRST_CLAUSE_CHARS - 1):
                if text[match.start()] != ":" and not self._quoting(match.end()):
                    return match.end()
        if len(text) > LONGEST_CHARS:
            clauses = [m.end() for m in _CLAUSE.finditer(text, LONGEST_CHARS // 3, LONGEST_CHARS)]
            return clauses[-1] if clauses else text.rfind(" ", 1, LONGEST_CHARS) + 1 or LONGEST_CHARS
        return None


def _is_wide(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" or "\uff00" <= char <= "\uffef"

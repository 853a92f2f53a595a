"""Words by which a listener says no more than that they listen."""

from __future__ import annotations

import re
from collections.abc import Iterable

USUAL = (
    "mhm", "mm", "mmm", "hm", "hmm", "mm hmm", "mhmm", "uh huh", "uhuh", "aha", "ah", "oh", "uh", "um", "er",
    "eh", "huh", "ha", "haha", "yeah", "yep", "yup", "yes", "ya", "okay", "ok", "k", "right", "sure",
    "alright", "all right", "fine", "good", "great", "nice", "cool", "wow", "really", "true", "exactly",
    "indeed", "of course", "i see", "got it", "i know", "makes sense", "fair enough", "go on", "no way",
    "you know", "thats right", "oh i see", "ooh", "aw", "phew", "whoa",
)  # fmt: skip
"""What listeners of English say. 'No', 'stop' and 'wait' are not among them."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Fillers:
    """Tells fillers from words.

    Args:
        more: Words or short phrases beside the usual ones.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        phrases = {tuple(_words(phrase)) for phrase in (*USUAL, *more)} - {()}
        self._phrases = frozenset(phrases)
        self._longest = max(map(len, phrases))

    def beside(self, text: str) -> list[str]:
        """The words of ``text`` that are no fillers; none of a 'mhm', and none of silence."""
        words, found, at = _words(text), [], 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                if tuple(words[at : at + length]) in self._phrases:
                    at += length
                    break
            else:
                found.append(words[at])
                at += 1
        return found


def _words(text: str) -> list[str]:
    return [word.replace("’", "").replace("'", "") for word in _WORD.findall(text.casefold())]

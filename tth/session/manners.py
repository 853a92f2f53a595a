"""Which words are meant to interrupt, and which say no more than that somebody listens."""

from __future__ import annotations

import re
from collections.abc import Iterable

USUAL = (
    "mhm", "mm", "mmm", "hm", "hmm", "mm hmm", "mhmm", "uh huh", "uhuh", "aha", "ah", "oh", "uh", "um", "er", "eh",
    "huh", "ha", "haha", "yeah", "yep", "yup", "yes", "ya", "okay", "ok", "k", "right", "sure", "alright",
    "all right", "fine", "good", "great", "nice", "cool", "wow", "really", "true", "exactly", "indeed",
    "of course", "i see", "got it", "i know", "makes sense", "fair enough", "go on", "no way", "you know",
    "thats right", "oh i see", "ooh", "aw", "phew", "whoa",
)  # fmt: skip
"""What listeners of English say. 'No', 'stop' and 'wait' are not among them."""

INTERRUPTERS = (
    "stop", "wait", "hold", "hang", "halt", "pause", "quiet", "silence", "hush", "shush", "shut", "enough",
    "cancel", "quit", "no", "nope", "not", "dont", "never", "but", "what", "why", "who", "where", "when", "which",
    "how", "sorry", "pardon", "excuse", "please", "hello", "hey", "help", "listen", "again", "repeat", "slower",
    "slowly", "faster", "louder", "shorter", "next", "skip", "back", "change", "instead", "question",
)  # fmt: skip
"""What is meant however short it is said, in English."""

SHORT_S, FEW = 0.75, 2
"""Of what is shorter, and of so few words, a recogniser makes anything: a hum is no word that it knows."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Manners:
    """Tells an interruption from what a listener says meanwhile.

    Args:
        fillers: Words or short phrases that interrupt nobody, beside the usual ones.
        interrupters: Words that do, however short they are said, beside the usual ones.
    """

    def __init__(self, fillers: Iterable[str] = (), interrupters: Iterable[str] = ()) -> None:
        phrases = {tuple(_words(phrase)) for phrase in (*USUAL, *fillers)} - {()}
        self._phrases = frozenset(phrases)
        self._longest = max(map(len, phrases))
        self._interrupters = frozenset(word for each in (*INTERRUPTERS, *interrupters) for word in _words(each))

    def interrupts(self, text: str, lasted_s: float) -> bool:
        """Whether somebody who said ``text`` in so many seconds meant to be heard."""
        words = self.beside(text)
        if lasted_s >= SHORT_S or len(words) > FEW:
            return bool(words)
        return any(word in self._interrupters for word in words)

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

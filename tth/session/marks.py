"""Takes out of a model's tokens what it says to tth and not to the person: thoughts and emotion marks."""

from __future__ import annotations

import re

from tth.core.controls import EmotionControl, EmotionLabel

_LABELS = "|".join(EmotionLabel)
_MARK = re.compile(rf"<think(?:ing)?>|\[(?P<label>{_LABELS})(?::(?P<intensity>[01](?:\.\d+)?))?\][ \t]*", re.IGNORECASE)
_THOUGHT_END = re.compile(r"</think(?:ing)?>\s*", re.IGNORECASE)
_LONGEST_MARK = 24
_PARTIAL = re.compile(r"(?:\[[a-zA-Z]{0,9}(?::[\d.]{0,6})?|<[a-zA-Z]{0,8}|\[(?:[a-zA-Z]+)(?::[\d.]+)?\][ \t]*)\Z")


class MarkFilter:
    """Passes text on and holds back only what may be the start of a mark.

    ``[happy]`` or ``[sad:0.4]`` becomes an ``EmotionControl`` for the text after it; ``<think>…</think>`` vanishes.
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False

    def feed(self, token: str) -> list[str | EmotionControl]:
        """Take the next token; returns what can be passed on."""
        if not self._held and not self._thinking and "[" not in token and "<" not in token:
            return [token] if token else []
        self._held += token
        return self._drain(last=False)

    def finish(self) -> list[str | EmotionControl]:
        """No more tokens come; returns what was held back."""
        return self._drain(last=True)

    def _drain(self, *, last: bool) -> list[str | EmotionControl]:
        out: list[str | EmotionControl] = []
        while self._held:
            if self._thinking:
                end = _THOUGHT_END.search(self._held)
                if end is None or (end.end() == len(self._held) and not last):
                    self._held = "" if last else self._held if end else self._held[-_LONGEST_MARK:]
                    break
                self._held, self._thinking = self._held[end.end() :], False
                continue
            mark = _MARK.search(self._held)
            partial = None if last else _PARTIAL.search(self._held)
            if mark is None or (partial is not None and partial.start() <= mark.start()):
                keep = partial.start() if partial is not None else len(self._held)
                _add(out, self._held[:keep])
                self._held = self._held[keep:]
                break
            _add(out, self._held[: mark.start()])
            self._held = self._held[mark.end() :]
            if mark.group("label") is None:
                self._thinking = True
            else:
                strength = mark.group("intensity")
                label = EmotionLabel(mark.group("label").lower())
                out.append(EmotionControl(label, min(1.0, float(strength)) if strength else None))
        return out


def _add(out: list[str | EmotionControl], text: str) -> None:
    if text:
        out.append(text)

"""From the model's own durations to marks.

The model decides how many units of 25 ms each symbol lasts. It labels them late, by 54 ms at speed 1 and more where it
speaks slowly; all times are moved by that. The last sound before a pause is labelled as long as the pause, so it ends
where the energy drops; the first after one begins where it rises, a stop 40 ms before.

Measured with hibari-tts 0.2.1 on eight sentences: the energy minimum of /p/ and /b/ (50 of them) lies within the mark
or 20 ms of it for 98 % at speed 1, 94 % at 0.7, 86 % at 1.5 and 90 % at 2, on the mean 4 to 10 ms before its middle.
At speed 1 an utterance that does not begin with a stop is heard within 7 ms of its first mark; the last mark ends 22 ms
after the energy fell to 3 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from tth.builtins.hibari.reading import SILENT, Run
from tth.core.media import MEDIA_RATE_HZ, SpeechMark

UNIT = 600
"""Samples in one unit of the model's durations."""

STEP = MEDIA_RATE_HZ // 200
"""Samples in one frame of the envelope, 5 ms."""

PAUSE_MS = 90
"""A quiet stretch at a punctuation mark counts as silence from this length on, at speed 1."""

QUIET_DB = -40.0
"""Below the loudest frame by this much nothing is heard."""

CLOSURE = MEDIA_RATE_HZ * 40 // 1000
"""Samples for which the mouth is shut before a stop is heard after silence."""

_STOPS = frozenset(("p", "b", "t", "d", "k", "ɡ", "tʃ", "dʒ"))
_STRESS = frozenset("ˈˌ")
_MODIFIERS = frozenset("ːʰʲ̃ᵝ")
_IPA = MappingProxyType(
    {
        "A": "eɪ",
        "I": "aɪ",
        "O": "oʊ",
        "W": "aʊ",
        "Y": "ɔɪ",
        "Q": "əʊ",
        "T": "ɾ",
        "ʤ": "dʒ",
        "ʧ": "tʃ",
        "ʣ": "dz",
        "ʦ": "ts",
        "ʥ": "dʑ",
        "ʨ": "tɕ",
        "ꭧ": "tʂ",
        "ᵊ": "ə",
    }
)

Wave = npt.NDArray[np.float32]


@dataclass(slots=True)
class Sound:
    """One phoneme in time, in samples; ``word`` is the number of the spoken word, ``pause`` follows it."""

    ipa: str
    word: int
    start: int
    end: int
    pause: bool = False


class Envelope:
    """Where a wave is loud, in frames of 5 ms."""

    def __init__(self, wave: Wave) -> None:
        frames = wave[: len(wave) // STEP * STEP].reshape(-1, STEP)
        self.levels = np.sqrt(np.mean(frames * frames, axis=1)) if len(frames) else np.zeros(1, np.float32)
        self.audible = self.levels > max(1e-5, float(self.levels.max()) * 10 ** (QUIET_DB / 20))

    def span(self) -> tuple[int, int]:
        """First sample that is heard, and the one after the last; equal where nothing is."""
        heard = np.flatnonzero(self.audible)
        return (int(heard[0]) * STEP, (int(heard[-1]) + 1) * STEP) if len(heard) else (0, 0)

    def longest_quiet(self, start: int, end: int) -> tuple[int, int]:
        """The longest stretch between two samples in which nothing is heard, empty where there is none."""
        first, best, run = max(0, start) // STEP, (0, 0), 0
        for at, audible in enumerate(self.audible[first : max(first, end // STEP)].tolist(), first):
            run = 0 if audible else run + 1
            if run > best[1] - best[0]:
                best = (at + 1 - run, at + 1)
        return best[0] * STEP, best[1] * STEP


def even(symbols: int, samples: int) -> list[float]:
    """Edges for when the model's durations cannot be had: equal ones between silence at both ends."""
    lead = min(0.3 * MEDIA_RATE_HZ, samples / 4)
    return [0.0, *np.linspace(lead, samples - lead, symbols + 1).tolist(), float(samples)]


def bias(speed: float) -> float:
    """Samples by which the model labels a symbol late: 54 ms at speed 1, 64 at 0.7, 42 at 2."""
    return (30 + 24 / speed) * MEDIA_RATE_HZ / 1000


def edges(counts: Sequence[int], stretch: float = 1.0) -> list[float]:
    """Where each symbol begins, in samples, the silence before and after counted as one each; and the end."""
    return [0.0, *(np.cumsum(counts) * (UNIT * stretch)).tolist()]


def sounds(run: Run, at: Sequence[float], late: float = 0.0) -> list[Sound]:
    """The phonemes of a run, stress and length marks given to their vowel.

    Args:
        run: What was read.
        at: As ``edges`` gives it.
        late: Samples by which it is late.
    """
    found: list[Sound] = []
    stressed: float | None = None
    for number, symbol in enumerate(run.symbols):
        start, end = at[number + 1] - late, at[number + 2] - late
        if symbol in _STRESS:
            stressed = start if stressed is None else stressed
        elif symbol in _MODIFIERS and found:
            found[-1].end = round(end)
        elif symbol in SILENT:
            if found and symbol != " ":
                found[-1].pause = True
        else:
            begin = max(0.0, start if stressed is None else stressed)
            found.append(Sound(_IPA.get(symbol, symbol), run.owners[number], round(begin), max(0, round(end))))
            stressed = None
    return found


def settle(found: Sequence[Sound], envelope: Envelope, speed: float = 1.0) -> None:
    """Fit sounds to what is heard: no gaps but real pauses, and no sound that lasts into one."""
    if not found:
        return
    first, last = envelope.span()
    shortest = PAUSE_MS * MEDIA_RATE_HZ / 1000 / speed
    _begin(found[0], first)
    for sound, after in pairwise(found):
        after.start = sound.end = max(sound.end, after.start)
        quiet = envelope.longest_quiet(sound.start, (after.start + after.end) // 2) if sound.pause else (0, 0)
        if quiet[1] - quiet[0] >= shortest:
            _begin(after, quiet[1])
            sound.end = max(sound.start, min(quiet[0], after.start))
    found[-1].end = max(found[-1].start, min(found[-1].end, last))


def _begin(sound: Sound, heard: int) -> None:
    """Let the first sound after silence begin where it is heard, a stop with its closure before.

    It keeps half of its length at least, so that a label that is early does not swallow it.
    """
    half = (sound.end - sound.start) // 2
    sound.start = max(0, heard - CLOSURE) if sound.ipa in _STOPS else heard
    sound.end = max(sound.end, heard + half)


def phoneme_marks(found: Sequence[Sound], shift: int, length: int) -> list[SpeechMark]:
    """Phonemes with silence between them where there is some, moved by ``shift``, within ``length`` samples."""
    marks: list[SpeechMark] = []
    at = 0
    for sound in found:
        start, end = _within(sound.start + shift, length), _within(sound.end + shift, length)
        if start > at:
            marks.append(SpeechMark(kind="phoneme", value="", start=at, end=start))
        marks.append(SpeechMark(kind="phoneme", value=sound.ipa, start=max(start, at), end=max(end, at)))
        at = marks[-1].end
    if at < length:
        marks.append(SpeechMark(kind="phoneme", value="", start=at, end=length))
    return marks


def word_marks(found: Sequence[Sound], run: Run, text: str, shift: int, length: int) -> list[SpeechMark]:
    """The written words that begin in ``run``, with their spans of ``text``."""
    spans: dict[int, tuple[int, int]] = {}
    for sound in found:
        spans[sound.word] = spans.get(sound.word, (sound.start, 0))[0], sound.end
    if not spans:
        return []

    def when(place: float, number: int) -> int:
        start, end = spans[min(max(number, min(spans)), max(spans))]
        part = min(1.0, max(0.0, place - number))
        return _within(round(start + (end - start) * part) + shift, length)

    marks: list[SpeechMark] = []
    for word in run.words:
        start, end = when(word.first, floor(word.first)), when(word.last, ceil(word.last) - 1)
        marks.append(
            SpeechMark(
                kind="word",
                value=text[word.start : word.end],
                start=start,
                end=max(start, end),
                text_start=word.start,
                text_end=word.end,
            )
        )
    return marks


def _within(sample: int, length: int) -> int:
    return min(length, max(0, sample))

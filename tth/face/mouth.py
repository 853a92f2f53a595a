"""From timed phonemes to a moving mouth: co-articulation, and closures that close.

Each sound pulls the mouth towards its shape, from some time before it begins until some time after it ends, as
``tth.face.dominance`` says. Where the lips must meet they override everything.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from tth.core.media import MEDIA_RATE_HZ, SpeechMark
from tth.face.blendshapes import Weights
from tth.face.dominance import GROUPS, REACH_MS, heard_until, mouth_of
from tth.face.visemes import CLOSURES, FIRST_HALF, VISEMES, visemes_of

MS = MEDIA_RATE_HZ // 1000
"""Media units a millisecond."""

_ROW = {viseme: row for row, viseme in enumerate(VISEMES)}
_LIPS = GROUPS.index("lips")
_SPOKEN = slice(VISEMES.index("sil") + 1, None)

_ATTACK = 20 * MS
_RELEASE = 20 * MS
_HOLD = 60 * MS
"""A closure lasts at least so long, two frames at 30 a second."""

_LOOK = max(_HOLD, *(reach * MS for pair in REACH_MS.values() for reach in pair))
"""How far around a moment sounds are looked for."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One viseme in time, in media units."""

    viseme: str
    start: int
    end: int


class MouthTrack:
    """Sounds as they become known; weights at any moment, once its surroundings are known.

    Attributes:
        known: Media unit up to which there are sounds.
    """

    def __init__(self) -> None:
        self._sounds: list[Sound] = []
        self._starts: list[int] = []
        self._breath: int | None = None
        self.known = 0

    def __len__(self) -> int:
        return len(self._sounds)

    @property
    def sounds(self) -> tuple[Sound, ...]:
        """The visemes of what was added and not forgotten, in time."""
        return tuple(self._sounds)

    def add(self, mark: SpeechMark) -> None:
        """Take the next phoneme. A breath lends its time to the sound after it."""
        visemes = visemes_of(mark.value)
        self.known = max(self.known, mark.end)
        if not visemes:
            self._breath = mark.start if self._breath is None else self._breath
            return
        start = mark.start if self._breath is None else self._breath
        self._breath = None
        middle = start + int((mark.end - start) * FIRST_HALF)
        spans = [(start, mark.end)] if len(visemes) == 1 else [(start, middle), (middle, mark.end)]
        for viseme, (begin, end) in zip(visemes, spans, strict=True):
            self._sounds.append(Sound(viseme, begin, end))
            self._starts.append(begin)

    def forget(self, before: int) -> None:
        """Let go of sounds that cannot matter after media unit ``before``."""
        keep = bisect_left(self._starts, before - MEDIA_RATE_HZ)
        if keep > 64:
            del self._sounds[:keep], self._starts[:keep]

    def at(self, sample: int, opening: float = 1.0) -> tuple[Weights, float, float]:
        """The mouth at media unit ``sample``.

        Args:
            sample: When.
            opening: Scales how far it opens, by loudness; closures are not scaled.

        Returns:
            Weights; how far speech has the mouth, 0 to 1; how far the lips must meet, 0 to 1.
        """
        first = bisect_left(self._starts, sample - MEDIA_RATE_HZ)
        near = [
            sound
            for sound in self._sounds[first : bisect_left(self._starts, sample + _LOOK)]
            if sound.end > sample - _LOOK
        ]
        pulls = np.zeros((len(VISEMES), len(GROUPS)), np.float32)
        if near:
            edges = np.array([(sound.start, sound.end) for sound in near], np.float32).T - np.float32(sample)
            starts, ends = heard_until(edges[0] / MS), heard_until(edges[1] / MS)
            np.add.at(pulls, [_ROW[sound.viseme] for sound in near], ends - starts)
        closure, closed = 0.0, "PP"
        for sound in near:
            if sound.viseme in CLOSURES and (met := _closing(sound, sample)) > closure:
                closure, closed = met, sound.viseme
        speaking = min(1.0, float(pulls[_SPOKEN, _LIPS].sum()))
        return mouth_of(pulls, opening=opening, closure=closure, closed=closed), speaking, closure


def _closing(sound: Sound, sample: int) -> float:
    """How far the lips have met for a closure: shut within a frame, held, then let go."""
    middle, half = (sound.start + sound.end) // 2, max(_HOLD, sound.end - sound.start) // 2
    start, end = middle - half, middle + half
    if sample < start:
        return max(0.0, 1.0 - (start - sample) / _ATTACK)
    if sample > end:
        return max(0.0, 1.0 - (sample - end) / _RELEASE)
    return 1.0

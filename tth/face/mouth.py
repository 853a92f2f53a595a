"""From timed phonemes to a moving mouth: co-articulation, and closures that close.

Each sound pulls the mouth towards its shape, from some time before it begins until some time after it ends: rounding
earliest, the jaw later, the tongue last. The mouth is the weighted mean of those pulls. Where the lips must meet they
override everything. Sources: dominance functions (Cohen and Massaro 1993); the times in ``_REACH_MS``.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from tth.core.media import MEDIA_RATE_HZ, SpeechMark
from tth.face.blendshapes import INDEX, NAMES, Weights
from tth.face.visemes import CLOSURES, FIRST_HALF, SHAPES, visemes_of

MS = MEDIA_RATE_HZ // 1000
"""Media units a millisecond."""

_REACH_MS = {"round": (120, 90), "jaw": (70, 70), "lips": (60, 60), "tongue": (30, 40)}
"""How long before its start a sound begins to pull, and how long after its end it lets go."""

_GROUPS = tuple(_REACH_MS)
_GROUP_OF = np.array(
    [
        _GROUPS.index(
            "round"
            if name in ("mouthFunnel", "mouthPucker")
            else "jaw"
            if name.startswith(("jaw", "mouthLowerDown", "mouthUpperUp"))
            else "tongue"
            if name.startswith("tongue")
            else "lips"
        )
        for name in NAMES
    ]
)

_ATTACK = 30 * MS
_RELEASE = 60 * MS
_HOLD = 70 * MS
"""A closure lasts at least so long, two frames at 30 a second."""

_LOOK = 130 * MS
"""How far around a moment sounds are looked for."""

_SHORTEST = 40 * MS
"""A sound shorter than this pulls less."""

_REST_PULL = 0.06
"""Pull of the mouth at rest, against which sounds win."""

_OPEN = np.array([INDEX[name] for name in NAMES if name.startswith(("jawOpen", "mouthLowerDown", "mouthUpperUp"))])


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
        total = np.full(len(_GROUPS), _REST_PULL, np.float32)
        mouth = np.zeros(len(NAMES), np.float32)
        speaking, closure, closed = 0.0, 0.0, SHAPES["PP"]
        first = bisect_left(self._starts, sample - MEDIA_RATE_HZ)
        for sound in self._sounds[first:]:
            if sound.start > sample + _LOOK:
                break
            if sound.end < sample - _LOOK:
                continue
            if sound.viseme in CLOSURES:
                met = _closing(sound, sample)
                if met > closure:
                    closure, closed = met, SHAPES[sound.viseme]
            pulls = _pulls(sound, sample)
            total += pulls
            mouth += SHAPES[sound.viseme] * pulls[_GROUP_OF]
            if sound.viseme != "sil":
                speaking = max(speaking, float(pulls[_GROUPS.index("lips")]))
        mouth /= total[_GROUP_OF]
        mouth[_OPEN] *= np.float32(opening)
        mouth += np.float32(closure) * (closed - mouth)
        return mouth, speaking, closure


def _pulls(sound: Sound, sample: int) -> Weights:
    """How strongly a sound pulls each group now, 0 to 1."""
    strength = min(1.0, 0.4 + 0.6 * (sound.end - sound.start) / _SHORTEST)
    pulls = np.zeros(len(_GROUPS), np.float32)
    for group, (before_ms, after_ms) in enumerate(_REACH_MS.values()):
        if sample < sound.start:
            near = 1.0 - (sound.start - sample) / (before_ms * MS)
        elif sample > sound.end:
            near = 1.0 - (sample - sound.end) / (after_ms * MS)
        else:
            near = 1.0
        if near > 0:
            pulls[group] = strength * near * near * (3.0 - 2.0 * near)
    return pulls


def _closing(sound: Sound, sample: int) -> float:
    """How far the lips have met for a closure: shut within a frame, held, then let go."""
    middle, half = (sound.start + sound.end) // 2, max(_HOLD, sound.end - sound.start) // 2
    start, end = middle - half, middle + half
    if sample < start:
        return max(0.0, 1.0 - (start - sample) / _ATTACK)
    if sample > end:
        return max(0.0, 1.0 - (sample - end) / _RELEASE)
    return 1.0

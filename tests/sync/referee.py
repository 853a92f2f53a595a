"""How far the mouth was ahead of its sound, found from both curves alone: what was played, and the jaw that was drawn.

Positive: the mouth comes first; negative: it lags. The page's own clock and counts are not asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

CONTEXT_HZ = 48_000
QUANTUM = 128
REFRESH_MS = 1000 / 60
"""A headless Chromium's display."""

REACH_MS = 250
WINDOW_MS = 1000.0
STEP_MS = 100.0
FEWEST_PICTURES = 12
LEAST_LIKENESS = 0.9
LEAST_CONTRAST = 0.08
STALLED_MS = 50.0
"""A picture whose drawing ended so long after its time was held up by the browser or the machine, and is left out."""


@dataclass(frozen=True)
class Recording:
    """What was played and drawn.

    Attributes:
        sound_ms: Places on the context's own time, in ms.
        loudness: How loud the sound was there.
        drawn_ms: When each picture could first be seen, on the page's timer.
        jaw: How far the jaw was open in it.
        heard_ms: What of the context's time reached the ear at that moment.
        stalled: How many pictures were left out.
    """

    sound_ms: Curve
    loudness: Curve
    drawn_ms: Curve
    jaw: Curve
    heard_ms: Curve
    stalled: int = 0

    def heard_at(self, context_ms: float) -> float:
        """When a moment of the context's time reached the ear."""
        return float(np.interp(context_ms, np.maximum.accumulate(self.heard_ms), self.drawn_ms))


def recording(sound: list[dict[str, list[float]]], pictures: list[list[float]]) -> Recording:
    """Put together what the page's recorder noted."""
    frames = np.concatenate([each["frame"] + QUANTUM * np.arange(len(each["loudness"])) for each in sound])
    picture_ms, now_ms, jaw, context_ms, latency_ms = np.array(pictures).T
    drawn_ms = seen_ms(picture_ms, now_ms)
    heard_ms = drawn_ms + foremost(now_ms, context_ms - now_ms) - latency_ms
    kept = now_ms - picture_ms <= STALLED_MS
    return Recording(
        sound_ms=(frames + QUANTUM / 2) * 1000 / CONTEXT_HZ,
        loudness=np.concatenate([each["loudness"] for each in sound]),
        drawn_ms=drawn_ms[kept],
        jaw=jaw[kept],
        heard_ms=heard_ms[kept],
        stalled=int((~kept).sum()),
    )


def seen_ms(picture_ms: Curve, now_ms: Curve) -> Curve:
    """When a picture is seen: with the first refresh after it was drawn."""
    return picture_ms + REFRESH_MS * (np.floor((now_ms - picture_ms) / REFRESH_MS) + 1)


def foremost(now_ms: Curve, lead_ms: Curve, around_ms: float = 400.0) -> Curve:
    """A context's time moves in steps, and is right just after each: the foremost of the readings around each one."""
    first = np.searchsorted(now_ms, now_ms - around_ms)
    last = np.searchsorted(now_ms, now_ms + around_ms)
    return np.array([lead_ms[a:b].max() for a, b in zip(first, last, strict=True)])


@dataclass(frozen=True)
class Offset:
    """One window of the run.

    Attributes:
        from_ms: When it began, on the page's timer.
        ms: How far the mouth was ahead of the sound in it; not a number where no shift makes the curves alike.
        likeness: The correlation of the two curves when laid so.
    """

    from_ms: float
    ms: float
    likeness: float


def offsets(run: Recording, window_ms: float = WINDOW_MS, step_ms: float = STEP_MS) -> list[Offset]:
    """The offset in each window that holds enough movement to tell."""
    begins = np.arange(run.drawn_ms[0], run.drawn_ms[-1] - window_ms, step_ms)
    found = (offset(run, begin, begin + window_ms) for begin in begins)
    return [each for each in found if each is not None]


def offset(run: Recording, from_ms: float, to_ms: float, least: float = LEAST_LIKENESS) -> Offset | None:
    """The shift at which the jaw between two moments is most like the sound; nothing where too little moved."""
    at = slice(*np.searchsorted(run.drawn_ms, (from_ms, to_ms)))
    jaw, heard = run.jaw[at], run.heard_ms[at]
    if len(jaw) < FEWEST_PICTURES or jaw.std() < LEAST_CONTRAST:
        return None
    shifts = np.arange(-REACH_MS, REACH_MS + 1.0)
    loud = np.interp(heard[None, :] + shifts[:, None], run.sound_ms, run.loudness)
    likeness = _correlation(loud, jaw)
    best = int(likeness.argmax())
    ms = float(shifts[best]) if likeness[best] >= least else math.nan
    return Offset(from_ms, ms, float(likeness[best]))


def find(run: Recording, piece: Curve, step_ms: float, from_ms: float, to_ms: float) -> float | None:
    """Where in the context's time a known piece of loudness was played; nothing where it was not played whole."""
    grid = np.arange(from_ms, to_ms, 1.0)
    within = grid[:, None] + step_ms * np.arange(len(piece))[None, :]
    likeness = _correlation(np.interp(within, run.sound_ms, run.loudness), piece)
    best = int(likeness.argmax())
    return float(grid[best]) if likeness[best] > LEAST_LIKENESS else None


def _correlation(rows: Curve, curve: Curve) -> Curve:
    """Of each row with the curve; 0 for a row in which nothing changes."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    curve = curve - curve.mean()
    size = np.sqrt((rows**2).sum(axis=1) * (curve**2).sum())
    return np.divide(rows @ curve, size, out=np.zeros(len(rows)), where=size > 0)

"""How good lips are: each measure as the docs explain it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.lipsync.examples import Labels
from tth.core.media import MEDIA_RATE_HZ
from tth.face.blendshapes import INDEX, Weights
from tth.face.lipsync.hearing import STEPS_A_SECOND
from tth.face.mouth import Sound
from tth.face.visemes import CLOSURES, MATRIX, VISEMES

_ALIKE = (("DD", "kk", "nn"), ("SS", "CH"), ("E", "I"), ("O", "U", "RR"))
_TOLERANCE = MEDIA_RATE_HZ * 40 // 1000
_SMOOTHING_STEPS = 9
"""A true curve is the table's, under a bell of 100 ms, since mouths do not jump; but where lips meet they do."""


def _merged() -> np.ndarray:
    groups = np.arange(len(VISEMES))
    for alike in _ALIKE:
        groups[[VISEMES.index(name) for name in alike]] = VISEMES.index(alike[0])
    return groups


MERGED = _merged()
"""A number for each viseme, the same for those that look alike."""


_CLOSED = np.isin(VISEMES, tuple(CLOSURES))


def curve(labels: Labels, *shapes: str) -> Weights:
    """How far the true visemes would move the given shapes together, step by step."""
    per_viseme = MATRIX[:, [INDEX[shape] for shape in shapes]].sum(1)
    bell = np.hanning(_SMOOTHING_STEPS + 2)[1:-1]
    smooth = np.convolve(per_viseme[labels], bell / bell.sum(), "same")
    return np.where(_CLOSED[labels], per_viseme[labels], smooth).astype(np.float32)


def at_frames(values: Weights, frames: int) -> Weights:
    """Of a curve in steps, the values at the moments of frames."""
    return values[np.minimum(np.arange(frames) * STEPS_A_SECOND // 30, len(values) - 1)]


def changes(told: np.ndarray) -> int:
    """How often the label changes."""
    return int(np.count_nonzero(np.diff(told)))


def shut(sounds: Sequence[Sound], viseme: str = "PP") -> list[tuple[int, int]]:
    """The closures that there truly are, neighbours joined, in media units."""
    found: list[tuple[int, int]] = []
    for sound in sounds:
        if sound.viseme != viseme or sound.end <= sound.start:
            continue
        if found and sound.start <= found[-1][1]:
            found[-1] = (found[-1][0], sound.end)
        else:
            found.append((sound.start, sound.end))
    return found


def runs(closed: Sequence[bool], unit: int) -> list[tuple[int, int]]:
    """Stretches of frames, each ``unit`` apart, in which lips are shut."""
    edges = np.diff(np.concatenate(([0], np.asarray(closed, np.int8), [0])))
    return [
        (int(a) * unit, int(b - 1) * unit)
        for a, b in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True)
    ]


def matched(true: Sequence[tuple[int, int]], seen: Sequence[tuple[int, int]]) -> int:
    """How many closures were seen: one to one, the middle of one seen within 40 ms of the sound."""
    count, free = 0, list(seen)
    for start, end in true:
        for number, (first, last) in enumerate(free):
            middle = (first + last) // 2
            if start - _TOLERANCE <= middle <= end + _TOLERANCE:
                count += 1
                del free[: number + 1]
                break
    return count


def correlation(one: Weights, other: Weights) -> float:
    """Pearson's r; 0 where one of them never moves."""
    if one.std() < 1e-6 or other.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])

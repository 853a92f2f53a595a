"""How far a voice's labels lie from its sound: the shift at which the trained network agrees best with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.lipsync import voices
from tools.lipsync.corpus import load
from tools.lipsync.examples import label
from tools.lipsync.telling import tell
from tth.face.lipsync.hearing import STEPS_A_SECOND
from tth.face.lipsync.model import Model

_MOST = 3
_UTTERANCES = 40


def shifts(model: Model) -> Iterator[tuple[str, float]]:
    """Each set that is learnt from, and by how many seconds its labels come too early, to a tenth of a step."""
    for name in voices.LEARNT:
        agreeing = np.zeros(2 * _MOST + 1)
        for one in load(name)[:_UTTERANCES]:
            told = tell(model.buffered, model.mean, one.pcm).argmax(1)
            labels = label(one.sounds(), len(told))
            agreeing += [(np.roll(labels, shift) == told).sum() for shift in range(-_MOST, _MOST + 1)]
        yield name, _peak(agreeing) / STEPS_A_SECOND


def _peak(agreeing: np.ndarray) -> float:
    """Where a parabola through the best shift and its neighbours is highest."""
    best = int(np.clip(agreeing.argmax(), 1, 2 * _MOST - 1))
    before, at, after = agreeing[best - 1 : best + 2]
    return best - _MOST + 0.5 * (before - after) / (before - 2 * at + after)

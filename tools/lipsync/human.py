"""A small trial on people: the eight words that test loudspeakers with, as Debian's ``alsa-utils`` carries them.

Nobody has marked when their sounds are made. So the network is asked which of the eight texts each recording says, by
the likeliest way through that text's visemes; and along the way through the right text, how often it agrees. The way
is laid by the network itself: that second figure flatters.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from tools.lipsync.corpus import at_16_khz
from tools.lipsync.telling import tell
from tth.face.blendshapes import Weights
from tth.face.lipsync.model import Model
from tth.face.visemes import VISEMES

FOLDER = Path("/usr/share/sounds/alsa")
_SAID = {
    "Front": "FF RR aa nn DD",
    "Rear": "RR I RR",
    "Side": "SS aa I DD",
    "Left": "nn E FF DD",
    "Right": "RR aa I DD",
    "Center": "SS E nn DD RR",
}
_CLIPS = tuple(f"{place}_{side}" for place in ("Front", "Rear", "Side") for side in ("Left", "Right", "Center"))
_STAY = 3
"""A sound lasts at least so many steps."""


def trial(model: Model) -> tuple[int, int, float] | None:
    """How many recordings are told apart, of how many, and the share of agreeing steps; ``None`` without them."""
    names = [name for name in _CLIPS if (FOLDER / f"{name}.wav").exists()]
    if not names:
        return None
    known = agreeing = steps = 0
    for name in names:
        chances = tell(model.buffered, model.mean, _read(FOLDER / f"{name}.wav"))
        paths = {other: _path(np.log(chances + 1e-4), _visemes(other)) for other in names}
        known += max(paths, key=lambda other: paths[other][0]) == name
        labels = paths[name][1]
        agreeing += int(((chances.argmax(1) == labels) & (labels > 0)).sum())
        steps += int((labels > 0).sum())
    return known, len(names), agreeing / steps


def _visemes(name: str) -> list[int]:
    first, second = (_SAID[word].split() for word in name.split("_"))
    return [VISEMES.index(viseme) for viseme in ("sil", *first, "sil", *second, "sil")]


def _path(logs: Weights, visemes: list[int]) -> tuple[float, np.ndarray]:
    """The likeliest way through visemes in their order: its score, and the viseme of each step."""
    states = [viseme for viseme in visemes for _ in range(1 if viseme == 0 else _STAY)]
    score = np.full(len(states), -np.inf)
    score[0] = logs[0, states[0]]
    came = np.zeros((len(logs), len(states)), np.int32)
    pauses = np.array([state == 0 for state in states])
    for step in range(1, len(logs)):
        options = np.stack((score, np.roll(score, 1), np.roll(score, 2)))
        options[1, 0] = options[2, :2] = -np.inf
        # Only a pause may be left out.
        options[2, ~np.roll(pauses, 1)] = -np.inf
        best = options.argmax(0)
        came[step] = np.arange(len(states)) - best
        score = options.max(0) + logs[step, states]
    at, path = len(states) - 1, np.zeros(len(logs), np.int64)
    for step in range(len(logs) - 1, -1, -1):
        path[step] = states[at]
        at = came[step, at]
    return float(score[-1]), path


def _read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return at_16_khz(np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate())

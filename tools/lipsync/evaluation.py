"""The table of scores."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tools.lipsync import score
from tools.lipsync.corpus import Utterance
from tools.lipsync.examples import label, lateness
from tools.lipsync.ways import Lips, Way
from tth.face.blendshapes import INDEX, Weights
from tth.face.lipsync.hearing import STEPS_A_SECOND
from tth.face.lipsync.model import Model
from tth.face.lipsync.reader import FRAME_UNITS, LipReader

_JAW, _PRESS = INDEX["jawOpen"], INDEX["mouthPressLeft"]
_ROUND = (INDEX["mouthFunnel"], INDEX["mouthPucker"])
_FAR = STEPS_A_SECOND // 10
"""Silence counts for the mouth at rest when it is so many steps from any sound, 100 ms."""


@dataclass(slots=True)
class Tally:
    """What is counted over the utterances of a group."""

    steps: int = 0
    right: int = 0
    alike: int = 0
    spoken: int = 0
    spoken_right: int = 0
    changes: int = 0
    closures: int = 0
    closed: int = 0
    met: int = 0
    jaws: list[tuple[Weights, Weights]] = field(default_factory=list)
    rounds: list[tuple[Weights, Weights]] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)

    def add(self, one: Utterance, lips: Lips, late: dict[str, float]) -> None:
        """Count an utterance."""
        sounds = one.sounds(lateness(one.voice, late))
        labels = label(sounds, len(lips.told))
        self._labels(labels, lips.told)
        frames = len(lips.poses)
        jaw = score.at_frames(score.curve(labels, "jawOpen"), frames)
        self.jaws.append((lips.poses[:, _JAW], jaw))
        rounding = score.at_frames(score.curve(labels, "mouthFunnel", "mouthPucker"), frames)
        self.rounds.append((lips.poses[:, _ROUND].sum(1), rounding))
        true = score.shut(sounds)
        closed = (lips.closures >= 0.5) & (lips.poses[:, _PRESS] > 0.15)
        seen = score.runs(closed.tolist(), FRAME_UNITS)
        self.closures += len(true)
        self.closed += len(seen)
        self.met += score.matched(true, seen)
        near = np.convolve(labels > 0, np.ones(2 * _FAR + 1), "same") > 0.5
        self.rest += lips.poses[~score.at_frames(near, frames), _JAW].tolist()

    def _labels(self, labels: np.ndarray, told: np.ndarray) -> None:
        right = labels == told
        self.steps += len(labels)
        self.right += int(right.sum())
        self.alike += int((score.MERGED[labels] == score.MERGED[told]).sum())
        self.spoken += int((labels > 0).sum())
        self.spoken_right += int(right[labels > 0].sum())
        self.changes += score.changes(told)

    def figures(self) -> dict[str, float]:
        """The measures by name."""
        return {
            "visemes": self.right / self.steps,
            "in speech": self.spoken_right / self.spoken,
            "alike": self.alike / self.steps,
            "jaw r": _together(self.jaws),
            "rounding r": _together(self.rounds),
            "p b m recall": self.met / max(1, self.closures),
            "precision": self.met / max(1, self.closed),
            "changes/s": self.changes * STEPS_A_SECOND / self.steps,
            "rest p99": float(np.percentile(self.rest, 99)) if self.rest else 0.0,
        }


def _together(curves: list[tuple[Weights, Weights]]) -> float:
    """The correlation over all utterances, one behind the other."""
    made, true = (np.concatenate(side) for side in zip(*curves, strict=True))
    return score.correlation(made, true)


def tally(utterances: Sequence[Utterance], way: Way, late: dict[str, float]) -> dict[str, float]:
    """The measures of one way on a group of utterances."""
    found = Tally()
    for one in utterances:
        found.add(one, way(one), late)
    return found.figures()


def load(model: Model, utterances: Sequence[Utterance], *, live: bool = False) -> float:
    """Share of a core that a reader takes when fed 20 ms at a time."""
    pcm = b"".join(one.pcm.astype("<i2").tobytes() for one in utterances)[: 60 * 32_000]
    reader = LipReader(model, live=live)
    started = time.process_time()
    for at in range(0, len(pcm), 640):
        reader.feed(pcm[at : at + 640])
    return (time.process_time() - started) / (len(pcm) / 32_000)

"""The table of scores."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tools.lipsync import score
from tools.lipsync.corpus import Utterance
from tools.lipsync.examples import label, lateness
from tools.lipsync.ways import Lips, Way
from tth.face.blendshapes import INDEX, Weights
from tth.face.lipsync.hearing import RATE_HZ, STEPS_A_SECOND
from tth.face.lipsync.model import Model
from tth.face.lipsync.reader import FRAME_UNITS, LipReader

_JAW, _PRESS = INDEX["jawOpen"], INDEX["mouthPressLeft"]
_ROUND = (INDEX["mouthFunnel"], INDEX["mouthPucker"])
_PAUSE_S, _PAUSE_DB = 1.0, (-65.0, -42.0)
"""Before and after an utterance, for the mouth at rest: a pause with noise in it, from faint to plainly heard."""

_FAR_FRAMES = 3
"""A pose so close to the utterance does not count, 100 ms."""

_RESTING = 3
"""One utterance of so many is tried with pauses."""


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
    for number, one in enumerate(utterances):
        found.add(one, way(one), late)
        if number % _RESTING == 0:
            found.rest += _at_rest(one, way).tolist()
    return found.figures()


def _at_rest(one: Utterance, way: Way) -> Weights:
    """The jaw in pauses before and after an utterance."""
    draw = np.random.default_rng(len(one.pcm))
    pause = round(_PAUSE_S * RATE_HZ)
    noise = draw.normal(0.0, 32_768.0 * 10.0 ** (draw.uniform(*_PAUSE_DB) / 20.0), len(one.pcm) + 2 * pause)
    noise[pause:-pause] += one.pcm
    pcm = np.clip(np.round(noise), -32_768, 32_767).astype(np.int16)
    phones = (("", _PAUSE_S), *((sound, end + _PAUSE_S) for sound, end in one.phones))
    jaw = way(dataclasses.replace(one, pcm=pcm, phones=phones)).poses[:, _JAW]
    first, last = round(_PAUSE_S * 30), round((len(pcm) - pause) / RATE_HZ * 30)
    return np.concatenate((jaw[: first - _FAR_FRAMES], jaw[last + _FAR_FRAMES + 1 :]))


def load(model: Model, utterances: Sequence[Utterance], *, live: bool = False) -> float:
    """Share of a core that a reader takes when fed 20 ms at a time: best of its pieces of five seconds."""
    pcm = b"".join(one.pcm.astype("<i2").tobytes() for one in utterances)
    reader, taken = LipReader(model, live=live), list[float]()
    for piece in range(len(pcm) // 160_000):
        started = time.thread_time()
        for at in range(piece * 160_000, (piece + 1) * 160_000, 640):
            reader.feed(pcm[at : at + 640])
        taken.append((time.thread_time() - started) / 5.0)
    return min(taken)

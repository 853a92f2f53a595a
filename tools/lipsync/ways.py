"""Ways to move lips, side by side: the network's two points, phoneme times, and what others do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tools.lipsync.corpus import Utterance
from tools.lipsync.energy import EnergyLips
from tools.lipsync.examples import lateness
from tools.lipsync.making import LATE
from tools.lipsync.telling import tell
from tth.core.media import MEDIA_RATE_HZ
from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import STEPS_A_SECOND
from tth.face.lipsync.model import Model
from tth.face.lipsync.reader import FRAME_UNITS, LipReader
from tth.face.mouth import MouthTrack
from tth.face.visemes import SHAPES, VISEMES

_BANDS = np.array([VISEMES.index(name) for name in ("U", "aa", "I", "SS")])
_QUIET, _LOUD = -50.0, -14.0


@dataclass(frozen=True, slots=True)
class Lips:
    """What a way made of an utterance.

    Attributes:
        told: Shape (steps,): the viseme of each ninetieth of a second.
        poses: Shape (frames, 52), 30 a second.
        closures: Shape (frames,): how far lips must meet, 0 to 1.
    """

    told: np.ndarray
    poses: Weights
    closures: Weights


Way = Callable[[Utterance], Lips]


def ways(model: Model) -> dict[str, Way]:
    """Every way by its name."""
    return {
        "loudness": by_loudness,
        "band energies": by_bands,
        "live": lambda one: by_network(one, model, live=True),
        "buffered": lambda one: by_network(one, model, live=False),
        "phoneme times": by_phonemes,
    }


def by_network(one: Utterance, model: Model, *, live: bool) -> Lips:
    """The shipped reader; its visemes from the same network."""
    reader = LipReader(model, live=live)
    frames = [*reader.feed(one.pcm.astype("<i2").tobytes()), *reader.flush()]
    told = tell(model.live if live else model.buffered, model.mean, one.pcm).argmax(1)
    poses, closures = np.stack([frame.weights for frame in frames]), np.array([frame.closure for frame in frames])
    return Lips(told[: _steps(one)], poses, closures.astype(np.float32))


def by_phonemes(one: Utterance) -> Lips:
    """The phoneme-timed mouth on the true times: what is lost between times and weights."""
    track = MouthTrack()
    for mark in one.marks(lateness(one.voice, LATE)):
        track.add(mark)
    poses, closures = list[Weights](), list[float]()
    for frame in range(_frames(one)):
        pose, _, closure = track.at(frame * FRAME_UNITS)
        poses.append(pose)
        closures.append(closure)
    told = np.zeros(_steps(one), np.int64)
    for sound in track.sounds:
        start, end = (-(-at * STEPS_A_SECOND // MEDIA_RATE_HZ) for at in (sound.start, sound.end))
        told[start:end] = VISEMES.index(sound.viseme)
    return Lips(told, np.stack(poses), np.array(closures, np.float32))


def by_loudness(one: Utterance) -> Lips:
    """A jaw that opens by loudness."""
    levels = _levels(one)
    told = np.where(levels > 0.2, VISEMES.index("aa"), 0)
    poses = np.clip(levels[:: STEPS_A_SECOND // 30], 0, 1)[:, None] * SHAPES["aa"]
    return Lips(told, poses.astype(np.float32), np.zeros(len(poses), np.float32))


def by_bands(one: Utterance) -> Lips:
    """The mouth of ``tools.lipsync.energy``: four bands, four mouths."""
    lips = EnergyLips(16_000)
    made = [*lips.feed(one.pcm.astype("<i2").tobytes()), *lips.flush()]
    poses = np.stack([frame.weights for frame in made])
    # The strongest of the four mouths, read back from the pose it was mixed into.
    shares = np.linalg.lstsq(np.stack([SHAPES[VISEMES[band]] for band in _BANDS]).T, poses.T, rcond=None)[0].T
    told = np.where(poses.max(1) > 0.02, _BANDS[shares.argmax(1)], 0)
    return Lips(np.repeat(told, 3)[: _steps(one)], poses, np.zeros(len(poses), np.float32))


def _levels(one: Utterance) -> Weights:
    sound = np.concatenate((one.pcm.astype(np.float32) / np.float32(32_768.0), np.zeros(800, np.float32)))
    starts = np.arange(_steps(one)) * 16_000 // STEPS_A_SECOND
    power = np.add.reduceat(np.square(sound), np.concatenate((starts, [len(one.pcm)])))[:-1] / 178.0
    decibels = 10.0 * np.log10(power + 1e-10)
    return np.clip((decibels - _QUIET) / (_LOUD - _QUIET), 0.0, 1.0)


def _steps(one: Utterance) -> int:
    return len(one.pcm) * STEPS_A_SECOND // 16_000


def _frames(one: Utterance) -> int:
    return -(-len(one.pcm) * 30 // 16_000)

"""Lips read from a stream of sound, thirty poses a second.

A pose shows the moment it is due: the network tells the visemes of ninetieths of a second around it, and each pulls its
part of the mouth as a timed phoneme would. Closures have detectors of their own, so that smoothing cannot open them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tth.core.media import MEDIA_RATE_HZ
from tth.errors import MediaError
from tth.face.blendshapes import Weights
from tth.face.dominance import GROUPS, heard_until, mouth_of
from tth.face.lipsync.closing import APART, Closing
from tth.face.lipsync.hearing import RATE_HZ, STEPS, STEPS_A_SECOND, WINDOW, RunningMean, centre, spectra
from tth.face.lipsync.model import Model
from tth.face.lipsync.network import NetworkStream
from tth.face.visemes import VISEMES

FRAMES_A_SECOND = 30
FRAME_UNITS = MEDIA_RATE_HZ // FRAMES_A_SECOND

_BEHIND, _AHEAD = 3, 2
"""Steps before and after a pose whose visemes still pull it."""


def _kernel() -> Weights:
    """Shape (4, 6): how strongly each of these steps pulls each part of the mouth; what lies beyond is left out."""
    edges = (np.arange(-_BEHIND, _AHEAD + 2, dtype=np.float32) - 0.5) * np.float32(1000.0 / STEPS_A_SECOND)
    shares = np.diff(heard_until(edges), axis=0)
    kernel: Weights = (shares / shares.sum(0)).T
    return np.ascontiguousarray(kernel)


_KERNEL = _kernel()
_PULLS = np.ascontiguousarray(_KERNEL.T)
_LIPS = GROUPS.index("lips")

_NEAR = slice(_BEHIND - 1, _BEHIND + 2)
"""The steps in which a closure counts for the pose."""

_FULL_SCALE = np.float32(1 / 32_768)

_QUIET_POWER = 1e-5
_QUIET_ENERGY = _QUIET_POWER * (WINDOW + 1)
_QUIET_STEPS = 5
"""So many steps in a row below -50 dB of full scale are silence, whatever the network thinks: 57 ms."""

_QUIET_DB, _LOUD_DB = -50.0, -14.0
_LEAST, _MORE = 0.6, 0.55
"""How far the mouth opens in the quietest speech, and how much more in the loudest."""

_SIL = VISEMES.index("sil")
_SILENCE = np.eye(len(VISEMES), dtype=np.float32)[_SIL]
_SPOKEN = slice(_SIL + 1, None)


class MouthFrame(NamedTuple):
    """The mouth at one moment.

    Attributes:
        sample: Media unit at which it is due.
        weights: A pose of the mouth.
        speaking: How far speech has the mouth, 0 to 1.
        closure: How far the lips must meet, 0 to 1; both as ``tth.face.emotions.blend`` takes them.
    """

    sample: int
    weights: Weights
    speaking: float
    closure: float


class LipReader:
    """PCM16 mono 16 kHz in any pieces becomes poses: the same bits however the sound is cut.

    One costs about 0.3 % of a core.

    Args:
        model: The trained networks; shared, never changed.
        live: Give a pose at most 65 ms of sound after the moment it shows, instead of 115 ms.
        start_sample: Media unit of the first sample of sound; what lies before the next frame is left out.
    """

    def __init__(self, model: Model, *, live: bool = False, start_sample: int = 0) -> None:
        self._network = model.live if live else model.buffered
        self._mean = model.mean
        self._ahead = self._network.ahead + _AHEAD
        self.reset(start_sample)

    @property
    def look_ahead_ms(self) -> float:
        """Sound that must be there beyond the moment of a pose."""
        return 1000.0 * (centre(self._ahead) + WINDOW // 2) / RATE_HZ

    def reset(self, start_sample: int = 0) -> None:
        """Forget everything; the next sound begins at media unit ``start_sample``, spoken by a new voice."""
        self._origin = -(-start_sample // FRAME_UNITS) * FRAME_UNITS
        self._skip = (self._origin - start_sample) * RATE_HZ // MEDIA_RATE_HZ
        self._fed = 0
        self._hearing = RunningMean(self._mean)
        self._stream = NetworkStream(self._network)
        self._closing = Closing()
        kept = _BEHIND + 1 + _AHEAD
        self._visemes = np.tile(_SILENCE, (kept, 1))
        self._detected: list[Sequence[float]] = [APART] * kept
        self._powers = [0.0] * (self._ahead + kept + _QUIET_STEPS)
        self._windows = np.empty((STEPS, WINDOW + 1), np.float32)
        # Silence before the first frame, as much as the first pose can depend on.
        self._frame = -((self._network.reach + kept) // STEPS + 2)
        self._starts = self._next_starts()
        self._at = self._starts[0]
        self._until = 0
        self._pieces = [np.zeros(-self._at, np.float32)]
        self._make()

    def feed(self, pcm: bytes) -> list[MouthFrame]:
        """The poses whose surroundings are known now.

        Raises:
            MediaError: ``pcm`` ends within a sample.
        """
        if len(pcm) % 2:
            raise MediaError(f"{len(pcm)} bytes end within a sample; use whole samples of two bytes")
        left_out = min(self._skip, len(pcm) // 2)
        self._skip -= left_out
        samples = np.frombuffer(pcm, "<i2", offset=2 * left_out)
        self._fed += len(samples)
        return self._take(samples * _FULL_SCALE)

    def flush(self, tail_frames: int = 0) -> list[MouthFrame]:
        """The rest, silence assumed after it; afterwards a new speech may begin.

        Args:
            tail_frames: How many poses to give beyond the last sound, in which the mouth comes to rest.
        """
        last = -(-self._fed * FRAMES_A_SECOND // RATE_HZ) + tail_frames
        missing = max(0, last - self._frame) * RATE_HZ // FRAMES_A_SECOND + centre(self._ahead) + 2 * WINDOW
        made = self._take(np.zeros(missing, np.float32))
        kept = max(0, len(made) - (self._frame - last))
        self.reset()
        return made[:kept]

    def _take(self, samples: Weights) -> list[MouthFrame]:
        self._pieces.append(samples)
        self._until += len(samples)
        return self._make() if self._until > self._starts[-1] + WINDOW else []

    def _next_starts(self) -> list[int]:
        """Where the windows of the three steps begin that the next frame waits for."""
        last = STEPS * self._frame + self._ahead
        return [centre(step) - WINDOW // 2 - 1 for step in range(last - STEPS + 1, last + 1)]

    def _make(self) -> list[MouthFrame]:
        """Every pose that the sound is there for; drops the sound that is no longer needed."""
        made: list[MouthFrame] = []
        sound = np.concatenate(self._pieces)
        while self._until > self._starts[-1] + WINDOW:
            for window, start in zip(self._windows, self._starts, strict=True):
                window[:] = sound[start - self._at : start - self._at + WINDOW + 1]
            self._listen()
            if self._frame >= 0:
                made.append(self._pose())
            self._frame += 1
            self._starts = self._next_starts()
        self._pieces = [sound[self._starts[0] - self._at :]]
        self._at = self._starts[0]
        return made

    def _listen(self) -> None:
        """Hear three steps more; the visemes of three, ``network.ahead`` before them, become known."""
        windows = self._windows
        scores = self._stream.step(self._hearing.remove(spectra(windows)))
        self._powers[:STEPS] = []
        self._powers += np.vecdot(windows, windows).tolist()
        self._visemes[:-STEPS] = self._visemes[STEPS:]
        visemes = self._visemes[-STEPS:]
        spoken = scores[:, : len(VISEMES)]
        np.subtract(spoken, np.maximum.reduce(spoken, axis=1, keepdims=True), out=visemes)
        np.exp(visemes, out=visemes)
        visemes /= np.add.reduce(visemes, axis=1, keepdims=True)
        self._detected[:STEPS] = []
        self._detected += scores[:, len(VISEMES) :].tolist()
        if self._powers[-1 - self._network.ahead] < _QUIET_ENERGY:
            self._hush()

    def _hush(self) -> None:
        """Of the three steps that became known, those in silence say nothing."""
        for back in range(1, STEPS + 1):
            last = len(self._powers) - max(0, self._network.ahead + back - 1 - _QUIET_STEPS // 2)
            if max(self._powers[last - _QUIET_STEPS : last]) < _QUIET_ENERGY:
                self._visemes[-back] = _SILENCE
                self._detected[-back] = APART

    def _pose(self) -> MouthFrame:
        pulls = self._visemes.T @ _PULLS
        closure, closed = self._closing.step(self._detected[_NEAR])
        weights = mouth_of(pulls, opening=self._opening(), closure=closure, closed=closed)
        speaking = min(1.0, float(np.add.reduce(pulls[_SPOKEN, _LIPS])))
        return MouthFrame(self._origin + self._frame * FRAME_UNITS, weights, speaking, closure)

    def _opening(self) -> float:
        """How far loudness lets the mouth open, by five steps around the pose."""
        here = len(self._powers) - self._ahead
        power = sum(self._powers[here - 3 : here + 2]) / 5.0 / (WINDOW + 1)
        if power < _QUIET_POWER:
            return _LEAST
        level = (10.0 * math.log10(power) - _QUIET_DB) / (_LOUD_DB - _QUIET_DB)
        return _LEAST + _MORE * min(1.0, level)

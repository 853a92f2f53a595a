"""What the network is measured against: loudness opens the mouth, the spectrum chooses its shape.

Four bands of the spectrum stand for four mouths: where the first formant is low the lips are round, where it is high
the mouth is open, where the second is high it is wide, and above both there is hissing. Source: formants of vowels
(Peterson and Barney 1952); the falling slope of a voice's spectrum is taken out by weighting with the frequency.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tth.errors import MediaError
from tth.face.blendshapes import Weights
from tth.face.visemes import SHAPES

QUIET_DB = -50.0
LOUD_DB = -16.0
"""RMS of silence and of a strong vowel, in dB of full scale: where the mouth is shut and where it is wide open."""

_BANDS_HZ = (("U", 100, 550), ("aa", 550, 1500), ("I", 1500, 3500), ("SS", 3500, 8000))
_MOUTHS = np.stack([SHAPES[viseme] for viseme, _, _ in _BANDS_HZ])

_ATTACK, _RELEASE = 0.75, 0.45
"""How much of the way to a louder and to a quieter moment the mouth goes in a frame."""

_TURN = 0.6
"""How much of the way to another shape it goes in a frame."""

_SHUT = 0.01
"""What is less open is shut."""


class Lips(NamedTuple):
    """The mouth of one frame.

    Attributes:
        weights: A pose of the mouth; all 0 in silence.
        speaking: 0 (silent) to 1: how far speech has the mouth, as ``tth.face.emotions.blend`` takes it.
    """

    weights: Weights
    speaking: float


class EnergyLips:
    """Frames of a mouth from a stream of mono PCM16: the same ones however the stream is cut.

    Frame i shows the sound from ``floor(i * rate / frames_a_second)`` on and nothing of what follows, so it is there as
    soon as its sound is. One costs about 30 µs at 16 kHz.

    Args:
        rate_hz: Samples a second, 8000 or more.
        frames_a_second: Frames for each second of sound.
    """

    __slots__ = ("_bands", "_fps", "_made", "_open", "_rate_hz", "_rest", "_shares", "_size", "_window")

    def __init__(self, rate_hz: int, frames_a_second: int = 30) -> None:
        self._rate_hz, self._fps = rate_hz, frames_a_second
        self._size = -(-rate_hz // frames_a_second)
        self._window = np.hanning(self._size + 2)[1:-1].astype(np.float32)
        self._bands = _bands(self._size, rate_hz)
        self._rest = b""
        self.clear()

    def feed(self, pcm: bytes) -> list[Lips]:
        """The frames whose sound is complete now.

        Raises:
            MediaError: ``pcm`` ends within a sample.
        """
        if len(pcm) % 2:
            raise MediaError(f"{len(pcm)} bytes end within a sample; use whole samples of two bytes")
        self._rest += pcm
        made: list[Lips] = []
        start = 0
        while len(self._rest) - start >= (size := 2 * self._samples()):
            made.append(self._frame(self._rest[start : start + size]))
            start += size
        self._rest = self._rest[start:]
        return made

    def flush(self) -> list[Lips]:
        """The last frame, filled up with silence, where sound is left for one; afterwards a new speech may begin."""
        made = [self._frame(self._rest)] if self._rest else []
        self.clear()
        return made

    def clear(self) -> None:
        """Forget what was fed; the mouth is shut."""
        self._rest = b""
        self._made = 0
        self._open = 0.0
        self._shares = np.full(len(_BANDS_HZ), 1.0 / len(_BANDS_HZ), np.float32)

    def _samples(self) -> int:
        """How many samples the next frame shows."""
        return (self._made + 1) * self._rate_hz // self._fps - self._made * self._rate_hz // self._fps

    def _frame(self, pcm: bytes) -> Lips:
        samples = np.zeros(self._size, np.float32)
        heard = np.frombuffer(pcm, "<i2")
        samples[: len(heard)] = heard
        loud = _loudness(float(np.dot(samples, samples)) / self._size)
        if loud > 0.0:
            self._turn(samples)
        self._made += 1
        self._open += (loud - self._open) * (_ATTACK if loud > self._open else _RELEASE)
        if self._open < _SHUT:
            self._open = 0.0
        weights = np.float32(self._open) * (self._shares @ _MOUTHS)
        return Lips(weights, min(1.0, 2.0 * self._open))

    def _turn(self, samples: Weights) -> None:
        spectrum = np.fft.rfft(samples * self._window)[: self._bands.shape[1]]
        energies = self._bands @ (spectrum.real**2 + spectrum.imag**2)
        total = float(energies.sum())
        if total > 0.0:
            self._shares += np.float32(_TURN) * (energies / np.float32(total) - self._shares)


def _bands(size: int, rate_hz: int) -> Weights:
    """Shape (4, bins): what each bin of a spectrum counts for each band."""
    frequencies = np.arange(size // 2 + 1) * rate_hz / size
    frequencies = frequencies[frequencies < _BANDS_HZ[-1][2]]
    rows = [((frequencies >= low) & (frequencies < high)) * frequencies**2 for _, low, high in _BANDS_HZ]
    bands: Weights = (np.stack(rows) / frequencies[-1] ** 2).astype(np.float32)
    return bands


def _loudness(power: float) -> float:
    if power < 1.0:
        return 0.0
    decibels = 10.0 * math.log10(power / 32768.0**2)
    return min(1.0, max(0.0, (decibels - QUIET_DB) / (LOUD_DB - QUIET_DB)))

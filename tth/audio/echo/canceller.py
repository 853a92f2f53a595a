"""Takes away what of the loudspeaker's sound reaches the microphone by a linear way.

A Kalman filter in the frequency domain, in partitions: it knows for each tone how sure it is of the way, so that its
step is large at first, small when sure, and near nought while somebody else speaks. Nothing else decides about steps.

Source: G. Enzner, P. Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control", Signal Processing 86
(2006); in partitions F. Kuech, E. Mabande, G. Enzner, ICASSP 2014. Following the clocks' drift is our own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tth.audio.echo.spectra import Power, Spectrum, Wave, power, sound, spectrum

BLOCK = 512
"""Samples that are cancelled at once."""

PARTITIONS = 14
"""Blocks of the way that are modelled: 448 ms behind the delay."""

BINS = BLOCK + 1

_FORGET = 0.999**2
"""Share of what is known that is still true a block later: ways change as people move."""

_FIRST_DOUBT = 0.02
_DOUBT_FALLS = 0.75
"""Expected power of the way in the first partition before anything is known, and of each later one as a share."""

_SMOOTH = 0.8
_FLOOR = np.float32(1e-6)
"""Power of a block, far below what a microphone hears."""

_LEAST_DOUBT = np.float32(1e-9)

_PULL, _LEARN = 0.1, 0.005
"""How much of a seen lag is made up for at once, and how much becomes drift, each block."""

_RECALL = 0.6
_DROWNED = 6.0
"""Power of what is left, as a multiple of the echo's, above which nothing can be said about the echo."""

_TELLING = 2.0
"""How far a tone of the echo must be above its doubt to tell whether it fits."""

_WINDOWED = 0.4
"""Power of a block through a window, as a share of what it was."""

_MOST_DRIFT = 300e-6 * BLOCK


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A block without the echo as far as it is known.

    Attributes:
        rest: What is left.
        echo: What was taken away.
        doubt: Power of the echo that may be in ``rest``, by the filter's own doubt, per bin of a block.
    """

    rest: Wave
    echo: Wave
    doubt: Power


@dataclass(frozen=True, slots=True)
class Fit:
    """How the echo that was taken away agrees with what was heard, over the last 100 ms.

    Attributes:
        gain: What it would have to be multiplied with: 1 where it is right, 0 where there is no such sound.
        sure: How many deviations ``gain`` is away from 1.
    """

    gain: float
    sure: float


class Canceller:
    """Learns the way from loudspeaker to microphone and subtracts what comes by it.

    Attributes:
        lag: Samples, with fraction, by which the reference is read later than it was when the way began to be learnt.
    """

    def __init__(self) -> None:
        self._tones = (np.pi * np.arange(BINS) / BLOCK).astype(np.float32)
        self._hann = np.hanning(BLOCK).astype(np.float32)
        self._padded = np.zeros((2, 2 * BLOCK), np.float32)
        self.clear()

    def clear(self) -> None:
        """Forget the way."""
        self._far = np.zeros((PARTITIONS, BINS), np.complex64)
        self._heard = np.zeros((PARTITIONS, BINS), np.float32)
        self._way = np.zeros((PARTITIONS, BINS), np.complex64)
        falls = _FIRST_DOUBT * _DOUBT_FALLS ** np.arange(PARTITIONS)
        self._doubt = np.repeat(falls.astype(np.float32)[:, None], BINS, axis=1)
        self._others = np.zeros(BINS, np.float32)
        self.lag = 0.0
        self._drift = 0.0
        self._lead = self._weight = 0.0
        self._more = self._told = self._rest = self._echo = 0.0

    def refill(self, far: Wave) -> None:
        """The reference was read from the wrong place: take what it would have been, oldest first.

        Args:
            far: ``(PARTITIONS + 1) * BLOCK`` samples up to the end of the block before the next one.
        """
        blocks = far.reshape(PARTITIONS + 1, BLOCK)
        self._far = spectrum(np.concatenate([blocks[:-1], blocks[1:]], axis=1)[::-1])
        self._heard = power(self._far)

    def unsettle(self) -> None:
        """Something moved: doubt what is known as much as it is strong, so that it is soon learnt anew."""
        self._doubt = np.maximum(self._doubt, power(self._way).mean(axis=1, keepdims=True))

    def scale(self, gain: float) -> None:
        """The way is the same, and so much louder."""
        self._way *= np.float32(gain)
        self._more = self._told = self._rest = self._echo = 0.0

    def drift(self, blocks: int) -> None:
        """So many blocks have passed: the clocks go apart in silence, too."""
        self.lag = max(0.0, self.lag + blocks * self._drift)

    @property
    def fit(self) -> Fit:
        """Whether the way is still right."""
        if self._told < 1.0 or self._rest > _DROWNED * self._echo:
            return Fit(1.0, 0.0)
        off = self._more / self._told
        return Fit(1.0 + off, abs(off) * math.sqrt(2 * self._told))

    def cancel(self, near: Wave, far: Wave, *, learn: bool = True) -> Cancelled:
        """Go on by a block.

        Args:
            near: ``BLOCK`` samples of the microphone.
            far: ``2 * BLOCK`` samples of the reference, read ``lag`` later, in whole samples; the block before first.
            learn: Whether to take what is heard as a lesson.
        """
        fraction = self.lag - round(self.lag)
        self._far[1:] = self._far[:-1]
        self._far[0] = spectrum(far) * np.exp(np.complex64(-1j * fraction) * self._tones)
        self._heard[1:] = self._heard[:-1]
        self._heard[0] = power(self._far[0])
        echo = sound((self._far * self._way).sum(axis=0))[BLOCK:]
        rest = near - echo
        self._padded[0, BLOCK:], self._padded[1, BLOCK:] = rest, echo
        error, taken = spectrum(self._padded)
        now = power(error)
        self._others += np.float32(1 - _SMOOTH) * (now - self._others)
        others = np.maximum(self._others, now)
        doubt = 0.5 * np.einsum("ij,ij->j", self._doubt, self._heard)
        self._compare(others, doubt)
        if learn:
            self._follow(error, taken, others)
            self._learn(error, doubt + others + _FLOOR)
        self.drift(1)
        return Cancelled(rest, echo, doubt)

    def _learn(self, error: Spectrum, total: Power) -> None:
        step = self._doubt / total
        change = sound(step * self._far.conj() * error)
        change[:, BLOCK:] = 0
        self._way += spectrum(change)
        known = _FORGET - (0.5 * _FORGET) * (step * self._heard)
        self._doubt = known * self._doubt + (1 - _FORGET) * power(self._way) + _LEAST_DOUBT

    def _compare(self, others: Power, doubt: Power) -> None:
        blocks = self._padded[:, BLOCK:]
        # Through a window: strong tones of one would else be found in all bins of the other.
        error, taken = spectrum(blocks * self._hann)
        loud = power(taken)
        # No bin counts for more than one, or loud blocks of a right past would outvote a wrong present.
        weight = (loud > _TELLING * doubt[::2]) / (power(error) + loud + _WINDOWED * others[::2] + _FLOOR)
        self._more = _RECALL * self._more + float(weight @ (error.real * taken.real + error.imag * taken.imag))
        self._told = _RECALL * self._told + float(weight @ loud)
        self._rest = _RECALL * self._rest + float(blocks[0] @ blocks[0])
        self._echo = _RECALL * self._echo + float(blocks[1] @ blocks[1])

    def _follow(self, error: Spectrum, echo: Spectrum, others: Power) -> None:
        """Read the reference a little earlier or later, as the error's phase against the echo tells."""
        weight = self._tones / (others + 1e-3 * others.mean() + 1e-9)
        turned = error.imag * echo.real - error.real * echo.imag
        self._lead = _SMOOTH * self._lead - float(weight @ turned)
        self._weight = _SMOOTH * self._weight + float((weight * self._tones) @ power(echo))
        late = min(0.5, max(-0.5, self._lead / (self._weight + 2.0)))
        self._drift = min(_MOST_DRIFT, max(-_MOST_DRIFT, self._drift + _LEARN * late))
        self.lag = max(0.0, self.lag + _PULL * late)

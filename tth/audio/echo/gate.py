"""Silences what of the echo is left: in each band, what the echo may explain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tth.audio.echo.canceller import BLOCK, Cancelled
from tth.audio.echo.spectra import Power, Wave, power, sound, spectrum

HOP = 128
"""Samples by which the gate's output is late."""

FRAME = 2 * HOP
_FRAMES = BLOCK // HOP
BANDS = 24

_FADE = 0.83
"""Share of an echo's power that may still be there 8 ms later, in a room that rings for 0.6 s."""

_LEAST_LEAK, _FIRST_LEAK = 0.003, 0.3
_LEAK_UP, _LEAK_DOWN = 1.01, 0.993
"""Of a band's echo, what is taken to be left: the steps by which it follows what is seen, frame by frame."""

_MARGIN = 2.0
"""By how much a band must be louder than what is left of the echo, in power, to be let through."""

_FLOOR_UP, _FLOOR_DOWN = 1.004, 0.984
_FIRST_FLOOR = 1e-5
_NOISE = 2.5
"""The background's mean power, as a multiple of the level below which a fifth of all frames lie."""

_TELLING = 10.0
"""By how much an echo must be louder than the background to tell how much of it is left."""

_COUPLING_UP, _COUPLING_DOWN = 1.08, 0.85
_DOUBT_COUNTS = 4.0

_RECENT = 26
"""Blocks of the reference that may still be heard, where the delay is not known."""

_HEARABLE = np.float32(1e-4)


class Gate:
    """Multiplies each band by what in it cannot be echo."""

    def __init__(self) -> None:
        self._window = np.sqrt(np.hanning(FRAME + 1)[:-1]).astype(np.float32)
        self._bands = _bands()
        self._spread = _spread(_centres()).astype(np.float32)
        self.clear()

    def clear(self) -> None:
        """Forget the room."""
        self._leak = np.full(BANDS, _FIRST_LEAK, np.float32)
        self._floor = np.full(BANDS, _FIRST_FLOOR, np.float32)
        self._coupling = np.ones(BANDS, np.float32)
        self._recent = np.zeros((_RECENT, BANDS), np.float32)
        self.begin(np.zeros(HOP, np.float32))

    def begin(self, before: Wave) -> None:
        """Take over from sound that went through untouched, of which ``before`` are the last ``HOP`` samples."""
        self._before = before
        self._echo_before = np.zeros(HOP, np.float32)
        self._overlap = before * self._window[HOP:] ** 2
        self._faded = np.zeros(BANDS, np.float32)

    def feed(self, block: Cancelled, far: Wave, *, shut: bool, known: bool) -> Wave:
        """A block without what the echo explains, ``HOP`` samples late.

        Args:
            block: The block.
            far: The same block of the reference, as it was told.
            shut: Whether nothing is to be let through.
            known: Whether the way of the echo is known; else the reference alone tells what may be echo.
        """
        self._recent = np.roll(self._recent, 1, axis=0)
        self._recent[0] = power(spectrum(far.reshape(-1, HOP), FRAME)).max(axis=0) @ self._bands
        frames = np.concatenate([_hops(self._before, block.rest), _hops(self._echo_before, block.echo)])
        both = spectrum(frames * self._window)
        spectra = both[:_FRAMES]
        powers = power(both) @ self._bands
        heard, echo = powers[:_FRAMES], powers[_FRAMES:]
        self._before, self._echo_before = block.rest[-HOP:].copy(), block.echo[-HOP:].copy()
        doubt = np.float32(0.25 * _DOUBT_COUNTS) * (_thinned(block.doubt) @ self._bands)
        gains = self._known(heard, self._fading(echo), doubt, learn=not shut)
        if not known:
            gains = self._unknown(heard)
        if shut:
            gains[:] = 0
        gated = sound(spectra * (gains @ self._spread)) * self._window
        out = gated[:, :HOP].copy()
        out[0] += self._overlap
        out[1:] += gated[:-1, HOP:]
        self._overlap = gated[-1, HOP:].copy()
        return out.reshape(-1)

    def _fading(self, echo: Power) -> Power:
        """The echo and what may still ring of it, frame by frame."""
        faded = echo.copy()
        for frame in faded:
            np.maximum(frame, np.float32(_FADE) * self._faded, out=frame)
            self._faded = frame
        return faded

    def _known(self, heard: Power, echo: Power, doubt: Power, *, learn: bool) -> Power:
        """Gains where the way of the echo is known."""
        left = self._leak * echo
        if learn:
            quiet = (heard < self._floor).sum(axis=0)
            self._floor = self._floor * _steps(quiet, _FLOOR_DOWN, _FLOOR_UP)
            noise = np.float32(_NOISE) * self._floor
            telling = echo > np.float32(_TELLING) * noise
            more = telling & (heard > left + 2 * noise)
            step = _steps(more.sum(axis=0), _LEAK_UP, _LEAK_DOWN, telling.sum(axis=0))
            self._leak = np.clip(self._leak * step, _LEAST_LEAK, 1.0)
        return _what_remains(heard, np.float32(_MARGIN) * (left + doubt))

    def _unknown(self, heard: Power) -> Power:
        """Gains where only the reference's level in the last while tells what may be echo."""
        most = self._recent.max(axis=0)
        left = self._coupling * most
        up = heard.mean(axis=0) > left
        step = np.where(up, np.float32(_COUPLING_UP), np.float32(_COUPLING_DOWN))
        self._coupling = np.where(most > _HEARABLE, np.clip(self._coupling * step, 1e-6, 1), self._coupling)
        return _what_remains(heard, np.float32(_MARGIN) * left)


def _hops(before: Wave, block: Wave) -> Wave:
    """The block's frames, each of them half of the one before."""
    hops = np.concatenate([before, block]).reshape(-1, HOP)
    return np.concatenate([hops[:-1], hops[1:]], axis=1)


def _steps(times: npt.NDArray[np.int_], factor: float, other: float, of: npt.NDArray[np.int_] | int = _FRAMES) -> Power:
    """``factor`` for so many times of ``of``, and ``other`` for the rest, multiplied."""
    steps: Power = (factor**times * other ** (of - times)).astype(np.float32)
    return steps


def _what_remains(heard: Power, explained: Power) -> Power:
    gains: Power = np.clip(1 - explained / (heard + np.float32(1e-12)), 0, 1)
    return gains


def _thinned(fine: Power) -> Power:
    """Power in the gate's bins of that in a block's, of which there are four times as many."""
    bins = np.empty(HOP + 1, np.float32)
    bins[0], bins[-1] = fine[0], fine[-1]
    bins[1:-1] = fine[2:-3].reshape(-1, 4).mean(axis=1)
    return bins


def _centres() -> npt.NDArray[np.float64]:
    """Bins in the middle of each band: every second one at first, wider ones above 1 kHz."""
    mel = np.linspace(2595 * np.log10(1 + 100 / 700), 2595 * np.log10(1 + 7800 / 700), BANDS)
    return (700 * (10 ** (mel / 2595) - 1)) / 62.5


def _bands() -> npt.NDArray[np.float32]:
    """Mean power of each band from that of bins, ``(HOP + 1, BANDS)``."""
    shares = _spread(_centres()).T
    bands: npt.NDArray[np.float32] = (shares / shares.sum(axis=0)).astype(np.float32)
    return bands


def _spread(centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Gains of bins from those of bands, ``(BANDS, HOP + 1)``."""
    bins = np.arange(HOP + 1)
    return np.stack([np.interp(bins, centres, np.eye(BANDS)[band]) for band in range(BANDS)])

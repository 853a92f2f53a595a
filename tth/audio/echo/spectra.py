"""Transforms of single precision: numpy computes in it, and its types do not say so."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float32]
"""Samples of one channel at 16 kHz; full scale is 1."""

Spectrum = npt.NDArray[np.complex64]
Power = npt.NDArray[np.float32]


def spectrum(sound: Wave, size: int | None = None) -> Spectrum:
    """The transform of each row, padded to ``size``."""
    transformed: Any = np.fft.rfft(sound, size)
    result: Spectrum = transformed
    return result


def sound(spectrum: Spectrum) -> Wave:
    """The samples of each row."""
    transformed: Any = np.fft.irfft(spectrum)
    result: Wave = transformed
    return result


def power(spectrum: Spectrum) -> Power:
    """Squared size, bin by bin."""
    result: Power = spectrum.real**2 + spectrum.imag**2
    return result

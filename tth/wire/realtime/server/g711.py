"""G.711: 8-bit µ-law and A-law, by table.

Source: ITU-T G.711 (11/88); bytes as they travel, that is µ-law inverted and A-law with its even bits inverted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BIAS = 0x84
_ULAW_CLIP = 32635


def _ulaw_levels() -> NDArray[np.int16]:
    codes = ~np.arange(256) & 0xFF
    exponent = (codes >> 4) & 7
    magnitude = (((codes & 15) << 3) + _BIAS << exponent) - _BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_levels() -> NDArray[np.int16]:
    codes = np.arange(256) ^ 0x55
    exponent = (codes >> 4) & 7
    step = (codes & 15) << 4
    magnitude = np.where(exponent == 0, step + 8, step + 0x108 << np.maximum(exponent - 1, 0))
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_codes() -> NDArray[np.uint8]:
    samples = np.arange(-32768, 32768)
    magnitude = np.minimum(np.abs(samples), _ULAW_CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(int) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 0x80, 0)
    return np.asarray(~(sign | exponent << 4 | mantissa) & 0xFF, np.uint8)


def _alaw_codes() -> NDArray[np.uint8]:
    samples = np.arange(-32768, 32768)
    # Negative numbers count from -1, so that both halves have the same number of levels.
    magnitude = np.where(samples < 0, -samples - 1, samples) >> 3
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(int) - 4, 0)
    mantissa = np.where(exponent == 0, magnitude >> 1, magnitude >> exponent) & 15
    sign = np.where(samples < 0, 0, 0x80)
    return np.asarray((sign | exponent << 4 | mantissa) ^ 0x55, np.uint8)


_DECODE = {"audio/pcmu": _ulaw_levels(), "audio/pcma": _alaw_levels()}
_ENCODE = {"audio/pcmu": _ulaw_codes(), "audio/pcma": _alaw_codes()}


def decode(data: bytes, law: str) -> NDArray[np.int16]:
    """Samples of ``audio/pcmu`` or ``audio/pcma``."""
    return _DECODE[law][np.frombuffer(data, np.uint8)]


def encode(samples: NDArray[np.int16], law: str) -> bytes:
    """``audio/pcmu`` or ``audio/pcma`` of samples."""
    coded: bytes = _ENCODE[law][samples.astype(np.int32) + 32768].tobytes()
    return coded

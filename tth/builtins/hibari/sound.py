"""From the model's spectra to PCM: pitch, pace, level and the silence around."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tth.builtins.hibari.timing import Envelope, Wave
from tth.core.media import MEDIA_RATE_HZ

VOICED_HZ = 40.0
"""A frame of lower pitch is not voiced."""

LEVEL = 0.08
"""Root mean square of speech at gain 1, full scale being 1: about -22 dBFS."""

HIGHEST_PEAK = 0.95
TAIL_MS = 60
"""Sound kept behind the last that is heard, at speed 1: what dies away."""

_FADE = MEDIA_RATE_HZ // 200
_SPEAKING = 0.1


def bend(f0: Wave, pitch: float, width: float) -> Wave:
    """The pitch curve, its mean times ``pitch`` and each distance from it to the power of ``width``.

    Args:
        f0: Hz of each frame.
        pitch: 1 leaves it where it is.
        width: 1 leaves it as lively as it is, 0 makes it flat.
    """
    voiced = f0 > VOICED_HZ
    if not voiced.any() or (pitch == 1.0 and width == 1.0):
        return f0
    logs = np.log(f0[voiced])
    mean = logs.mean()
    bent = f0.copy()
    bent[voiced] = np.maximum(np.exp(mean + np.log(pitch) + width * (logs - mean)), VOICED_HZ * 1.5)
    return bent


def resample_frames(frames: int, factor: float) -> npt.NDArray[np.intp]:
    """Which frame stands at each place of a sequence ``factor`` times as long."""
    places = (np.arange(max(1, round(frames * factor))) + 0.5) / factor
    return np.minimum(places.astype(np.intp), frames - 1)


def trim(wave: Wave, envelope: Envelope, lead: int, speed: float) -> tuple[Wave, int]:
    """Cut ``wave`` to what is heard, after ``lead`` samples of silence.

    Returns:
        A new array, and by how many samples its content lies later than in ``wave``, mostly less than none.
    """
    first, last = envelope.span()
    end = min(len(wave), last + round(TAIL_MS * MEDIA_RATE_HZ / 1000 / speed))
    begin = first - lead
    cut = np.concatenate([np.zeros(max(0, -begin), np.float32), wave[max(0, begin) : end]])
    fade = min(_FADE, len(cut))
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    cut[:fade] *= ramp
    cut[len(cut) - fade :] *= ramp[::-1]
    return cut, -begin


def pcm(wave: Wave, envelope: Envelope, gain: float) -> bytes:
    """``wave`` as PCM16, speech at ``LEVEL`` times ``gain``; lower where it would clip."""
    levels = envelope.levels
    speaking = levels[levels > _SPEAKING * levels.max()]
    peak = float(np.abs(wave).max(initial=0.0))
    if not len(speaking) or not peak:
        return bytes(2 * len(wave))
    factor = min(LEVEL * gain / float(np.sqrt(np.mean(speaking * speaking))), HIGHEST_PEAK / peak)
    sound: bytes = np.rint(wave * np.float32(factor * 32767)).astype("<i2").tobytes()
    return sound

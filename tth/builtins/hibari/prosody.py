"""From a control to the numbers that shape the voice.

Pitch is moved along the curve that the model predicts, with the resonances of the mouth left where they are. Up to four
semitones either way that sounds like the same person; the full six sound like another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tth.core.controls import SEMITONES_PER_PITCH_SHIFT, EmotionLabel, TurnControl

SLOWEST, QUICKEST = 0.5, 2.0
"""Bounds of the pace at which the voice stays intelligible."""

LOWEST, HIGHEST = 0.71, 1.41
"""Bounds of the pitch factor, six semitones either way."""

FLATTEST, WIDEST = 0.3, 1.8
"""Bounds of the exponent on the pitch curve."""

CALM = 0.6
"""Expressivity at which the pitch curve is the model's own."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a sentence is spoken.

    Attributes:
        speed: Pace; 2 takes half the time.
        pitch: Factor on the mean pitch.
        range: Exponent on each frame's distance from the mean: 0 is monotone, 1 as predicted.
        gain: Factor on the level.
    """

    speed: float = 1.0
    pitch: float = 1.0
    range: float = 1.0
    gain: float = 1.0


EMOTIONS: Mapping[EmotionLabel, Delivery] = MappingProxyType(
    {
        EmotionLabel.NEUTRAL: Delivery(),
        EmotionLabel.HAPPY: Delivery(speed=1.10, pitch=1.14, range=1.50, gain=1.10),
        EmotionLabel.SAD: Delivery(speed=0.80, pitch=0.88, range=0.50, gain=0.75),
        EmotionLabel.ANGRY: Delivery(speed=1.14, pitch=0.93, range=0.75, gain=1.40),
        EmotionLabel.SURPRISED: Delivery(speed=1.04, pitch=1.18, range=1.80, gain=1.12),
        EmotionLabel.FEARFUL: Delivery(speed=1.18, pitch=1.20, range=0.85, gain=0.85),
        EmotionLabel.DISGUSTED: Delivery(speed=0.86, pitch=0.90, range=0.80, gain=0.95),
    }
)
"""Each emotion at intensity 1 and expressivity 1; less of either takes a root of these."""


def delivery(control: TurnControl, speed: float = 1.0) -> Delivery:
    """How ``control`` sounds, within what the voice can do.

    Args:
        control: Emotion and character.
        speed: The profile's own pace.
    """
    emotion, strength = EMOTIONS[control.label], control.intensity * control.expressivity
    pitch = emotion.pitch**strength * 2 ** (control.pitch_shift * SEMITONES_PER_PITCH_SHIFT / 12)
    liveliness = 1.0 + 0.5 * (control.expressivity - CALM)
    return Delivery(
        speed=_within(pace(control, speed) * emotion.speed**strength, SLOWEST, QUICKEST),
        pitch=_within(pitch, LOWEST, HIGHEST),
        range=_within(liveliness * emotion.range**strength, FLATTEST, WIDEST),
        gain=emotion.gain**strength,
    )


def pace(control: TurnControl, speed: float = 1.0) -> float:
    """The pace asked for, which may lie outside ``SLOWEST`` to ``QUICKEST``."""
    return control.speech_rate * speed


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))

"""What each emotion looks like, and how a mood shares the mouth with speech.

Source: facial action units (Ekman and Friesen) translated to ARKit names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tth.core.controls import EmotionLabel
from tth.face.blendshapes import INDEX, NAMES, Weights, weights

_LOOKS: Mapping[EmotionLabel, Mapping[str, float]] = {
    EmotionLabel.NEUTRAL: {"mouthSmile": 0.04},
    EmotionLabel.HAPPY: {
        "mouthSmile": 0.70,
        "cheekSquint": 0.55,
        "eyeSquint": 0.30,
        "mouthDimple": 0.12,
        "mouthUpperUp": 0.08,
        "browInnerUp": 0.08,
    },
    EmotionLabel.SAD: {
        "browInnerUp": 0.70,
        "browDown": 0.20,
        "mouthFrown": 0.55,
        "mouthShrugLower": 0.30,
        "eyeSquint": 0.15,
        "eyeLookDown": 0.15,
        "mouthPress": 0.10,
    },
    EmotionLabel.ANGRY: {
        "browDown": 0.80,
        "eyeSquint": 0.40,
        "eyeWide": 0.20,
        "noseSneer": 0.30,
        "mouthPress": 0.40,
        "mouthFrown": 0.25,
        "jawForward": 0.15,
    },
    EmotionLabel.SURPRISED: {
        "browInnerUp": 0.70,
        "browOuterUp": 0.75,
        "eyeWide": 0.70,
        "jawOpen": 0.28,
        "mouthFunnel": 0.15,
    },
    EmotionLabel.FEARFUL: {
        "browInnerUp": 0.80,
        "browOuterUp": 0.35,
        "browDown": 0.25,
        "eyeWide": 0.65,
        "mouthStretch": 0.45,
        "jawOpen": 0.08,
        "mouthFrown": 0.15,
    },
    EmotionLabel.DISGUSTED: {
        "noseSneer": 0.75,
        "mouthUpperUp": 0.35,
        "browDown": 0.40,
        "eyeSquint": 0.35,
        "mouthFrown": 0.30,
        "mouthShrugUpper": 0.20,
        "cheekSquint": 0.20,
    },
}

LOOKS: Mapping[EmotionLabel, Weights] = MappingProxyType({label: weights(look) for label, look in _LOOKS.items()})
"""Each emotion at intensity 1."""

SPEAKING_SHARE = 0.4
"""How much of a mood's mouth is left while speaking, so that words stay readable."""

SMILE_SHARE = 0.6
CLOSURE_SHARE = 0.1
"""And while the lips must meet."""

_MOUTH = np.array([name.startswith(("mouth", "jaw")) for name in NAMES])
_SMILE = np.array([name.startswith(("mouthSmile", "mouthDimple")) for name in NAMES])
_JAW = INDEX["jawOpen"]
_OPPOSED = [
    (INDEX[f"{one}{side}"], INDEX[f"{other}{side}"])
    for one, other in (("mouthSmile", "mouthFrown"), ("eyeWide", "eyeSquint"), ("eyeWide", "eyeBlink"))
    for side in ("Left", "Right")
]


def mood(label: EmotionLabel, intensity: float) -> Weights:
    """The face of an emotion; at intensity 0 it is the neutral one."""
    neutral = LOOKS[EmotionLabel.NEUTRAL]
    return neutral + np.float32(intensity) * (LOOKS[label] - neutral)


def blend(speech: Weights, feeling: Weights, speaking: float, closure: float) -> Weights:
    """One face from what is said and what is felt.

    Args:
        speech: Weights of the mouth.
        feeling: A mood's weights.
        speaking: 0 (silent) to 1: how far speech has the mouth.
        closure: 0 to 1: how far the lips must meet.

    Returns:
        A new pose. Same-direction shapes take the larger weight, the jaws add up, opposed shapes cancel.
    """
    share = 1.0 - speaking * (1.0 - SPEAKING_SHARE)
    share = share + closure * (min(share, CLOSURE_SHARE) - share)
    smile = 1.0 - speaking * (1.0 - SMILE_SHARE)
    smile = smile + closure * (min(smile, CLOSURE_SHARE) - smile)
    felt = np.where(_SMILE, feeling * np.float32(smile), np.where(_MOUTH, feeling * np.float32(share), feeling))
    pose = np.maximum(speech, felt).astype(np.float32, copy=False)
    pose[_JAW] = min(1.0, float(speech[_JAW]) + float(felt[_JAW]))
    for one, other in _OPPOSED:
        less = min(pose[one], pose[other])
        pose[one] -= less
        pose[other] -= less
    return pose

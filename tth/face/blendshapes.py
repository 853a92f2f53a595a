"""The 52 ARKit blendshapes: names, order, frames of them.

Source: Apple's ARKit, ``ARFaceAnchor.BlendShapeLocation``. Left and right are the character's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float32]
"""Shape (52,), each 0 to 1, in the order of ``NAMES``."""

NAMES: tuple[str, ...] = tuple(
    """
    eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft
    eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight
    jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight
    mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight
    mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper
    mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight
    browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft
    cheekSquintRight noseSneerLeft noseSneerRight tongueOut
    """.split()
)

TONGUE: tuple[str, ...] = tuple(
    """
    tongueTipUp tongueTipDown tongueTipLeft tongueTipRight tongueRollUp tongueRollDown tongueRollLeft tongueRollRight
    tongueUp tongueDown tongueLeft tongueRight tongueIn tongueStretch tongueWide tongueNarrow
    """.split()
)
"""Sixteen more for the tongue, which some avatars give beside the 52.

Source: NVIDIA Audio2Face-3D with tongue blendshapes enabled.
"""

INDEX: Mapping[str, int] = MappingProxyType({name: index for index, name in enumerate(NAMES)})


def weights(values: Mapping[str, float]) -> Weights:
    """A pose from names; a name without its side sets both.

    Raises:
        KeyError: A name is none of the 52, with or without a side.
    """
    pose = np.zeros(len(NAMES), np.float32)
    for name, value in values.items():
        for full in (name,) if name in INDEX else (f"{name}Left", f"{name}Right"):
            pose[INDEX[full]] = value
    return pose


def to_bytes(pose: Weights) -> bytes:
    """A frame's 208 bytes: clamped to 0…1, little-endian float32."""
    return np.clip(pose, 0.0, 1.0).astype("<f4", copy=False).tobytes()


def from_bytes(frame: bytes) -> Weights:
    """The pose of a frame's 208 bytes."""
    return np.frombuffer(frame, "<f4")

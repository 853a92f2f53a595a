"""From a pose to the values of a clip: face parameters, multipliers, offsets, clamping, and shapes beyond the 52."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tth.face.blendshapes import INDEX, NAMES, TONGUE, Weights
from tth.wire.a2f.messages_pb2 import AudioStreamHeader

_LOWER = np.array([name.startswith(("jaw", "mouth", "cheekPuff", "tongue")) for name in NAMES])
_SIDES = ("Left", "Right")

_TONGUE_FOLLOWS: Mapping[str, Mapping[str, float]] = {
    "tongueTipUp": {"mouthStretchLeft": 0.8},
    "tongueUp": {"mouthSmileLeft": 0.4},
    "tongueDown": {"jawOpen": 0.4},
    "tongueIn": {"mouthPucker": 0.5},
    "tongueWide": {"mouthStretchLeft": 0.5},
}
_TONGUE = np.zeros((len(NAMES), len(TONGUE)), np.float32)
for _name, _shares in _TONGUE_FOLLOWS.items():
    for _source, _share in _shares.items():
        _TONGUE[INDEX[_source], TONGUE.index(_name)] = _share


def wire_name(name: str) -> str:
    """A blendshape's name as the service writes it, in PascalCase."""
    return name[0].upper() + name[1:]


class Shaping:
    """Values of every named blendshape, in the order of the names.

    Args:
        header: Of the clip; checked.
        names: The blendshapes, without NVIDIA's capital; the 52 first.
    """

    def __init__(self, header: AudioStreamHeader, names: Sequence[str]) -> None:
        self._count = len(names)
        self._tongue = any(name in TONGUE for name in names)
        shapes = header.blendshape_params
        self._clamps = shapes.HasField("enable_clamping_bs_weight") and shapes.enable_clamping_bs_weight
        gains, shifts = _face(header.face_params.float_params, names)
        multipliers = _by_name(shapes.bs_weight_multipliers, names, 1.0)
        self._gains = gains * multipliers
        self._shifts = shifts * multipliers + _by_name(shapes.bs_weight_offsets, names, 0.0)

    def values(self, pose: Weights) -> Weights:
        """One value for each name."""
        full = np.zeros(self._count, np.float32)
        full[: len(NAMES)] = pose
        if self._tongue:
            full[len(NAMES) : len(NAMES) + len(TONGUE)] = pose @ _TONGUE
        full *= self._gains
        full += self._shifts
        return np.clip(full, 0.0, 1.0, out=full) if self._clamps else full


def _by_name(given: Mapping[str, float], names: Sequence[str], default: float) -> Weights:
    return np.array([given.get(wire_name(name), default) for name in names], np.float32)


def _face(given: Mapping[str, float], names: Sequence[str]) -> tuple[Weights, Weights]:
    """What face parameters multiply each value by, and what they add to it."""
    gains, shifts = np.ones(len(names), np.float32), np.zeros(len(names), np.float32)
    upper, lower = given.get("upperFaceStrength", 1.0), given.get("lowerFaceStrength", 1.0)
    gains[: len(NAMES)] = np.where(_LOWER, lower, upper)
    tongue = given.get("tongueStrength", 1.0)
    for index, name in enumerate(names):
        if name.startswith("tongue"):
            gains[index] = tongue
    lids, lips = given.get("eyelidOpenOffset", 0.0), given.get("lipOpenOffset", 0.0)
    for side in _SIDES:
        gains[INDEX[f"eyeBlink{side}"]] *= given.get("blinkStrength", 1.0)
        shifts[INDEX[f"eyeBlink{side}"]] = max(0.0, -lids) + given.get("blinkOffset", 0.0)
        shifts[INDEX[f"eyeWide{side}"]] = max(0.0, lids)
        shifts[INDEX[f"mouthLowerDown{side}"]] = shifts[INDEX[f"mouthUpperUp{side}"]] = lips
    return gains, shifts

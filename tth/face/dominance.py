"""Many sounds, one mouth: what pulls it and how strongly, and closures that override.

Both ways to lips end here: timed phonemes (``tth.face.mouth``) and what a network hears (``tth.face.lipsync``). Each
part of the mouth is the weighted mean of the shapes of the sounds around the moment, weighted with a bell of its own:
rounding begins early, the jaw swings, the tongue is quick. Source: dominance functions (Cohen and Massaro 1993).
"""

from __future__ import annotations

import numpy as np

from tth.face.blendshapes import NAMES, Weights
from tth.face.visemes import MATRIX, SHAPES, VISEMES

REACH_MS = {"round": (140, 90), "jaw": (50, 50), "lips": (50, 50), "tongue": (30, 40)}
"""The parts of the mouth: how long before its start a sound begins to pull, and how long after its end it lets go."""

GROUPS = tuple(REACH_MS)
_AHEAD, _BEHIND = np.array(list(REACH_MS.values()), np.float32).T


def _group(name: str) -> str:
    if name in ("mouthFunnel", "mouthPucker"):
        return "round"
    if name.startswith(("jaw", "mouthLowerDown", "mouthUpperUp")):
        return "jaw"
    return "tongue" if name.startswith("tongue") else "lips"


_OF = np.array([GROUPS.index(_group(name)) for name in NAMES])
_MEMBERS = np.eye(len(GROUPS), dtype=np.float32)[_OF].T
_SPREAD = (MATRIX[:, None, :] * _MEMBERS[None]).reshape(len(VISEMES) * len(GROUPS), len(NAMES))
"""Shape (15 * 4, 52): what a pull of one viseme on one group does to the mouth."""

_OPEN = np.array([name.startswith(("jawOpen", "mouthLowerDown", "mouthUpperUp")) for name in NAMES], np.float32)
_ONE = np.float32(1.0)


def heard_until(moments_ms: Weights) -> Weights:
    """The share of each bell that lies before the given moments, relative to the pose.

    Args:
        moments_ms: Shape (n,), negative for what is past.

    Returns:
        Shape (n, 4), 0 to 1. A sound pulls with the share at its end less the share at its start.
    """
    moments = moments_ms[:, None]
    past = np.clip(1.0 + moments / _BEHIND, 0.0, 1.0)
    ahead = np.clip(moments / _AHEAD, 0.0, 1.0)
    area = _BEHIND * (past - np.sin(np.pi * past) / np.pi) + _AHEAD * (ahead + np.sin(np.pi * ahead) / np.pi)
    shares: Weights = (area / (_BEHIND + _AHEAD)).astype(np.float32)
    return shares


def mouth_of(pulls: Weights, *, opening: float, closure: float, closed: str) -> Weights:
    """One pose of the mouth.

    Args:
        pulls: Shape (15, 4), float32: how strongly each viseme pulls each of ``GROUPS``; at most 1 together, the mouth
            at rest pulling with what is left.
        opening: Scales how far the mouth opens, by loudness; closures are not scaled.
        closure: How far the lips must meet, 0 to 1.
        closed: The viseme for which they must.
    """
    pose: Weights = pulls.reshape(-1) @ _SPREAD
    if opening != 1.0:
        pose *= _OPEN * np.float32(opening - 1.0) + _ONE
    if closure > 0.0:
        pose += np.float32(closure) * (SHAPES[closed] - pose)
    return pose

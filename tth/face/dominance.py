"""Many sounds, one mouth: the weighted mean of what pulls it, and closures that override.

Both ways to lips end here: timed phonemes (``tth.face.mouth``) and what a network hears (``tth.face.lipsync``). Each
viseme pulls each part of the mouth with a strength of its own, since rounding begins earliest, the jaw moves later and
the tongue last. Source: dominance functions (Cohen and Massaro 1993).
"""

from __future__ import annotations

import numpy as np

from tth.face.blendshapes import NAMES, Weights
from tth.face.visemes import MATRIX, SHAPES, VISEMES

REACH_MS = {"round": (120, 90), "jaw": (70, 70), "lips": (60, 60), "tongue": (30, 40)}
"""The parts of the mouth: how long before its start a sound begins to pull, and how long after its end it lets go."""

GROUPS = tuple(REACH_MS)

_REST_PULL = np.float32(0.06)
"""Pull of the mouth at rest, against which sounds win."""


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

_OPEN = np.array([name.startswith(("jawOpen", "mouthLowerDown", "mouthUpperUp")) for name in NAMES])


def mouth_of(pulls: Weights, *, opening: float, closure: float, closed: str) -> Weights:
    """One pose of the mouth.

    Args:
        pulls: Shape (15, 4), float32: how strongly each viseme pulls each of ``GROUPS``, several sounds added up.
        opening: Scales how far the mouth opens, by loudness; closures are not scaled.
        closure: How far the lips must meet, 0 to 1.
        closed: The viseme for which they must.
    """
    shares = pulls / (pulls.sum(0) + _REST_PULL)
    pose: Weights = shares.reshape(-1) @ _SPREAD
    pose[_OPEN] *= np.float32(opening)
    if closure > 0.0:
        pose += np.float32(closure) * (SHAPES[closed] - pose)
    return pose

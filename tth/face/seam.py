"""Joins two runs of frames, so that a face that changes hands does not jump."""

from __future__ import annotations

import msgspec
import numpy as np

from tth.core.media import FaceFrame
from tth.face.blendshapes import Weights, from_bytes

FRAMES = 4
"""Poses that a join takes: at thirty a second about an eighth of a second."""


class Seam:
    """Leads from the last pose of one source into the poses of the next.

    Args:
        frames: How many poses are mixed; the one after them is the source's own.
    """

    def __init__(self, frames: int = FRAMES) -> None:
        self._frames = frames
        self._from: Weights | None = None
        self._done = 0

    def join(self, pose: bytes | None) -> None:
        """Begin a join at ``pose``, 208 bytes of weights; ``None`` for none: the next source stands alone."""
        self._from = None if pose is None else from_bytes(pose)
        self._done = 0

    def blend(self, frame: FaceFrame) -> FaceFrame:
        """``frame``, mixed with the pose where the join began; itself once the join is over."""
        start = self._from
        if start is None:
            return frame
        self._done += 1
        share = self._done / (self._frames + 1)
        share = share * share * (3.0 - 2.0 * share)
        if self._done == self._frames:
            self._from = None
        mixed = start + np.float32(share) * (from_bytes(frame.weights) - start)
        return msgspec.structs.replace(frame, weights=mixed.astype("<f4", copy=False).tobytes())

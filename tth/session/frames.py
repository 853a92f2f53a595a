"""What an avatar's frames must be before anybody sees them."""

from __future__ import annotations

from array import array

from tth.core.media import WEIGHT_BYTES, FaceFrame, VideoFrame
from tth.errors import MediaError

_SLACK = 1e-4
"""Arithmetic in float32 may reach so far beyond 0 and 1."""


def check_frame(frame: FaceFrame | VideoFrame) -> None:
    """Refuse what is no pose and no picture; a pose costs about 1.5 µs.

    Raises:
        MediaError: It is neither, or a pose that is not 52 weights of 0 to 1.
    """
    if isinstance(frame, FaceFrame):
        if len(frame.weights) != WEIGHT_BYTES:
            raise MediaError(
                f"a frame has {len(frame.weights)} bytes of weights; give 52 float32, {WEIGHT_BYTES} bytes"
            )
        weights = array("f", frame.weights)
        # Not max(): it passes over a NaN. A sum of squares does not.
        if not (min(weights) >= -_SLACK and max(weights) <= 1 + _SLACK and sum(weights) == sum(weights)):
            raise MediaError(f"a frame has weights from {min(weights):g} to {max(weights):g}; give 0 to 1")
    elif not isinstance(frame, VideoFrame):
        raise MediaError(f"it gave {type(frame).__name__}; an avatar gives FaceFrame or VideoFrame")

"""What a service answers to one clip: a header with names, poses, a last status."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from tth.errors import ProtocolError
from tth.wire.a2f.messages_pb2 import AnimationDataStream, FloatArrayWithTimeCode, Status
from tth.wire.a2f.names import lowered, places

_Floats = npt.NDArray[np.float32]
_Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Pose:
    """One pose of a clip.

    Attributes:
        time_code: Seconds from the clip's first sample.
        weights: The wanted shapes as little-endian float32, clamped to 0 and 1; one that the service lacks is 0.
        extras: The wanted extras in the same form; empty where the service has none of them.
    """

    time_code: float
    weights: bytes
    extras: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status that the service sent within the stream; ``code`` is a ``Status.Code``."""

    code: int
    message: str


class Replies:
    """Reads the replies to one clip; what it does not know it passes over.

    Args:
        shapes: Names of the weights that are wanted, in ARKit's spelling; a service must have at least one.
        extras: Names of those that are welcome.

    Attributes:
        names: How many shapes the header named; ``None`` before the header.
        verdict: The latest status; ``None`` where there was none.
        dropped: Poses that were not later than the one before.
        missing: Shapes that are wanted and that the header did not name.
        after_verdict: Poses that came after a status.
    """

    def __init__(self, shapes: Sequence[str], extras: Sequence[str] = ()) -> None:
        self._wanted = shapes
        self._welcome = extras
        self.names: int | None = None
        self.verdict: Verdict | None = None
        self.dropped = 0
        self.missing: Sequence[str] = ()
        self.after_verdict = 0
        self._shapes: _Places = np.zeros(0, np.intp)
        self._extras: _Places | None = None
        self._latest = -math.inf

    @property
    def refused(self) -> bool:
        """Whether the latest status says that the clip was refused or broke."""
        return self.verdict is not None and self.verdict.code == Status.ERROR

    def read(self, message: bytes) -> Sequence[Pose]:
        """The poses in ``message``, in order; usually one.

        Raises:
            ProtocolError: It is no reply, or its poses are not what the header said.
        """
        try:
            reply = AnimationDataStream.FromString(message)
        except DecodeError as error:
            raise ProtocolError("not_a_reply", "the service sent what is no Audio2Face-3D message") from error
        kind = reply.WhichOneof("stream_part")
        if kind == "animation_data":
            found = [self._pose(values) for values in reply.animation_data.skel_animation.blend_shape_weights]
            if self.verdict is not None:
                self.after_verdict += len(found)
            return [pose for pose in found if pose is not None]
        if kind == "status":
            self.verdict = Verdict(reply.status.code, reply.status.message)
        elif kind == "animation_data_stream_header":
            self._begin(reply.animation_data_stream_header.skel_animation_header.blend_shapes)
        return ()

    def _begin(self, names: Sequence[str]) -> None:
        if {lowered(name) for name in names}.isdisjoint(self._wanted):
            shown = ", ".join(names[:3]) or "none at all"
            raise ProtocolError("wrong_names", f"the service names none of the wanted shapes; its names are {shown}")
        self.names = len(names)
        self._shapes = np.array(places(names, self._wanted), np.intp)
        self.missing = [name for name, place in zip(self._wanted, self._shapes, strict=True) if place == len(names)]
        extras = places(names, self._welcome)
        self._extras = np.array(extras, np.intp) if min(extras, default=len(names)) < len(names) else None

    def _pose(self, given: FloatArrayWithTimeCode) -> Pose | None:
        count, time_code = self.names, given.time_code
        if count is None:
            raise ProtocolError("no_header", "the service sent a pose before the names of its shapes")
        if len(given.values) != count:
            raise ProtocolError("wrong_count", f"a pose has {len(given.values)} weights for {count} names")
        if not math.isfinite(time_code):
            raise ProtocolError("wrong_time", f"a pose has the time code {time_code}")
        if time_code <= self._latest or time_code < 0:
            self.dropped += 1
            return None
        self._latest = time_code
        values = _with_zero(given.values)
        if not np.isfinite(values).all():
            raise ProtocolError("not_finite", f"the pose at {time_code:.3f} s has a weight that is no number")
        # Not clip(): this takes half its time.
        values = np.minimum(np.maximum(values, 0.0), 1.0)
        extras = values.take(self._extras).tobytes() if self._extras is not None else b""
        return Pose(time_code, values.take(self._shapes).tobytes(), extras)


def _with_zero(values: Sequence[float]) -> _Floats:
    """The values and one zero more, which stands for each shape that the service does not name."""
    found = np.zeros(len(values) + 1, "<f4")
    found[:-1] = values
    return found

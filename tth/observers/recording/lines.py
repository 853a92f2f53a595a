"""A record as one line of JSON, for programs and for people with ``grep``."""

from __future__ import annotations

import msgspec
import numpy as np

from tth.core.events import AudioChunkEvent, FaceFrameEvent, VideoFrameEvent
from tth.core.media import AudioChunk
from tth.observers.recording.records import End, Gap, Head, Record

_NAMES = {Head: "recording", Gap: "recording_gap", End: "recording_end", AudioChunk: "microphone_sound"}


def line(record: Record) -> str:
    """``time`` in seconds, ``type`` and the fields; of sound and pictures only the number of ``bytes``."""
    value = record.value
    fields = {"time": record.at_us / 1_000_000, "type": _NAMES.get(type(value), "")}
    if isinstance(value, AudioChunkEvent | AudioChunk):
        told = {**msgspec.to_builtins(msgspec.structs.replace(value, data=b"")), "bytes": len(value.data)}
        del told["data"]
    elif isinstance(value, VideoFrameEvent):
        frame = msgspec.structs.replace(value.frame, data=b"")
        told = msgspec.to_builtins(msgspec.structs.replace(value, frame=frame))
        del told["frame"]["data"]
        told["frame"]["bytes"] = len(value.frame.data)
    elif isinstance(value, FaceFrameEvent):
        told = msgspec.to_builtins(value)
        for name in ("weights", "tongue"):
            told["frame"][name] = _weights(getattr(value.frame, name))
    else:
        told = msgspec.to_builtins(value)
    return msgspec.json.encode({**fields, **told}).decode()


def _weights(packed: bytes) -> list[float]:
    return [round(float(weight), 5) for weight in np.frombuffer(packed, "<f4")]

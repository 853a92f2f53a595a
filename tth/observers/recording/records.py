"""What a recording consists of: one short line, then records that each stand for themselves.

A record is a head of 21 bytes, little-endian, and a body in MessagePack. The head holds the bytes ``tREC``, the body's
length, the CRC-32 of everything behind it, the time in microseconds since the recording began, and the kind.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias, Union

import msgspec

from tth.core import events
from tth.core.events import Event, event_classes
from tth.core.media import AudioChunk
from tth.wire.native import Flushed, PlayheadReport

MAGIC = b"tth recording 1\n"
"""How a recording begins."""

MARK = b"tREC"
"""How each record begins, so that the next one is found behind a damaged one."""

MOST_BYTES = 64 << 20
"""No body is longer; what claims to be is damaged."""

_HEAD = struct.Struct("<4sIIQB")
_STAMP = struct.Struct("<QB")


class Kind(IntEnum):
    """What a record holds."""

    HEAD = 1
    """What was recorded: the first record."""
    EVENT = 2
    """An event of the session's bus, sound and frames among them."""
    MICROPHONE = 3
    """A piece of what the microphone heard."""
    CLIENT = 4
    """What the client said of its playhead."""
    GAP = 5
    """What could not be recorded."""
    END = 6
    """The recording is whole: the last record."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded.

    Attributes:
        began: When, in seconds since 1970.
        details: What a page shows of the persona: name, look, greeting.
        program: Who recorded it.
    """

    session_id: str
    profile: str
    persona: str
    began: float
    details: dict[str, Any] = {}
    program: str = ""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """So many records of so many bytes are missing here, the first of them from ``since_us`` on."""

    records: int
    bytes: int
    since_us: int


class End(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing follows."""


Value: TypeAlias = Head | Event | AudioChunk | PlayheadReport | Flushed | Gap | End


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        at_us: Microseconds since the recording began.
        value: What it holds.
    """

    at_us: int
    value: Value


@dataclass(frozen=True, slots=True)
class Damage:
    """``bytes`` of the file from ``offset`` on that are no record; at its end, where the writing broke off."""

    offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A whole record that this version does not understand."""

    offset: int


_EVENTS: Any = Union[tuple(each for each in event_classes() if each.__module__ == events.__name__)]  # noqa: UP007  # made of a list, which ``|`` cannot
_DECODERS: dict[int, msgspec.msgpack.Decoder[Any]] = {
    Kind.HEAD: msgspec.msgpack.Decoder(Head),
    Kind.EVENT: msgspec.msgpack.Decoder(_EVENTS),
    Kind.MICROPHONE: msgspec.msgpack.Decoder(AudioChunk),
    Kind.CLIENT: msgspec.msgpack.Decoder(PlayheadReport | Flushed),
    Kind.GAP: msgspec.msgpack.Decoder(Gap),
    Kind.END: msgspec.msgpack.Decoder(End),
}
_KINDS: tuple[tuple[type | tuple[type, ...], Kind], ...] = (
    (Event, Kind.EVENT),
    (AudioChunk, Kind.MICROPHONE),
    ((PlayheadReport, Flushed), Kind.CLIENT),
    (Head, Kind.HEAD),
    (Gap, Kind.GAP),
    (End, Kind.END),
)
_encoder = msgspec.msgpack.Encoder()


def encode_record(at_us: int, value: Value) -> bytes:
    """``value`` as one record.

    Raises:
        TypeError: An event holds what MessagePack has no form for, as a stranger's may.
    """
    kind = next(kind for classes, kind in _KINDS if isinstance(value, classes))
    body = _encoder.encode(value)
    check = zlib.crc32(body, zlib.crc32(_STAMP.pack(at_us, kind)))
    return _HEAD.pack(MARK, len(body), check, at_us, kind) + body


def read_records(data: memoryview) -> Iterator[Record | Damage | Unknown]:
    """Everything behind ``MAGIC``; what is damaged is told and passed over."""
    offset = len(MAGIC)
    while offset < len(data):
        body = _body(data, offset)
        if body is None:
            after = _next(data, offset + 1)
            yield Damage(offset, after - offset)
            offset = after
            continue
        *_, at_us, kind = _HEAD.unpack_from(data, offset)
        try:
            yield Record(at_us, _DECODERS[kind].decode(body))
        except (KeyError, msgspec.MsgspecError, UnicodeDecodeError):
            yield Unknown(offset)
        offset += _HEAD.size + len(body)


def _body(data: memoryview, offset: int) -> memoryview | None:
    """The body of the record at ``offset``; ``None`` where there is no whole one."""
    start = offset + _HEAD.size
    if start > len(data):
        return None
    mark, length, check, at_us, kind = _HEAD.unpack_from(data, offset)
    if mark != MARK or length > MOST_BYTES or start + length > len(data):
        return None
    body = data[start : start + length]
    return body if zlib.crc32(body, zlib.crc32(_STAMP.pack(at_us, kind))) == check else None


def _next(data: memoryview, offset: int) -> int:
    """Where the next whole record begins; the end where there is none."""
    found: Any = data.obj
    while (offset := found.find(MARK, offset)) >= 0:
        if _body(data, offset) is not None:
            return offset
        offset += 1
    return len(data)

"""The native protocol: JSON text frames for words, binary frames for media. See ``docs/protocol.md``."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Annotated, Literal, TypeAlias

import msgspec

from tth.core.controls import TurnControl
from tth.core.events import Event, SpeechMarkEvent, UserTextEvent
from tth.errors import ProtocolError

HEADER = struct.Struct("<BBHIIQ")
"""Kind, flags, param, generation, turn, sample: 20 bytes, little-endian."""

LAST = 1
"""Flag: the last audio of its turn; the payload may be empty."""


class Kind(IntEnum):
    """What a binary frame carries; ``param`` is the sample rate in Hz, the number of weights, or 0."""

    AUDIO = 1
    FACE = 2
    VIDEO = 3


class Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A binary frame's header, unpacked."""

    kind: Kind
    flags: int = 0
    param: int = 0
    generation: int = 0
    turn: int = 0
    sample: int = 0


def pack(header: Header, payload: bytes) -> bytes:
    """One binary frame."""
    h = header
    return HEADER.pack(h.kind, h.flags, h.param, h.generation, h.turn, h.sample) + payload


def unpack(frame: bytes) -> tuple[Header, bytes]:
    """A binary frame's header and payload.

    Raises:
        ProtocolError: It is too short, or of an unknown kind.
    """
    if len(frame) < HEADER.size:
        raise ProtocolError("bad_frame", f"a binary frame has at least {HEADER.size} bytes; this one has {len(frame)}")
    kind, flags, param, generation, turn, sample = HEADER.unpack_from(frame)
    try:
        known = Kind(kind)
    except ValueError:
        raise ProtocolError("bad_frame", f"unknown kind {kind}; use 1 (audio), 2 (face) or 3 (video)") from None
    header = Header(kind=known, flags=flags, param=param, generation=generation, turn=turn, sample=sample)
    return header, frame[HEADER.size :]


def encode_event(event: Event, seq: int) -> bytes | None:
    """One text frame, or ``None`` for an event that clients do not need.

    Phoneme marks stay with the server: they are for avatars.
    """
    if isinstance(event, SpeechMarkEvent):
        words = tuple(mark for mark in event.marks if mark.kind == "word")
        if not words:
            return None
        event = msgspec.structs.replace(event, marks=words)
    return b'{"seq":%d,' % seq + msgspec.json.encode(event)[1:]


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    pass


class UserText(_Message, frozen=True, tag="user_text"):
    """The person typed something."""

    text: str
    turn_id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    control: TurnControl = TurnControl()


class Interrupt(_Message, frozen=True, tag="interrupt"):
    """Stop speaking."""

    reason: str = "client"


class ControlUpdate(_Message, frozen=True, tag="control_update"):
    """Lay this over the session's control; ``null`` leaves a field as it is."""

    control: TurnControl


class Hold(_Message, frozen=True, tag="hold"):
    """Stop the playhead."""


class Resume(_Message, frozen=True, tag="resume"):
    """Go on from where it was held."""


class PlayheadReport(_Message, frozen=True, tag="playhead"):
    """The client has played turn ``turn`` up to media unit ``sample``."""

    turn: _Count
    sample: _Count
    state: Literal["playing", "blocked", "ended"] = "playing"


class Flushed(_Message, frozen=True, tag="flushed"):
    """The interrupted turn's sound stopped at media unit ``sample``."""

    turn: _Count
    sample: _Count


ClientMessage: TypeAlias = UserText | Interrupt | ControlUpdate | Hold | Resume | PlayheadReport | Flushed

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def decode_message(frame: str | bytes) -> ClientMessage:
    """A client's text frame.

    Raises:
        ProtocolError: It is not JSON, of an unknown type, or has a field that is wrong; the message names it.
    """
    try:
        return _decoder.decode(frame)
    except msgspec.ValidationError as error:
        raise ProtocolError("bad_message", f"{error}; see the list of client messages in docs/protocol.md") from error
    except msgspec.DecodeError as error:
        raise ProtocolError("bad_json", f"{error}; send one JSON object in a text frame") from error


def user_text_event(said: UserText) -> UserTextEvent:
    """The inbound event of a client's text."""
    return UserTextEvent(text=said.text, control=said.control, turn_id=said.turn_id)

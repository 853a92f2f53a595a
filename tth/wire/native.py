"""The native protocol: JSON text frames for words, binary frames for media. See ``docs/protocol.md``."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Annotated, Literal, TypeAlias, get_args

import msgspec

from tth.core import events
from tth.core.events import (
    BargeIn,
    Event,
    Family,
    ListeningUpdateEvent,
    MicrophoneState,
    SpeechMarkEvent,
    UserTextEvent,
    event_classes,
)
from tth.errors import ProtocolError
from tth.wire.controls import NAME_CHARS, ControlWish, VoiceName
from tth.wire.mistakes import explained, shown

HEADER = struct.Struct("<BBHIIQ")
"""Kind, flags, param, generation, turn, sample: 20 bytes, little-endian."""

LAST = 1
"""Flag: the last audio of its turn; the payload may be empty."""

TAIL = 2
"""Flag: a face frame that is due after the speech's last sample, while the mouth comes to rest."""


class Kind(IntEnum):
    """What a binary frame carries; ``param`` is the sample rate in Hz, the number of weights, or 0."""

    AUDIO = 1
    FACE = 2
    VIDEO = 3
    MICROPHONE = 4


class Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A binary frame's header, unpacked."""

    kind: Kind
    flags: int = 0
    param: int = 0
    generation: int = 0
    turn: int = 0
    sample: int = 0


class CloseCode(IntEnum):
    """Why the server closes a stream; the socket's own codes (1009: a message was too large) may come as well."""

    FAILED = 1011
    """The voice of the profile could not be reached, or the server made a mistake; an ``error`` event comes before."""
    ENDED = 1012
    """The session is over, as when the server stops; nothing is lost."""
    TOO_SLOW = 1013
    """The client did not read what was sent."""
    NO_TICKET = 4401
    """No such ticket: it was used, is too old, or of another session; or the session to come back to is over."""
    TAKEN = 4409
    """The session was opened elsewhere, as in another window: it goes on there."""
    TOO_MUCH = 4429
    """This address, or this key, has as many sessions open as it may have; an ``error`` event comes before."""


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
        raise ProtocolError("bad_frame", f"unknown kind {kind}; docs/protocol.md has the kinds 1 to 4") from None
    header = Header(kind=known, flags=flags, param=param, generation=generation, turn=turn, sample=sample)
    return header, frame[HEADER.size :]


_VOICE_ONLY = (
    events.ResponseStartedEvent,
    events.ExpiringSoonEvent,
    events.AudioDoneEvent,
    events.OutputStartedEvent,
    events.OutputStoppedEvent,
)
"""What a voice tells the session and nobody else."""


def server_events() -> list[type[Event]]:
    """The classes of all events that a client may get, media included."""
    return [
        found
        for found in event_classes()
        if found.__module__ == events.__name__ and found.family is not Family.INBOUND and found not in _VOICE_ONLY
    ]


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


_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Offset = Annotated[float, msgspec.Meta(ge=-60_000, le=60_000)]
_Name = Annotated[str, msgspec.Meta(max_length=NAME_CHARS, pattern=r"^[A-Za-z0-9_.:-]*\Z")]
"""What may stand in a log line."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    pass


class UserText(_Message, frozen=True, tag="user_text"):
    """The person typed something."""

    text: str
    turn_id: _Name = ""
    control: ControlWish = ControlWish()


class Interrupt(_Message, frozen=True, tag="interrupt"):
    """Stop speaking."""

    reason: _Name = "client"


class ControlUpdate(_Message, frozen=True, tag="control_update"):
    """Lay this over the session's control; ``null`` leaves a field as it is."""

    control: ControlWish


class VoiceUpdate(_Message, frozen=True, tag="voice_update"):
    """Speak with this voice from the next turn on; ``null`` leaves it to persona and emotion."""

    voice: VoiceName | None


class Hold(_Message, frozen=True, tag="hold"):
    """Stop the playhead."""


class Resume(_Message, frozen=True, tag="resume"):
    """Go on from where it was held."""


class PlayheadReport(_Message, frozen=True, tag="playhead"):
    """The client has played turn ``turn`` up to media unit ``sample``; the rest is about its mouth, if it has one."""

    turn: _Count
    sample: _Count
    state: Literal["playing", "blocked", "ended"] = "playing"
    offset_ms: _Offset | None = None
    offset_mean_ms: _Offset | None = None
    offset_p50_ms: _Offset | None = None
    offset_p95_ms: _Offset | None = None
    late_frames: _Count | None = None


class Microphone(_Message, frozen=True, tag="microphone"):
    """What the microphone does from here on; with ``discard`` what was said while it was held is forgotten."""

    state: MicrophoneState
    discard: bool = False


class ListeningWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to listen; what is left out or ``null`` stays as it is."""

    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    silence_ms: Annotated[int, msgspec.Meta(ge=100, le=5000)] | None = None
    barge_in: BargeIn | None = None


class ListeningUpdate(_Message, frozen=True, tag="listening_update"):
    """Listen like this from here on."""

    listening: ListeningWish


class Flushed(_Message, frozen=True, tag="flushed"):
    """The interrupted turn's sound stopped at media unit ``sample``."""

    turn: _Count
    sample: _Count


ClientMessage: TypeAlias = (
    UserText
    | Interrupt
    | ControlUpdate
    | VoiceUpdate
    | Hold
    | Resume
    | PlayheadReport
    | Flushed
    | Microphone
    | ListeningUpdate
)

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def client_messages() -> tuple[type[ClientMessage], ...]:
    """The classes of all messages that a client may send."""
    return get_args(ClientMessage)


def decode_message(frame: str | bytes) -> ClientMessage:
    """A client's text frame.

    Raises:
        ProtocolError: It is not JSON, of an unknown type, or has a field that is wrong; the message names it.
    """
    try:
        return _decoder.decode(frame)
    except msgspec.ValidationError as error:
        raise ProtocolError("bad_message", f"{explained(error, client_messages(), _kind(frame))}") from error
    except msgspec.DecodeError as error:
        raise ProtocolError("bad_json", f"{shown(str(error))}; send one JSON object in a text frame") from error
    except RecursionError as error:
        raise ProtocolError("bad_json", "it is nested too deeply; send one JSON object in a text frame") from error


class _Head(msgspec.Struct):
    type: str = ""


def _kind(frame: str | bytes) -> str:
    """The message's type, as far as it says one."""
    try:
        return msgspec.json.decode(frame, type=_Head).type
    except msgspec.MsgspecError:
        return ""


def named_turn(frame: str | bytes) -> str:
    """The turn that a message names, whatever else of it is wrong; empty where it names none, or none that can be."""
    try:
        return msgspec.json.decode(frame, type=_Named).turn_id
    except (msgspec.MsgspecError, RecursionError):
        return ""


class _Named(msgspec.Struct):
    turn_id: _Name = ""


def user_text_event(said: UserText) -> UserTextEvent:
    """The inbound event of a client's text."""
    return UserTextEvent(text=said.text, control=said.control.control(), turn_id=said.turn_id)


def listening_event(update: ListeningUpdate) -> ListeningUpdateEvent:
    """The inbound event of a client's wish how to be listened to."""
    wish = update.listening
    return ListeningUpdateEvent(threshold=wish.threshold, silence_ms=wish.silence_ms, barge_in=wish.barge_in)

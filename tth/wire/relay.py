"""The relay protocol: text and sound in, text and sound out, five kinds of messages. See ``docs/protocol.md``."""

from __future__ import annotations

from typing import Annotated, TypeAlias, get_args

import msgspec

from tth.errors import ProtocolError
from tth.wire.mistakes import explained, shown

RATE_HZ = 24_000
"""Of the sound that goes out, and of that which comes in unless the client says otherwise."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    pass


class Audio(_Message, frozen=True, tag="audio"):
    """What the person says aloud: PCM16 little-endian, mono, in Base64."""

    audio: Annotated[bytes, msgspec.Meta(min_length=2)]


class Text(_Message, frozen=True, tag="text"):
    """What the person types."""

    text: str


class SessionReady(_Message, frozen=True, tag="session_ready"):
    """The session can be talked to."""

    message: str


class AudioDelta(_Message, frozen=True, tag="audio_delta"):
    """The next piece of the answer's sound: PCM16 little-endian, mono, 24 kHz, in Base64."""

    audio: bytes


class TextDelta(_Message, frozen=True, tag="text_delta"):
    """The next piece of the answer's text."""

    text: str


class ResponseDone(_Message, frozen=True, tag="response_done"):
    """Nothing more comes of the answer: ``completed``, ``interrupted`` or ``failed``, and why."""

    message: str


class Error(_Message, frozen=True, tag="error"):
    """Something failed; the conversation goes on."""

    code: str
    message: str


Incoming: TypeAlias = Audio | Text
Outgoing: TypeAlias = SessionReady | AudioDelta | TextDelta | ResponseDone | Error

_decoder: msgspec.json.Decoder[Incoming] = msgspec.json.Decoder(Incoming)


class _Head(msgspec.Struct):
    type: str = ""


def decode(frame: str | bytes) -> Incoming:
    """A client's text frame.

    Raises:
        ProtocolError: It is none; the code is ``binary_frame``, ``bad_json``, ``bad_message`` or ``bad_audio``.
    """
    if isinstance(frame, bytes):
        raise ProtocolError("binary_frame", "this protocol has no binary frames; send JSON in text frames")
    try:
        message = _decoder.decode(frame)
    except msgspec.ValidationError as error:
        kind = _kind(frame)
        code = "bad_audio" if kind == "audio" and "$.audio" in str(error) else "bad_message"
        raise ProtocolError(code, explained(error, get_args(Incoming), kind)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise ProtocolError("bad_json", f"{shown(str(error))}; send one JSON object in a text frame") from error
    if isinstance(message, Audio) and len(message.audio) % 2:
        problem = f"{len(message.audio)} bytes end within a sample; use whole samples of two bytes"
        raise ProtocolError("bad_audio", problem)
    return message


def _kind(frame: str) -> str:
    try:
        return msgspec.json.decode(frame, type=_Head).type
    except (msgspec.MsgspecError, RecursionError):
        return ""


def encode(message: Outgoing) -> str:
    """A text frame."""
    return msgspec.json.encode(message).decode()


def messages() -> tuple[tuple[type[Incoming], ...], tuple[type[Outgoing], ...]]:
    """The classes of what a client may send, and of what it gets."""
    return get_args(Incoming), get_args(Outgoing)

"""From a server's frame to a typed event, whichever dialect it speaks."""

from __future__ import annotations

import msgspec

from tth.errors import ProtocolError
from tth.wire.realtime.client.incoming import KINDS, AudioDelta, Incoming

_RENAMED = {
    "conversation.item.created": "conversation.item.added",
    "response.text.delta": "response.output_text.delta",
    "response.text.done": "response.output_text.done",
    "response.audio.done": "response.output_audio.done",
    "response.audio_transcript.delta": "response.output_audio_transcript.delta",
    "response.audio_transcript.done": "response.output_audio_transcript.done",
}
"""Beta names of events that GA renamed, as far as they are of use here."""

_AUDIO = "audio.delta"
_AUDIO_NAMED = b'audio.delta"'
_HEAD_BYTES = 256
"""Where an event's type stands if the server writes it first, as all known ones do."""

_NAMES = {**{name: name for name in KINDS}, **_RENAMED}


class _Head(msgspec.Struct, gc=False):
    type: str = ""


_read_head = msgspec.json.Decoder(_Head).decode
_read_audio = msgspec.json.Decoder(AudioDelta).decode
_read = {kind: msgspec.json.Decoder(kind).decode for kind in set(KINDS.values())}


def read_event(frame: bytes | str) -> Incoming | None:
    """The event in ``frame``; ``None`` where it is of a kind that is of no use here.

    A piece of sound is decoded in one pass, JSON and base64 together.

    Raises:
        ProtocolError: The frame is no JSON object, or a field of a known event is of the wrong type.
    """
    data = frame.encode() if isinstance(frame, str) else frame
    try:
        if _AUDIO_NAMED in data[:_HEAD_BYTES]:
            sound = _read_audio(data)
            if sound.type.endswith(_AUDIO):
                return sound
        said = _read_head(data).type
        if said.endswith(_AUDIO):
            return _read_audio(data)
        name = _NAMES.get(said)
        if name is None:
            return None
        event = _read[KINDS[name]](data)
    except (msgspec.DecodeError, RecursionError) as error:
        shown = data[:60].decode(errors="replace")
        raise ProtocolError("bad_event", f"the server sent an event that cannot be read ({error}): {shown}…") from error
    event.type = name
    return event

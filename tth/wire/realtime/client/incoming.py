"""What a Realtime server says, typed.

Fields are named as on the wire. All but ``type`` may be missing or null: servers that only resemble OpenAI's leave some
out, and an event is of use with what it has.

Source: OpenAI Realtime API reference, server events (GA).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

Text: TypeAlias = str | None
Number: TypeAlias = float | None


class Incoming(msgspec.Struct, kw_only=True, gc=False):
    """What every event has. ``type`` is the GA name, whatever the server called it."""

    type: str
    event_id: Text = None


class Problem(msgspec.Struct, kw_only=True):
    """What went wrong, in an ``error`` event or in a failed response."""

    type: Text = None
    code: Text = None
    message: Text = None
    param: Text = None
    event_id: Text = None


class ErrorSaid(Incoming, kw_only=True):
    """Something was refused or failed; the session stays open. ``error.event_id`` is the client event's."""

    error: Problem = msgspec.field(default_factory=Problem)


class SessionSaid(Incoming, kw_only=True):
    """``session.created`` or ``session.updated`` with the effective session."""

    session: dict[str, Any] = {}


class Part(msgspec.Struct, kw_only=True):
    """A piece of an item's content."""

    type: Text = None
    text: Text = None
    transcript: Text = None


class WireItem(msgspec.Struct, kw_only=True):
    """An item of the conversation."""

    id: Text = None
    type: Text = None
    role: Text = None
    status: Text = None
    content: list[Part] | None = None
    call_id: Text = None
    name: Text = None
    arguments: Text = None


class ItemSaid(Incoming, kw_only=True):
    """``conversation.item.added``, ``.done``, ``.retrieved``, ``response.output_item.added`` or ``.done``."""

    item: WireItem = msgspec.field(default_factory=WireItem)
    previous_item_id: Text = None
    response_id: Text = None
    output_index: Number = None


class TextDelta(Incoming, kw_only=True):
    """The next piece of a written answer or of a spoken one's transcript."""

    response_id: Text = None
    item_id: Text = None
    content_index: int | None = None
    delta: Text = None


class TextDone(Incoming, kw_only=True):
    """The whole of a written answer or of a spoken one's transcript."""

    response_id: Text = None
    item_id: Text = None
    content_index: int | None = None
    text: Text = None
    transcript: Text = None


class AudioDelta(Incoming, kw_only=True):
    """The next piece of sound: PCM16 at 24 kHz where the event names no other rate.

    The sound stands in ``delta``; some servers call it ``audio`` or ``chunk``.
    """

    response_id: Text = None
    item_id: Text = None
    content_index: int | None = None
    delta: bytes | None = None
    audio: bytes | None = None
    chunk: bytes | None = None
    sample_rate: int | None = None

    @property
    def pcm(self) -> bytes:
        """The sound, whichever field it came in."""
        return self.delta or self.audio or self.chunk or b""


class AudioDone(Incoming, kw_only=True):
    """An item's sound is whole."""

    response_id: Text = None
    item_id: Text = None


class Arguments(Incoming, kw_only=True):
    """A piece (``delta``) or the whole (``arguments``) of what a function is to be called with."""

    response_id: Text = None
    item_id: Text = None
    call_id: Text = None
    name: Text = None
    delta: Text = None
    arguments: Text = None


class StatusDetails(msgspec.Struct, kw_only=True):
    """Why a response ended as it did."""

    type: Text = None
    reason: Text = None
    error: Problem | None = None


class Response(msgspec.Struct, kw_only=True):
    """A response as ``response.created`` and ``response.done`` describe it."""

    id: Text = None
    status: Text = None
    status_details: StatusDetails | None = None
    output: list[WireItem] | None = None
    metadata: dict[str, Any] | None = None
    conversation_id: Text = None
    usage: dict[str, Any] | None = None


class ResponseSaid(Incoming, kw_only=True):
    """``response.created`` or ``response.done``."""

    response: Response = msgspec.field(default_factory=Response)


class BufferSaid(Incoming, kw_only=True):
    """What the server hears in the sound it is sent: speech begins, ends, is taken as an utterance, or is forgotten."""

    item_id: Text = None
    previous_item_id: Text = None
    audio_start_ms: Number = None
    audio_end_ms: Number = None


class Transcript(Incoming, kw_only=True):
    """What was understood of an utterance: a piece (``delta``), the whole (``transcript``), or an ``error``."""

    item_id: Text = None
    content_index: int | None = None
    delta: Text = None
    transcript: Text = None
    error: Problem | None = None
    usage: dict[str, Any] | None = None


class Playback(Incoming, kw_only=True):
    """Sound that goes another way than this connection began, stopped or was cut off."""

    response_id: Text = None


class ItemId(Incoming, kw_only=True):
    """``conversation.item.deleted`` or ``.truncated``."""

    item_id: Text = None
    content_index: int | None = None
    audio_end_ms: Number = None


_TRANSCRIPTION = "conversation.item.input_audio_transcription"

KINDS: dict[str, type[Incoming]] = {
    "error": ErrorSaid,
    "session.created": SessionSaid,
    "session.updated": SessionSaid,
    "conversation.item.added": ItemSaid,
    "conversation.item.done": ItemSaid,
    "conversation.item.retrieved": ItemSaid,
    "conversation.item.deleted": ItemId,
    "conversation.item.truncated": ItemId,
    f"{_TRANSCRIPTION}.delta": Transcript,
    f"{_TRANSCRIPTION}.completed": Transcript,
    f"{_TRANSCRIPTION}.failed": Transcript,
    "input_audio_buffer.speech_started": BufferSaid,
    "input_audio_buffer.speech_stopped": BufferSaid,
    "input_audio_buffer.committed": BufferSaid,
    "input_audio_buffer.cleared": BufferSaid,
    "input_audio_buffer.timeout_triggered": BufferSaid,
    "response.created": ResponseSaid,
    "response.done": ResponseSaid,
    "response.output_item.added": ItemSaid,
    "response.output_item.done": ItemSaid,
    "response.output_text.delta": TextDelta,
    "response.output_text.done": TextDone,
    "response.output_audio_transcript.delta": TextDelta,
    "response.output_audio_transcript.done": TextDone,
    "response.output_audio.delta": AudioDelta,
    "response.output_audio.done": AudioDone,
    "response.function_call_arguments.delta": Arguments,
    "response.function_call_arguments.done": Arguments,
    "output_audio_buffer.started": Playback,
    "output_audio_buffer.stopped": Playback,
    "output_audio_buffer.cleared": Playback,
}
"""The events that are of use here, by their GA names."""

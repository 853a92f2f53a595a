"""Voices that listen, think and speak in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from tth.core.controls import TurnControl
from tth.core.conversation import Item
from tth.core.events import (
    AudioChunkEvent,
    AudioDoneEvent,
    DegradedEvent,
    EmotionEvent,
    ErrorEvent,
    ExpiringSoonEvent,
    ItemStartedEvent,
    OutputStartedEvent,
    OutputStoppedEvent,
    ResponseStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    UsageEvent,
    UserSpeechStartedEvent,
    UserSpeechStoppedEvent,
    UserTranscriptEvent,
    WarningEvent,
)
from tth.core.media import AudioChunk
from tth.core.streams import Stream
from tth.core.tools import Tool

RealtimeEvent: TypeAlias = (
    ResponseStartedEvent
    | ItemStartedEvent
    | TextDeltaEvent
    | AudioChunkEvent
    | AudioDoneEvent
    | SpeechMarkEvent
    | EmotionEvent
    | ToolCallDeltaEvent
    | ToolCallEvent
    | UserSpeechStartedEvent
    | UserSpeechStoppedEvent
    | UserTranscriptEvent
    | UsageEvent
    | OutputStartedEvent
    | OutputStoppedEvent
    | TurnCompleteEvent
    | ExpiringSoonEvent
    | DegradedEvent
    | WarningEvent
    | ErrorEvent
)

Modality = Literal["audio", "text"]
When = Literal["now", "at_renewal", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeCapabilities:
    """What a voice can do; final once it is connected.

    Attributes:
        voices: Names it knows; empty where any string is passed on.
        output_rate_hz: Rate of the sound it makes, where that is fixed.
        audio_in: Whether ``send_user_audio`` works.
        deaf: Where it does not, why, for a person.
        tools: Whether it calls tools.
        speed: Lowest and highest ``speech_rate`` it honours; ``None`` where it honours none.
        turns: Who decides that an answer is due.
        detects: Whether it can find by itself where speech begins and ends.
    """

    voices: Sequence[str] = ()
    output_rate_hz: int = 24_000
    audio_in: bool = False
    deaf: str = ""
    tools: bool = False
    speed: tuple[float, float] | None = None
    turns: Literal["client", "server", "duplex"] = "client"
    detects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How a voice is to hear the person.

    Attributes:
        ends: Who finds where an utterance begins and ends: the ``voice``, or the ``caller``, who sends nothing else and
            calls ``end_user_audio`` at its end.
        answers: Whether the voice answers an utterance by itself, and falls silent when the person speaks.
        threshold: How sure, 0 to 1, the voice must be that it hears speech.
        silence_ms: Silence that ends an utterance.
    """

    ends: Literal["voice", "caller"] = "voice"
    answers: bool = True
    threshold: float | None = None
    silence_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChange:
    """What shall be different from here on; ``None`` leaves a field as it is."""

    instructions: str | None = None
    voice: str | None = None
    control: TurnControl | None = None
    tools: Sequence[Tool] | None = None
    hearing: Hearing | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of each field of a ``SessionChange`` that was set, by its name."""

    fields: Mapping[str, When] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRequest:
    """What the next response shall be like; ``None`` means as the session is.

    Attributes:
        instructions: Instead of the session's, for this response.
        control: Emotion and delivery of this response.
        modality: Sound with its transcript, or text alone.
        tools: Instead of the session's.
        tool_choice: ``auto``, ``none``, ``required``, or ``{"type": "function", "name": …}``.
        context: Where given, the response sees these items alone and leaves no trace in the conversation.
        tag: Comes back in ``ResponseStartedEvent``.
    """

    instructions: str | None = None
    control: TurnControl | None = None
    modality: Modality = "audio"
    tools: Sequence[Tool] | None = None
    tool_choice: str | Mapping[str, str] | None = None
    context: Sequence[Item] | None = None
    tag: str = ""


PLAIN_REQUEST = ResponseRequest()
"""Everything as the session is."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of a spoken item was played: ``samples`` in media units from the item's start."""

    item_id: str
    content_index: int
    samples: int
    text: str | None = None
    """The words that were heard, as far as marks or an estimate tell."""


class RealtimeAdapter(Protocol):
    """One voice for one session.

    An adapter class is called with its validated options and a ``Shared``. It knows nothing of turns and generations,
    and never reconnects by itself.
    """

    @property
    def capabilities(self) -> RealtimeCapabilities:
        """What this voice can do."""

    async def connect(
        self,
        system_instructions: str,
        voice: str | None = None,
        *,
        control: TurnControl | None = None,
        tools: Sequence[Tool] = (),
        items: Sequence[Item] = (),
    ) -> None:
        """Open the voice with its instructions and the conversation so far. A second call does nothing.

        Raises:
            AdapterError: It cannot be reached, or refused the configuration.
        """

    async def configure(self, change: SessionChange) -> Applied:
        """Change the session; says of each field when it takes effect."""

    async def add_items(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Add to the conversation, at its end or behind the item ``after``."""

    async def delete_items(self, ids: Sequence[str]) -> None:
        """Take items out of the conversation; unknown ids are passed over."""

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Ask for a response. Returns once it is asked for, not when it is there."""

    async def send_user_text(self, text: str) -> None:
        """Add a user's message and ask for the answer."""

    async def send_user_audio(self, chunk: AudioChunk) -> None:
        """Pass on what the microphone hears.

        Raises:
            AdapterError: It cannot hear (decision ``ignore``), or is lost.
        """

    async def end_user_audio(self, *, discard: bool = False) -> None:
        """The utterance is over: it is now an item of the conversation, or forgotten. ``respond`` has it answered.

        A ``UserSpeechStoppedEvent`` names the item.
        """

    async def cancel_response(self, response_id: str | None = None) -> None:
        """Stop a response (the running one where none is named).

        Afterwards exactly one ``TurnCompleteEvent`` with status ``cancelled`` comes of it and nothing else. None
        running: nothing happens.
        """

    async def set_heard(self, heard: Sequence[Heard]) -> None:
        """Cut the model's memory of spoken items to what was played; 0 samples: forget the item."""

    def stream_events(self) -> Stream[RealtimeEvent]:
        """Everything that happens, over all turns, to one reader. Leaving it loses nothing; ``close`` ends it.

        A lost connection yields one ``ErrorEvent`` and ends the stream.
        """

    async def close(self) -> None:
        """Release everything. Idempotent, safe at any moment."""

"""Everything that passes over the bus or comes out of a realtime voice.

A class is named after what happened and ends in ``Event``; its name on the wire is the rest in snake case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Literal

import msgspec

from tth.core.controls import TurnControl
from tth.core.media import MEDIA_RATE_HZ, FaceFrame, SpeechMark, VideoFrame

Decision = Literal["fatal", "retry", "ignore"]
TurnState = Literal["thinking", "speaking", "held"]
MicrophoneState = Literal["open", "held", "off"]
BargeIn = Literal["hold", "stop", "off"]


class Family(StrEnum):
    """What a subscription chooses by; each family has one fitting overflow rule.

    A string, since it is looked up for every event and the hash of a plain enum is a call in Python.
    """

    WORDS = "words"
    AUDIO = "audio"
    PICTURES = "pictures"
    MEASURES = "measures"
    INBOUND = "inbound"


def wire_name(class_name: str) -> str:
    """``TextDeltaEvent`` -> ``text_delta``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name.removesuffix("Event")).lower()


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag=wire_name):
    """What all events carry.

    Attributes:
        turn_id: The turn it belongs to; empty outside a turn and in what an adapter yields.
        generation: The session's generation when its response was bound; 0 in what an adapter yields.
    """

    family: ClassVar[Family] = Family.WORDS
    filtered: ClassVar[bool] = False
    """Whether it is dropped at delivery once its generation is over."""

    turn_id: str = ""
    generation: int = 0


class ResponseEvent(Event, frozen=True, kw_only=True, gc=False):
    """An event of one response."""

    response_id: str = ""


class ItemEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """An event of one item of a response."""

    item_id: str = ""


# What a voice says


class ResponseStartedEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """A response begins. ``tag`` repeats the request's, and is empty where nobody asked."""

    tag: str = ""


class ItemStartedEvent(ItemEvent, frozen=True, kw_only=True, gc=False):
    """A response goes on in a new item."""


class TextDeltaEvent(ItemEvent, frozen=True, kw_only=True, gc=False):
    """The next piece of an item's text. The pieces of an item add up to its text."""

    filtered: ClassVar[bool] = True
    token: str


class AudioChunkEvent(ItemEvent, frozen=True, kw_only=True, gc=False):
    """The next piece of an item's sound.

    Attributes:
        data: PCM16 little-endian, interleaved; may end within a sample.
        sample_rate: Hz.
        channels: 1 or 2. On the bus always 1.
        sample: Media unit of its first sample: within the item from a voice, within the response on the bus.
        duration_ms: Computed from the bytes where not given.
    """

    family: ClassVar[Family] = Family.AUDIO
    filtered: ClassVar[bool] = True
    data: bytes
    sample_rate: int = MEDIA_RATE_HZ
    channels: int = 1
    sample: int = 0
    duration_ms: float = 0.0

    def __post_init__(self) -> None:
        if not self.duration_ms:
            ms = len(self.data) * 500 / self.sample_rate / self.channels
            msgspec.structs.force_setattr(self, "duration_ms", ms)


class AudioDoneEvent(ItemEvent, frozen=True, kw_only=True, gc=False):
    """The voice says that an item's sound is whole; a late piece may follow all the same."""


class OutputStartedEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """The response begins to sound, where its media go another way than through the session."""


class OutputStoppedEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """The response has sounded to its end, or was cut off, where its media go another way."""


class SpeechMarkEvent(ItemEvent, frozen=True, kw_only=True, gc=False):
    """When sounds and words of an item are heard; positions count like the audio's ``sample``."""

    filtered: ClassVar[bool] = True
    marks: tuple[SpeechMark, ...]


class EmotionEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """From media unit ``sample`` of the response on, the avatar feels this."""

    filtered: ClassVar[bool] = True
    label: str
    intensity: float
    sample: int = 0


class ToolCallEvent(ItemEvent, frozen=True, kw_only=True, gc=False):
    """The model wants a function called: ``arguments`` is a JSON object as text."""

    call_id: str
    name: str
    arguments: str


class ToolCallDeltaEvent(ItemEvent, frozen=True, kw_only=True, gc=False):
    """The next piece of a call's arguments, for those who show them as they are written; the whole call follows."""

    call_id: str
    name: str
    delta: str


class UserSpeechStartedEvent(Event, frozen=True, kw_only=True, gc=False):
    """The person begins to speak; ``at_ms`` counts the sound that the voice was sent.

    ``item_id`` is empty where it is not known yet: the utterance's next event names it.
    """

    item_id: str = ""
    at_ms: int = 0


class UserSpeechStoppedEvent(Event, frozen=True, kw_only=True, gc=False):
    """The person has stopped speaking."""

    item_id: str = ""
    at_ms: int = 0


class UserTranscriptEvent(Event, frozen=True, kw_only=True, gc=False):
    """What was understood so far of the person's utterance ``item_id``, the whole of it.

    It is ``final`` when it changes no more, and empty then where nothing was said.
    """

    item_id: str
    text: str
    final: bool = True


class UsageEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """What a response cost in the provider's own units, as in ``{"input_tokens": 12}``."""

    family: ClassVar[Family] = Family.MEASURES
    usage: dict[str, float]


class ExpiringSoonEvent(Event, frozen=True, kw_only=True, gc=False):
    """The voice's connection will end by itself in ``in_s`` seconds."""

    in_s: float


# Turns


class TurnStartedEvent(Event, frozen=True, kw_only=True, gc=False):
    """A turn begins. ``turn`` counts from 1 in a session and stands in the binary frames' header.

    What it answers was typed (``text``) or said aloud (``item_id``, the utterance's).
    """

    turn: int
    text: str = ""
    item_id: str = ""
    control: TurnControl = TurnControl()


class TurnStateEvent(Event, frozen=True, kw_only=True, gc=False):
    """What the avatar is doing in this turn now."""

    state: TurnState


class TurnCompleteEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """The turn is over.

    From an adapter it means that the response ``response_id`` is generated, ``turn_id`` is empty and ``status`` is
    ``completed``, ``cancelled``, ``incomplete`` or ``failed``. On the bus it means that the last sample was played.
    """

    status: str = "completed"
    reason: str = ""
    usage: dict[str, float] | None = None
    text: str = ""
    samples: int = 0


class TurnInterruptedEvent(Event, frozen=True, kw_only=True, gc=False):
    """The turn was stopped; ``samples`` is the playhead as known then, in media units."""

    reason: str = ""
    samples: int = 0


class TurnFailedEvent(Event, frozen=True, kw_only=True, gc=False):
    """The turn could not be answered, or not to its end."""

    code: str
    message: str


class ItemHeardEvent(Event, frozen=True, kw_only=True, gc=False):
    """What of a spoken item the conversation keeps after an interruption; ``estimated`` where no mark told."""

    item_id: str
    text: str
    estimated: bool = False


# The face


class FaceFrameEvent(Event, frozen=True, kw_only=True, gc=False):
    """A pose is there."""

    family: ClassVar[Family] = Family.PICTURES
    filtered: ClassVar[bool] = True
    frame: FaceFrame


class VideoFrameEvent(Event, frozen=True, kw_only=True, gc=False):
    """A picture is there."""

    family: ClassVar[Family] = Family.PICTURES
    filtered: ClassVar[bool] = True
    frame: VideoFrame


# The session


class SessionReadyEvent(Event, frozen=True, kw_only=True, gc=False):
    """The session can be talked to. ``components`` maps each kind to the adapter in use.

    ``voice``, ``voices`` and ``voice_wish`` are those of ``VoiceChangedEvent``.
    """

    session_id: str
    profile: str
    persona: str
    components: dict[str, str]
    voice: str = ""
    voices: tuple[str, ...] = ()
    voice_wish: str | None = None


class VoiceChangedEvent(Event, frozen=True, kw_only=True, gc=False):
    """Another voice is in use, or others may be chosen.

    Attributes:
        voice: The one in use; empty where it has no name that is known.
        voices: Those that may be chosen; empty where there is no choice.
        wish: The one that was chosen, whether it is there or not; ``None``: persona and emotion choose.
    """

    voice: str = ""
    voices: tuple[str, ...] = ()
    wish: str | None = None


class ControlChangedEvent(Event, frozen=True, kw_only=True, gc=False):
    """The control that the next turns start from."""

    control: TurnControl


class ListeningEvent(Event, frozen=True, kw_only=True, gc=False):
    """Whether the session hears what is said aloud, and how; where it does not, ``why`` says what is missing.

    ``detector`` finds where speech begins and ends: ``silero``, ``energy``, or ``voice``, which does so by itself.
    """

    hears: bool
    why: str = ""
    detector: str = ""
    threshold: float
    silence_ms: int
    barge_in: BargeIn


class SessionClosedEvent(Event, frozen=True, kw_only=True, gc=False):
    """Nothing follows this one."""

    reason: str = ""


class ErrorEvent(ResponseEvent, frozen=True, kw_only=True, gc=False):
    """Something failed. ``decision`` says what becomes of it: fatal, retry or ignore."""

    code: str
    message: str
    decision: Decision = "fatal"


class WarningEvent(Event, frozen=True, kw_only=True, gc=False):
    """Something was asked for that cannot be done as asked; told once for each code and message."""

    code: str
    message: str


class DegradedEvent(Event, frozen=True, kw_only=True, gc=False):
    """``component`` goes on with ``now`` in place of ``was``."""

    component: str
    was: str
    now: str
    reason: str


class RecoveredEvent(Event, frozen=True, kw_only=True, gc=False):
    """``component`` is back on ``now``."""

    component: str
    now: str


class MeasureEvent(Event, frozen=True, kw_only=True, gc=False):
    """A number about the session, as in ``first_audio_ms``."""

    family: ClassVar[Family] = Family.MEASURES
    name: str
    value: float


class MetersEvent(Event, frozen=True, kw_only=True, gc=False):
    """The session's numbers, once a second while it speaks and at each turn's end; for clients that asked.

    Attributes:
        components: The adapter in use for each kind.
        numbers: By name; one that is not known yet is left out.
        reason: Why an adapter gave way to another last, empty where none did.
    """

    family: ClassVar[Family] = Family.MEASURES
    components: dict[str, str]
    numbers: dict[str, float]
    reason: str = ""


class ReplayEvent(Event, frozen=True, kw_only=True, gc=False):
    """Where the recording is that is played back; told four times a second and at each change."""

    family: ClassVar[Family] = Family.MEASURES
    at_ms: int
    length_ms: int
    state: Literal["playing", "paused", "over"]


# Inbound


class UserTextEvent(Event, frozen=True, kw_only=True, gc=False):
    """The person typed this. ``turn_id`` may name the turn it shall start; ``control`` is for that turn only."""

    family: ClassVar[Family] = Family.INBOUND
    text: str
    control: TurnControl = TurnControl()


class InterruptEvent(Event, frozen=True, kw_only=True, gc=False):
    """Stop speaking now."""

    family: ClassVar[Family] = Family.INBOUND
    reason: str = "client"


class ControlUpdateEvent(Event, frozen=True, kw_only=True, gc=False):
    """Lay this control over the session's."""

    family: ClassVar[Family] = Family.INBOUND
    control: TurnControl


class VoiceUpdateEvent(Event, frozen=True, kw_only=True, gc=False):
    """Speak with this voice from here on; ``None`` leaves it to persona and emotion."""

    family: ClassVar[Family] = Family.INBOUND
    voice: str | None


class HoldEvent(Event, frozen=True, kw_only=True, gc=False):
    """Stop the playhead, keep everything."""

    family: ClassVar[Family] = Family.INBOUND


class ResumeEvent(Event, frozen=True, kw_only=True, gc=False):
    """Go on from the sample where the playhead was held."""

    family: ClassVar[Family] = Family.INBOUND


class MicrophoneEvent(Event, frozen=True, kw_only=True, gc=False):
    """The microphone is open, held open for one utterance (push-to-talk), or off.

    With ``discard`` what was said while it was held is forgotten.
    """

    family: ClassVar[Family] = Family.INBOUND
    state: MicrophoneState
    discard: bool = False


class ListeningUpdateEvent(Event, frozen=True, kw_only=True, gc=False):
    """Listen like this from here on; ``None`` leaves a setting as it is."""

    family: ClassVar[Family] = Family.INBOUND
    threshold: float | None = None
    silence_ms: int | None = None
    barge_in: BargeIn | None = None


def event_classes(root: type[Event] = Event) -> Iterator[type[Event]]:
    """Every concrete event class, abstract parents left out."""
    for child in root.__subclasses__():
        if child in (ResponseEvent, ItemEvent):
            yield from event_classes(child)
        else:
            yield child

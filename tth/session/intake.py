"""Takes what the voice says into the turn that it belongs to, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from tth.adapters.realtime import RealtimeEvent
from tth.audio.pcm import check_format, mono
from tth.core.bus import EventBus
from tth.core.conversation import Conversation, Item, message
from tth.core.events import (
    AudioChunkEvent,
    AudioDoneEvent,
    DegradedEvent,
    EmotionEvent,
    ErrorEvent,
    Event,
    ExpiringSoonEvent,
    ItemEvent,
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
from tth.core.media import MEDIA_RATE_HZ, EmotionMark
from tth.errors import MediaError
from tth.session.playhead import Playhead
from tth.session.speech import MAX_SPEECH_UNITS, SpokenItem
from tth.session.stage import AvatarStage
from tth.session.turn import Turn
from tth.session.turn_taking import TurnTaking

MAX_CHARS = 400_000
"""No response may hold more text than this, marks and items counted with so many each."""

REFERENCE_UNITS = MEDIA_RATE_HZ // 5
"""Of what was played so much is kept, to be told apart from the person's voice."""

MARK_CHARS, ITEM_CHARS = 16, 100
WARNINGS = 256
"""Different warnings that a session remembers to have told."""


class Floor(Protocol):
    """Who holds the turn: what the intake tells the orchestrator."""

    taking: TurnTaking

    @property
    def turn(self) -> Turn | None:
        """The open turn."""

    def bound(self, turn: Turn) -> None:
        """The turn's response has begun."""

    def stray(self, event: ResponseStartedEvent) -> None:
        """A response that no open turn asked for has begun."""

    def user_said(self, event: UserTranscriptEvent) -> None:
        """More, or all, of what the person said is understood."""

    def first_text(self, turn: Turn) -> None:
        """The turn's first words are there."""

    def first_sound(self, turn: Turn) -> None:
        """The turn's first sound is there."""

    def sounded(self, turn: Turn) -> None:
        """More sound is there."""

    def generated(self, turn: Turn, event: TurnCompleteEvent) -> None:
        """The turn's response is generated, or was given up by the voice."""

    def unfit(self, turn: Turn, error: MediaError) -> None:
        """The response's sound is of no use."""

    def too_long(self, turn: Turn) -> None:
        """The response holds more sound than it may."""

    def failed(self, event: ErrorEvent) -> None:
        """The voice says that something failed."""

    def expiring(self) -> None:
        """The voice's connection will soon end."""


class Intake:
    """Stamps each event with turn and generation, fixed when the response was bound, and passes it on.

    A response belongs to the turn whose tag it carries. What belongs to no open turn is dropped: that is all it takes
    to keep an interrupted response silent, whatever its provider still sends.
    """

    def __init__(
        self, floor: Floor, bus: EventBus, conversation: Conversation, stage: AvatarStage, playhead: Playhead
    ) -> None:
        self._floor = floor
        self._bus = bus
        self._conversation = conversation
        self._stage = stage
        self._playhead = playhead
        self._warned: set[tuple[str, str]] = set()
        self._takers: dict[type[Event], Callable[[Any], None]] = {
            AudioChunkEvent: self._audio,
            AudioDoneEvent: self._audio_done,
            OutputStartedEvent: self._output_started,
            OutputStoppedEvent: self._output_stopped,
            TextDeltaEvent: self._text,
            SpeechMarkEvent: self._marks,
            EmotionEvent: self._emotion,
            ResponseStartedEvent: self._started,
            ItemStartedEvent: self._item,
            TurnCompleteEvent: self._complete,
            ToolCallEvent: self._pass_on,
            ToolCallDeltaEvent: self._pass_on,
            UserSpeechStartedEvent: self._speaks,
            UserSpeechStoppedEvent: self._utterance,
            UserTranscriptEvent: self._transcript,
            UsageEvent: self._pass_on,
            ErrorEvent: floor.failed,
            WarningEvent: self._warning,
            DegradedEvent: bus.publish,
            ExpiringSoonEvent: lambda event: floor.expiring(),
        }

    def take(self, event: RealtimeEvent) -> None:
        """Apply one event of the voice. Unknown kinds are passed over."""
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(event)

    def _turn_of(self, response_id: str) -> Turn | None:
        turn = self._floor.turn
        if turn is None or turn.response_id != response_id or turn.generated or not response_id:
            return None
        return turn

    def _affords(self, turn: Turn, chars: int) -> bool:
        """Whether the response may hold ``chars`` more of text, or their worth in marks; else it ends."""
        turn.speech.chars += chars
        if turn.speech.chars <= MAX_CHARS:
            return True
        self._floor.too_long(turn)
        return False

    def _started(self, event: ResponseStartedEvent) -> None:
        turn = self._floor.turn
        if turn is None or turn.response_id or turn.tries == 0 or event.tag not in (turn.id, ""):
            self._floor.stray(event)
            return
        turn.response_id = event.response_id
        self._floor.bound(turn)

    def _item(self, event: ItemStartedEvent) -> None:
        turn = self._turn_of(event.response_id)
        if turn is not None and self._affords(turn, ITEM_CHARS):
            self._item_of(turn, event)

    def _item_of(self, turn: Turn, event: ItemEvent) -> SpokenItem:
        item = turn.speech.items.get(event.item_id)
        if item is None:
            item = turn.speech.item(event.item_id)
            self._conversation.put(Item(id=event.item_id, role="assistant", complete=False))
            self._bus.publish(
                ItemStartedEvent(
                    response_id=event.response_id,
                    item_id=event.item_id,
                    turn_id=turn.id,
                    generation=turn.generation,
                )
            )
        return item

    def _text(self, event: TextDeltaEvent) -> None:
        turn = self._turn_of(event.response_id)
        if turn is None or not self._affords(turn, len(event.token)):
            return
        item = self._item_of(turn, event)
        if not turn.speech.received and not turn.written:
            self._floor.first_text(turn)
        item.text += event.token
        self._pass_on(event)

    def _audio(self, event: AudioChunkEvent) -> None:
        turn = self._turn_of(event.response_id)
        if turn is None:
            return
        if event.channels != 1 or event.sample_rate != turn.speech.rate_hz:
            try:
                check_format(event.sample_rate, event.channels)
            except MediaError as error:
                self._floor.unfit(turn, error)
                return
        pcm = turn.aligner.feed(event.data, event.channels)
        if event.channels != 1:
            pcm = mono(pcm, event.channels)
        if not pcm:
            return
        speech = turn.speech
        item = self._item_of(turn, event)
        before = speech.received
        start = speech.append(pcm, event.sample_rate)
        item.end = speech.received
        if not before:
            self._floor.first_sound(turn)
        self._playhead.received_more(before)
        meters = self._stage.meters
        meters.chunks += 1
        meters.sound_bytes += len(pcm)
        self._stage.sound(event.item_id)
        self._bus.publish(
            AudioChunkEvent(
                data=pcm,
                sample_rate=event.sample_rate,
                sample=start,
                turn_id=turn.id,
                generation=turn.generation,
                response_id=event.response_id,
                item_id=event.item_id,
            )
        )
        played = self._playhead.position()
        speech.trim(played - REFERENCE_UNITS)
        self._floor.sounded(turn)
        if speech.received - played > MAX_SPEECH_UNITS:
            self._floor.too_long(turn)

    def _audio_done(self, event: AudioDoneEvent) -> None:
        if self._turn_of(event.response_id) is not None:
            self._stage.sound_done(event.item_id)

    def _output_started(self, event: OutputStartedEvent) -> None:
        turn = self._turn_of(event.response_id)
        if turn is not None:
            self._floor.sounded(turn)

    def _output_stopped(self, event: OutputStoppedEvent) -> None:
        if self._turn_of(event.response_id) is not None:
            self._stage.output_over()

    def _marks(self, event: SpeechMarkEvent) -> None:
        turn = self._turn_of(event.response_id)
        if turn is None or not self._affords(turn, MARK_CHARS * len(event.marks)):
            return
        item = self._item_of(turn, event)
        offset = item.start
        marks = event.marks
        if offset:
            marks = tuple(msgspec.structs.replace(m, start=m.start + offset, end=m.end + offset) for m in marks)
        turn.speech.marks.extend(marks)
        item.marks.extend(marks)
        self._stage.wake()
        self._bus.publish(msgspec.structs.replace(event, marks=marks, turn_id=turn.id, generation=turn.generation))

    def _emotion(self, event: EmotionEvent) -> None:
        turn = self._turn_of(event.response_id)
        if turn is not None:
            self._stage.emotion(EmotionMark(start=event.sample, label=event.label, intensity=event.intensity))
            self._pass_on(event)

    def _complete(self, event: TurnCompleteEvent) -> None:
        turn = self._turn_of(event.response_id)
        if turn is not None:
            self._floor.generated(turn, event)

    def _speaks(self, event: UserSpeechStartedEvent) -> None:
        self._bus.publish(event)
        self._floor.taking.started(event)

    def _utterance(self, event: UserSpeechStoppedEvent) -> None:
        """The person has said something: it has its place in the conversation, whenever its words come."""
        if event.item_id and event.item_id not in self._conversation:
            self._conversation.put(Item(id=event.item_id, role="user", complete=False))
        self._bus.publish(event)
        self._floor.taking.stopped(event)

    def _transcript(self, event: UserTranscriptEvent) -> None:
        if event.final:
            self._conversation.put(message(event.item_id, "user", event.text))
        self._bus.publish(event)
        self._floor.user_said(event)

    def _pass_on(self, event: Event) -> None:
        turn = self._floor.turn
        if turn is not None:
            event = msgspec.structs.replace(event, turn_id=turn.id, generation=turn.generation)
        self._bus.publish(event)

    def _warning(self, event: WarningEvent) -> None:
        key = (event.code, event.message)
        if key not in self._warned and len(self._warned) < WARNINGS:
            self._warned.add(key)
            self._bus.publish(event)

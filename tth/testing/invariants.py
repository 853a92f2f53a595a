"""Watches a session's bus and says where it breaks what a session promises."""

from __future__ import annotations

from dataclasses import dataclass, field

from tth.core.events import (
    AudioChunkEvent,
    Event,
    FaceFrameEvent,
    ItemStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
)

ENDINGS = (TurnCompleteEvent, TurnInterruptedEvent, TurnFailedEvent)
RESPONSE_SIDE = (TextDeltaEvent, AudioChunkEvent, SpeechMarkEvent, FaceFrameEvent, TurnStateEvent, ItemStartedEvent)


@dataclass(slots=True)
class TurnRecord:
    """What was delivered of one turn."""

    started: TurnStartedEvent
    ending: Event | None = None
    text: str = ""
    audio: list[AudioChunkEvent] = field(default_factory=list)
    frames: int = 0


class Witness:
    """Takes events in the order of delivery and keeps what they prove.

    Attributes:
        turns: A record for each turn, in order.
        broken: What was wrong, in words; empty in a sound session.
    """

    def __init__(self) -> None:
        self.turns: dict[str, TurnRecord] = {}
        self._interrupted: set[str] = set()
        self.broken: list[str] = []

    def interrupted(self, turn_id: str) -> None:
        """``interrupt()`` has returned: from here on no media of that turn may be delivered."""
        self._interrupted.add(turn_id)

    def take(self, event: Event) -> None:
        """One event as a subscriber got it."""
        if isinstance(event, TurnStartedEvent):
            open_turns = [turn_id for turn_id, record in self.turns.items() if record.ending is None]
            if open_turns:
                self.broken.append(f"I1: {event.turn_id} began while {open_turns[0]} was open")
            self.turns[event.turn_id] = TurnRecord(event)
        elif isinstance(event, ENDINGS):
            self._end(event)
        elif isinstance(event, RESPONSE_SIDE) and event.turn_id:
            self._media(event)

    def _end(self, event: Event) -> None:
        record = self.turns.get(event.turn_id)
        if record is None:
            self.broken.append(f"I1: {type(event).__name__} of {event.turn_id!r}, which never began")
        elif record.ending is not None:
            self.broken.append(f"I1: {event.turn_id} ended twice")
        else:
            record.ending = event

    def _media(self, event: Event) -> None:
        record = self.turns.get(event.turn_id)
        what = type(event).__name__
        if record is None:
            self.broken.append(f"I1: {what} before its turn {event.turn_id!r} began")
            return
        if record.ending is not None:
            self.broken.append(f"I1: {what} after the end of {event.turn_id}")
        if event.filtered and event.turn_id in self._interrupted:
            self.broken.append(f"I2: {what} of {event.turn_id} after it was interrupted")
        if isinstance(event, TextDeltaEvent):
            record.text += event.token
        elif isinstance(event, AudioChunkEvent):
            record.audio.append(event)
        elif isinstance(event, FaceFrameEvent):
            record.frames += 1

    def finish(self) -> None:
        """The session is closed: nothing may be open."""
        for turn_id, record in self.turns.items():
            if record.ending is None:
                self.broken.append(f"I1: {turn_id} never ended")
            elif isinstance(record.ending, TurnCompleteEvent) and record.ending.status == "completed":
                self._check_whole(turn_id, record, record.ending)

    def _check_whole(self, turn_id: str, record: TurnRecord, ending: TurnCompleteEvent) -> None:
        end = 0
        for chunk in record.audio:
            if chunk.sample != end and abs(chunk.sample - end) > 1:
                self.broken.append(f"I3: {turn_id} jumps from unit {end} to {chunk.sample}")
            end = chunk.sample + len(chunk.data) // 2 * 24_000 // chunk.sample_rate
        if abs(end - ending.samples) > max(1, len(record.audio)):
            self.broken.append(f"I3: {turn_id} delivered {end} units of {ending.samples}")

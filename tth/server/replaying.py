"""A session whose events come from a recording, on a clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Self

import msgspec

from tth.core.bus import CLIENT_LIMITS, EventBus, Limit, Observer, Subscription
from tth.core.clock import LoopClock
from tth.core.controls import TurnControl
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    ErrorEvent,
    Event,
    Family,
    HoldEvent,
    InterruptEvent,
    ListeningEvent,
    RecoveredEvent,
    ReplayEvent,
    ResumeEvent,
    SessionClosedEvent,
    SessionReadyEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
    UserTextEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ, AudioChunk
from tth.observers.recording.recording import Recording
from tth.session.cast import Cast
from tth.session.playhead import Playhead
from tth.session.playout import GRACE_S, TOLERANCE_UNITS
from tth.session.session import Session
from tth.session.speech import Speech
from tth.session.turn import Turn
from tth.wire.native import PlayheadReport

STEP_S = 0.02
"""How often the clock is looked at."""

PLACE_S = 0.25
"""How often the client is told where it is."""

LEAST_S = 0.0005
"""A wait that the clock is sure to notice."""

WAITING = 64
"""Events that may wait for the client before the next one is told: nothing is dropped in a replay."""

NOT_HERE = "this is a recording; it cannot be talked to"


class _Unwatched(EventBus):
    """A bus that nobody observes: what watches a session and adds to its events did so when it was recorded."""

    def observe(self, observer: Observer, families: frozenset[Family]) -> Callable[[], None]:
        return lambda: None


class ReplaySession(Session):
    """Tells a client what is in a recording, in order and at its time.

    Its clock stands while the client is away, has paused it, or says that it cannot play the sound that it has; and a
    turn is not over before the client has heard of it what was heard then. ``interrupt`` leaves out the rest of a turn.

    Args:
        recording: What is played.
        cast: Who is seen.
        pace: How much faster than time the clock runs; sound is heard at the client's own pace all the same.
    """

    def __init__(self, recording: Recording, cast: Cast, *, session_id: str, pace: float = 1.0) -> None:
        super().__init__(cast, session_id=session_id)
        self.bus = _Unwatched()
        self._recording = recording
        self._pace = pace
        self._subscriptions: list[Subscription] = []
        self._told: dict[str, Event] = {}
        self._last_sound = _last_sounds(recording)
        self._now: Turn | None = None
        self._skipped = ""
        self._at = self._looked = 0.0
        self._heard_then: tuple[PlayheadReport, float] | None = None
        self._paused = self._held = self._away = self._blocked = self._played = self._begun = self._over = False
        self._place = self._where()
        if not recording.summary.events["session_ready"]:
            self._told["ready"] = self.ready()

    async def __aenter__(self) -> Self:
        """Be there; playing begins with the first client."""
        self._clock = LoopClock()
        self._playhead = Playhead(self._clock)
        self.bus.handle(UserTextEvent, self._refuse)
        self.bus.handle(InterruptEvent, self._skip)
        self.bus.handle(HoldEvent, lambda event: self._pause(paused=True))
        self.bus.handle(ResumeEvent, lambda event: self._pause(paused=False))
        return self

    async def close(self, reason: str = "") -> None:
        """End everything. Idempotent."""
        await self._tasks.close()
        self.bus.publish(SessionClosedEvent(reason=reason))
        self.bus.close()

    # What the server asks of a session

    @property
    def turn(self) -> Turn | None:
        """The turn that is played now."""
        return self._now

    @property
    def control(self) -> TurnControl:
        """None of its own."""
        return TurnControl()

    def standing(self) -> list[Event]:
        """What was told so far and holds."""
        return [*self._told.values(), self._place]

    def subscribe(self, limits: Mapping[Family, Limit] = CLIENT_LIMITS) -> Subscription:
        """A queue of the session's events, which the player waits for."""
        subscription = super().subscribe(limits)
        self._subscriptions.append(subscription)
        return subscription

    def attach_client(self) -> None:
        """A client is there: the first one is played to."""
        self._playhead.attach()
        if not self._begun:
            self._begun = True
            self._looked = self._clock.now()
            self._tasks.start(self._play(), f"{self.id} player")
            self._tasks.start(self._tell_place(), f"{self.id} place")

    def client_away(self) -> None:
        """It is gone and may come back: the clock stands."""
        super().client_away()
        self._away = True

    def client_back(self) -> None:
        """It is back."""
        super().client_back()
        self._away = False

    def hear(self, chunk: AudioChunk) -> None:
        """A recording does not listen."""

    def report_playhead(self, turn: int, sample: int, *, playing: bool, ended: bool = False) -> None:
        """The client has played turn number ``turn`` up to media unit ``sample``."""
        if self._now is not None and self._now.number == turn:
            self._playhead.report(sample, playing=playing and not ended)
            self._blocked = not playing
            self._played = ended

    def report_flush(self, turn: int, sample: int) -> None:
        """Nobody waits for it."""

    async def drain(self) -> None:
        """What is recorded need not be waited for."""

    def _refuse(self, event: UserTextEvent) -> None:
        self.bus.publish(ErrorEvent(turn_id=event.turn_id, code="recording", message=NOT_HERE, decision="ignore"))

    def _skip(self, event: InterruptEvent) -> None:
        turn, self._now = self._now, None
        if turn is not None:
            self._skipped = turn.id
            samples, generation = self._playhead.stop(), turn.generation
            self.bus.publish(
                TurnInterruptedEvent(turn_id=turn.id, generation=generation, reason=event.reason, samples=samples)
            )

    def _pause(self, *, paused: bool) -> None:
        if paused == self._paused:
            return
        self._paused, turn = paused, self._now
        self._show()
        if paused:
            self._playhead.hold()
        elif not self._held:
            self._playhead.resume()
        if turn is not None and not self._held:
            state: Any = "held" if paused else "speaking" if turn.speech.received else "thinking"
            self.bus.publish(TurnStateEvent(turn_id=turn.id, generation=turn.generation, state=state))

    @property
    def paused(self) -> bool:
        """Whether the viewer has paused it."""
        return self._paused

    # Where it is

    def _where(self) -> ReplayEvent:
        length_s = self._recording.summary.seconds
        state: Any = "over" if self._over else "paused" if self._paused else "playing"
        return ReplayEvent(at_ms=round(min(self._at, length_s) * 1000), length_ms=round(length_s * 1000), state=state)

    def _show(self) -> None:
        place = self._where()
        if place != self._place:
            self._place = place
            self.bus.publish(place)

    async def _tell_place(self) -> None:
        while True:
            self._show()
            await asyncio.sleep(PLACE_S)

    # The clock

    def _look(self, *, standing: bool = False) -> None:
        """Let the clock go on by the time that has passed, unless it stands."""
        now = self._clock.now()
        unheard = self._now is not None and self._playhead.position() < self._now.speech.received
        stuck = self._blocked and unheard and not self._held
        if not (standing or self._paused or self._away or stuck):
            self._at += (now - self._looked) * self._pace
        self._looked = now

    async def _reach(self, due: float, turn_id: str) -> None:
        """Wait for ``due``, unless it belongs to a turn that is left out."""
        self._look()
        while self._at < due and not self._leaves_out(turn_id):
            await asyncio.sleep(min(STEP_S, max(LEAST_S, (due - self._at) / self._pace)))
            self._look()

    def _leaves_out(self, turn_id: str) -> bool:
        return bool(turn_id) and turn_id == self._skipped

    async def _until_heard(self, turn: Turn, units: int, *, whole: bool) -> None:
        """Wait until the client has heard ``units`` of ``turn``, or the ``whole`` and says so."""
        asked_s = 0.0
        while self._now is turn and not self._played:
            if self._held:
                break
            if not self._paused and not self._away:
                self._playhead.check_client()
            if self._playhead.position() >= min(units, turn.speech.received) - TOLERANCE_UNITS:
                if not whole or not turn.speech.received or asked_s >= GRACE_S:
                    break
                asked_s += STEP_S
            await asyncio.sleep(STEP_S)
            self._look(standing=True)

    async def _until_read(self, most: int = 0) -> None:
        """Wait until no more than ``most`` events wait for the client."""
        while any(len(each) > most and not each.closed for each in self._subscriptions):
            await asyncio.sleep(0.001)
            self._look(standing=True)

    # What is told

    async def _play(self) -> None:
        for number, record in enumerate(self._recording.records()):
            event, due = record.value, record.at_us / 1e6
            if isinstance(event, PlayheadReport):
                self._heard_then = event, due
            elif isinstance(event, Event) and event.family is not Family.INBOUND:
                await self._reach(due, event.turn_id)
                if self._leaves_out(event.turn_id):
                    self._at = max(self._at, due)
                else:
                    await self._tell(event, due, last=self._last_sound.get(event.turn_id) == number)
        self._at, self._over = self._recording.summary.seconds, True
        self._show()
        over = "the recording ends here; open the page again to see it again"
        self.bus.publish(WarningEvent(code="recording_over", message=over))

    async def _tell(self, event: Event, due: float, *, last: bool) -> None:
        await self._until_read(0 if event.family is Family.MEASURES else WAITING)
        match event:
            case TurnStartedEvent():
                self._start(event)
            case AudioChunkEvent():
                self._sound(event, last=last)
            case TurnStateEvent():
                await self._hold(event, due)
            case TurnCompleteEvent() | TurnInterruptedEvent() | TurnFailedEvent():
                await self._end(event)
                if self._leaves_out(event.turn_id):
                    return
            case SessionClosedEvent():
                return
            case ListeningEvent():
                event = msgspec.structs.replace(event, hears=False, why=NOT_HERE)
            case _:
                pass
        self._keep(event)
        self.bus.generation = max(event.generation, 0) if event.filtered else self.bus.generation
        self.bus.publish(event)

    def _keep(self, event: Event) -> None:
        match event:
            case SessionReadyEvent():
                self._told["ready"] = event
            case ListeningEvent():
                self._told["listening"] = event
            case DegradedEvent():
                self._told[f"lack {event.component}"] = event
            case RecoveredEvent():
                self._told.pop(f"lack {event.component}", None)

    def _start(self, event: TurnStartedEvent) -> None:
        turn = Turn(event.turn_id, event.turn, event.generation, event.text, event.control, self._clock.now())
        self._now, self._skipped = turn, ""
        self._held = self._blocked = self._played = False
        self._playhead.start(turn.speech)

    def _sound(self, event: AudioChunkEvent, *, last: bool) -> None:
        turn = self._now
        if turn is None or turn.id != event.turn_id:
            return
        if event.sample == 0 and turn.speech.received:  # the voice was replaced before anything was heard
            turn.speech = Speech(turn.id)
            self._playhead.start(turn.speech)
        speech, before = turn.speech, turn.speech.received
        lacking = (event.sample - before) * event.sample_rate // MEDIA_RATE_HZ
        if lacking > 1:  # a part of the file is damaged; what follows keeps its place
            speech.append(bytes(2 * lacking), event.sample_rate)
        speech.append(event.data, event.sample_rate)
        self._playhead.received_more(before)
        if last:
            speech.finish(whole=True)

    async def _hold(self, event: TurnStateEvent, due: float) -> None:
        """Stop where the playhead stood then, or go on."""
        turn, was = self._now, self._held
        if turn is None or turn.id != event.turn_id:
            return
        if event.state == "held":
            if self._heard_then is not None and self._heard_then[0].turn == turn.number:
                report, at = self._heard_then
                ran = (due - at) * MEDIA_RATE_HZ if report.state == "playing" else 0
                await self._until_heard(turn, report.sample + int(ran), whole=False)
            self._held = True
            self._playhead.hold()
        elif was:
            self._held = False
            if not self._paused:
                self._playhead.resume()

    async def _end(self, event: TurnCompleteEvent | TurnInterruptedEvent | TurnFailedEvent) -> None:
        turn = self._now
        if turn is None or turn.id != event.turn_id:
            return
        if isinstance(event, TurnCompleteEvent):
            turn.speech.finish(whole=True)
            await self._until_heard(turn, turn.speech.received, whole=True)
        elif isinstance(event, TurnInterruptedEvent):
            await self._until_heard(turn, event.samples, whole=False)
        await self._until_read()
        if self._now is turn:
            self._now = None
            self._playhead.stop()


def _last_sounds(recording: Recording) -> dict[str, int]:
    """The number of the record with the last sound, for each turn that was spoken to its end."""
    last: dict[str, int] = {}
    complete: set[str] = set()
    for number, record in enumerate(recording.records()):
        if isinstance(record.value, AudioChunkEvent):
            last[record.value.turn_id] = number
        elif isinstance(record.value, TurnCompleteEvent):
            complete.add(record.value.turn_id)
    return {turn_id: number for turn_id, number in last.items() if turn_id in complete}

"""A client that plays what a session sends, by the clock, and reports it late."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tth.core.events import (
    AudioChunkEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.testing.invariants import Witness

REPORT_S = 0.1


@dataclass
class Played:
    """One turn as this client heard it, in media units.

    ``items`` maps each item to where it begins and how much of it came.
    """

    number: int
    received: int = 0
    began: float | None = None
    stopped_at: int | None = None
    held_at: int | None = None
    items: dict[str, list[int]] = field(default_factory=dict)

    def position(self, now: float) -> int:
        if self.stopped_at is not None:
            return self.stopped_at
        if self.held_at is not None:
            return self.held_at
        if self.began is None:
            return 0
        return min(self.received, int((now - self.began) * MEDIA_RATE_HZ))

    def hold(self, now: float) -> None:
        self.held_at = self.position(now)

    def resume(self, now: float) -> None:
        if self.began is not None and self.held_at is not None:
            self.began = now - self.held_at / MEDIA_RATE_HZ
        self.held_at = None

    def heard(self, item_id: str) -> int:
        """Units of the item that were played before it was stopped."""
        start, units = self.items[item_id]
        return max(0, min(self.stopped_at - start, units))


class Sink:
    """Plays each turn from its first chunk on; what has not come yet makes it wait."""

    def __init__(self, session, delay_s: float) -> None:
        self._session = session
        self._delay_s = delay_s
        self._events = session.subscribe()
        self.turns: dict[str, Played] = {}
        self.witness = Witness()
        self.seen = []
        self._open: str = ""
        session.attach_client()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            reporting = group.create_task(self._report())
            async for event in self._events:
                self._take(event, group)
            reporting.cancel()

    def _take(self, event, group) -> None:
        now = asyncio.get_running_loop().time()
        self.seen.append(event)
        self.witness.take(event)
        if isinstance(event, TurnStartedEvent):
            self._open = event.turn_id
            self.turns[event.turn_id] = Played(event.turn)
        elif isinstance(event, AudioChunkEvent):
            self._play(self.turns[event.turn_id], event, now)
        elif isinstance(event, TurnStateEvent):
            played = self.turns[event.turn_id]
            (played.hold if event.state == "held" else played.resume)(now)
        elif isinstance(event, TurnInterruptedEvent | TurnCompleteEvent | TurnFailedEvent):
            played = self.turns[event.turn_id]
            played.stopped_at = played.position(now)
            self._open = ""
            if isinstance(event, TurnInterruptedEvent):
                group.create_task(self._flush(played))

    @staticmethod
    def _play(played: Played, event: AudioChunkEvent, now: float) -> None:
        units = len(event.data) // 2
        if played.began is None:
            played.began = now
        elif played.position(now) >= played.received:  # it had run dry: the rest plays from now on
            played.began = now - played.received / MEDIA_RATE_HZ
        item = played.items.setdefault(event.item_id, [event.sample, 0])
        item[1] += units
        played.received = event.sample + units

    async def _flush(self, played: Played) -> None:
        await asyncio.sleep(self._delay_s)
        self._session.report_flush(played.number, played.stopped_at)

    async def _report(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(REPORT_S)
            played = self.turns.get(self._open)
            if played is not None and played.began is not None:
                at = played.position(loop.time())
                ended = at >= played.received
                loop.call_later(self._delay_s, self._tell, played.number, at, ended)

    def _tell(self, number: int, at: int, ended: bool) -> None:
        self._session.report_playhead(number, at, playing=not ended, ended=False)

"""The numbers of one session: what passed along its path, how loud, how fast, and how its turns went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tth.core.bus import EventBus
from tth.core.clock import Clock, Timer
from tth.core.events import (
    DegradedEvent,
    ErrorEvent,
    Event,
    Family,
    MeasureEvent,
    MetersEvent,
    SessionClosedEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.observers.levels import FAMILIES, Levels
from tth.observers.totals import COMPONENTS, Totals
from tth.wire.native import PlayheadReport

LOOK_S = 1.0
"""How often the rates are taken, and clients that want the numbers are told, while a turn speaks."""

PLACE = "frame_unit"
"""The one count that is a place and not a sum."""

CLIENT_CODES = frozenset(
    """bad_json bad_message binary_frame empty_text text_too_long turn_id_taken too_many_turns draining""".split()
)
"""Errors that are about what a client sent."""

_OUTCOMES: dict[type[Event], str] = {
    TurnCompleteEvent: "complete",
    TurnInterruptedEvent: "interrupted",
    TurnFailedEvent: "failed",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a client said of its playhead last.

    Attributes:
        report: As it said it.
        at_s: When, on the session's clock.
    """

    report: PlayheadReport
    at_s: float


class Metering:
    """Follows a session's bus and, when asked, reads the counts that its path keeps anyway.

    Nothing is counted twice and nothing is done for a chunk or a frame; once a second, while a turn speaks, the rates
    are taken.

    Args:
        bus: The session's.
        counts: Reads the session's meters, by name.
        components: Reads the adapter in use for each kind.
        playhead: Reads the media units played of the open turn.
        clock: The session's.

    Attributes:
        asked: Whether a client wants ``MetersEvent``s.
        page: What the client that is there said of its playhead last.
        reason: Why an adapter gave way to another last.
    """

    def __init__(
        self,
        bus: EventBus,
        *,
        counts: Callable[[], Mapping[str, int]],
        components: Callable[[], Mapping[str, str]],
        playhead: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._bus = bus
        self._counts = counts
        self._components = components
        self._playhead = playhead
        self._clock = clock
        self._levels = Levels(bus)
        self._totals = Totals(sessions=1)
        self._before: Mapping[str, int] = {}
        self._looked_at = self._opened_at = clock.now()
        self._looked = self._open = False
        self._timer: Timer | None = None
        self._rates: dict[str, float] = {}
        self.asked = False
        self.page: Page | None = None
        self.reason = ""
        bus.observe(self._levels.take, FAMILIES)
        bus.observe(self.take, frozenset({Family.WORDS, Family.MEASURES}))

    @property
    def age_s(self) -> float:
        """Seconds since the session was opened."""
        return self._clock.now() - self._opened_at

    def take(self, event: Event) -> None:
        """One event from the bus."""
        match event:
            case MeasureEvent():
                times = self._totals.stages.get(event.name.removesuffix("_ms"))
                if times is not None:
                    times.add(event.value)
            case TurnStartedEvent():
                self._begin()
            case TurnStateEvent(state="speaking"):
                self._speak()
            case TurnCompleteEvent() | TurnInterruptedEvent() | TurnFailedEvent():
                self._end(_OUTCOMES[type(event)], event)
            case ErrorEvent():
                self._totals.errors["client" if event.code in CLIENT_CODES else "voice"] += 1
            case DegradedEvent():
                self.reason = f"{event.was} gave way to {event.now or 'nothing'}: {event.reason}"
                self._totals.errors[event.component if event.component in COMPONENTS else "other"] += 1
            case SessionClosedEvent():
                self.close()

    def heard(self, report: PlayheadReport) -> None:
        """A client says how far it has played."""
        self.page = Page(report, self._clock.now())
        if report.state == "playing" and report.offset_ms is not None:
            self._totals.offsets.add(report.offset_ms)

    def page_age_s(self, page: Page) -> float:
        """Seconds since a client said that."""
        return self._clock.now() - page.at_s

    def close(self) -> None:
        """Stop looking. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # A turn's course

    def _begin(self) -> None:
        self.close()
        self._totals.started += 1
        counts = self._counts()
        # A speech's first frame ends no interval.
        self._before = {**counts, PLACE: 0, "frames": counts["frames"] + 1}
        self._looked = False
        self._open = True

    def _speak(self) -> None:
        if self._timer is None and self._open:
            if not self._looked:
                self._looked_at = self._clock.now()
            self._timer = self._clock.call_later(LOOK_S, self._tick)

    def _tick(self) -> None:
        self._look(self._clock.now() - self._looked_at)
        self._tell("", 0)
        self._timer = self._clock.call_later(LOOK_S, self._tick)

    def _end(self, outcome: str, event: Event) -> None:
        self.close()
        self._totals.turns[outcome] += 1
        if self._open and not self._looked:
            # Of a turn that was over within the second, what it fed was fed in that second.
            self._look(LOOK_S)
        self._open = False
        self._tell(event.turn_id, event.generation)

    def _look(self, passed_s: float) -> None:
        """Take the rates since the last look."""
        before, now = self._before, self._counts()
        self._looked, self._looked_at = True, self._clock.now()
        for name in ("sound_bytes", "upload_bytes", "sends"):
            self._rates[f"{name}_per_s"] = round((now[name] - before[name]) / passed_s, 1)
        units = now[PLACE] - before[PLACE]
        if units > 0:
            self._rates["frames_per_s"] = round((now["frames"] - before["frames"]) * MEDIA_RATE_HZ / units, 2)
            self._before = now
        else:
            place = {name: before[name] for name in (PLACE, "frames")} if units == 0 else {}
            self._before = {**now, **place}

    def _tell(self, turn_id: str, generation: int) -> None:
        if self.asked:
            self._bus.publish(
                MetersEvent(
                    components=dict(self._components()),
                    numbers=self.numbers(),
                    reason=self.reason,
                    turn_id=turn_id,
                    generation=generation,
                )
            )

    # What there is to read

    @property
    def totals(self) -> Totals:
        """What adds up, as it is now."""
        totals = Totals()
        totals.add(self._totals)
        totals.counts = Counter({name: count for name, count in self._counts().items() if name != PLACE})
        totals.windows, totals.silent_windows = self._levels.all_windows()
        return totals

    @property
    def rates(self) -> dict[str, float]:
        """What passed in the last second of speech, and frames a second of the media clock."""
        return dict(self._rates)

    def numbers(self) -> dict[str, float]:
        """Everything by name: sums of the session, the level of its newest speech, and what is so at this moment."""
        found = {**self.totals.numbers(), **self._rates}
        level = self._levels.now()
        if level is not None and level.windows:
            found |= {"sound_rms": round(level.rms, 5), "sound_peak": round(level.peak, 5)}
        place = self._counts()[PLACE]
        if self._open and place > 0:
            found["frame_ahead_ms"] = round((place - self._playhead()) * 1000 / MEDIA_RATE_HZ, 1)
        return found

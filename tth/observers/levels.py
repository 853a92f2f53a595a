"""How loud each response was, so that a silent hop is found without listening."""

from __future__ import annotations

from collections.abc import Callable

from tth.audio.meters import WINDOW_MS, Meter
from tth.core.bus import EventBus
from tth.core.events import (
    AudioChunkEvent,
    Event,
    Family,
    MeasureEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    WarningEvent,
)

BATCH_BYTES = 48_000
"""Sound is measured by the second: a chunk costs an append, not an analysis."""


class Levels:
    """Measures the sound that voice and avatar stage share, and tells of each turn at its end.

    Attributes:
        windows: Windows of 100 ms in the turns that are over.
        silent_windows: Those of them that nobody could hear.
    """

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._meter: Meter | None = None
        self._newest: Meter | None = None
        self._rate_hz = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self.windows = 0
        self.silent_windows = 0

    def now(self) -> Meter | None:
        """What was measured of the turn that speaks, to its newest sound; else of the last one that spoke."""
        if self._meter is not None:
            self._feed(self._meter)
        return self._newest

    def all_windows(self) -> tuple[int, int]:
        """Windows of the session so far, and the silent ones among them."""
        if self._meter is None:
            return self.windows, self.silent_windows
        self._feed(self._meter)
        return self.windows + self._meter.windows, self.silent_windows + self._meter.silent_windows

    def take(self, event: Event) -> None:
        """One event from the bus."""
        if isinstance(event, AudioChunkEvent):
            self._sound(event)
        elif isinstance(event, TurnCompleteEvent | TurnInterruptedEvent | TurnFailedEvent):
            self._tell(event)

    def _sound(self, event: AudioChunkEvent) -> None:
        if self._meter is None:
            self._meter = self._newest = Meter(event.sample_rate)
            self._rate_hz = event.sample_rate
        if event.sample_rate != self._rate_hz:
            return  # a voice that took over at another rate: what was measured stands for the response
        self._waiting.append(event.data)
        self._waiting_bytes += len(event.data)
        if self._waiting_bytes >= BATCH_BYTES:
            self._feed(self._meter)

    def _feed(self, meter: Meter) -> None:
        meter.feed(b"".join(self._waiting))
        self._waiting.clear()
        self._waiting_bytes = 0

    def _tell(self, ending: Event) -> None:
        meter, self._meter = self._meter, None
        if meter is None:
            return
        self._feed(meter)
        self.windows += meter.windows
        self.silent_windows += meter.silent_windows
        told = {
            "sound_bytes": meter.bytes,
            "sound_rms": round(meter.rms, 5),
            "sound_peak": round(meter.peak, 5),
            "silent_ms": meter.silent_windows * WINDOW_MS,
        }
        for name, value in told.items():
            self._bus.publish(
                MeasureEvent(name=name, value=value, turn_id=ending.turn_id, generation=ending.generation)
            )
        if meter.windows and meter.silent_windows == meter.windows:
            text = "the voice sent nothing but silence; what it is fed with, or its provider, is at fault"
            self._bus.publish(WarningEvent(code="silent_voice", message=text, turn_id=ending.turn_id))


FAMILIES = frozenset({Family.AUDIO, Family.WORDS})
"""What ``Levels`` is to be given."""


def measure_levels(bus: EventBus) -> Callable[[], None]:
    """Measure what is said on ``bus``; returns the way to stop."""
    return bus.observe(Levels(bus).take, FAMILIES)

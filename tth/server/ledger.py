"""The numbers of every session: of those that are open, and what those that are over add up to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from tth.core.clock import LoopClock
from tth.core.events import DegradedEvent
from tth.core.media import MEDIA_RATE_HZ
from tth.observers.metering import Metering, Page
from tth.observers.totals import Totals, summed
from tth.session.session import Session

SHOWN = 6
"""Characters of a session's id that are told: enough to find it in the log."""


class Ledger:
    """Gives each session a ``Metering`` and keeps what it came to, by profile."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Session, Metering]] = {}
        self._closed: dict[str, Totals] = {}
        self._began = time.monotonic()

    @contextmanager
    def follow(self, session: Session) -> Iterator[None]:
        """Meter ``session`` while the block runs; it must be over by the block's end."""
        metering = Metering(
            session.bus,
            counts=lambda: asdict(session.meters),
            components=lambda: session.components,
            playhead=lambda: session.playhead,
            clock=LoopClock(),
        )
        self._open[session.id] = session, metering
        try:
            yield
        finally:
            metering.close()
            del self._open[session.id]
            self._closed.setdefault(session.cast.profile, Totals()).add(metering.totals)

    def lacks(self, profile: str) -> dict[str, DegradedEvent]:
        """What open sessions of that profile have had to change for something less good, by component."""
        found: dict[str, DegradedEvent] = {}
        for session, _ in self._open.values():
            if session.cast.profile == profile:
                found.update({each.component: each for each in session.standing() if isinstance(each, DegradedEvent)})
        return found

    def metering(self, session: Session) -> Metering:
        """The numbers of an open session."""
        return self._open[session.id][1]

    @property
    def meterings(self) -> list[Metering]:
        """Those of the sessions that are open."""
        return [metering for _, metering in self._open.values()]

    def profiles(self) -> dict[str, Totals]:
        """What all sessions add up to, by profile."""
        found: dict[str, Totals] = {}
        for profile, totals in self._closed.items():
            found.setdefault(profile, Totals()).add(totals)
        for session, metering in self._open.values():
            found.setdefault(session.cast.profile, Totals()).add(metering.totals)
        return found

    def report(self) -> dict[str, Any]:
        """Everything, as JSON tells it."""
        profiles = self.profiles()
        whole = summed(profiles)
        return {
            "uptime_s": round(time.monotonic() - self._began, 1),
            "opened": whole.sessions,
            "numbers": whole.numbers(),
            "errors": dict(whole.errors),
            "profiles": {name: totals.numbers() for name, totals in sorted(profiles.items())},
            "sessions": [_described(session, metering) for session, metering in self._open.values()],
        }


def _described(session: Session, metering: Metering) -> dict[str, Any]:
    turn = session.turn
    return {
        "session": session.id[:SHOWN],
        "profile": session.cast.profile,
        "components": dict(session.components),
        "age_s": round(metering.age_s, 1),
        "turn": None if turn is None else turn.number,
        "numbers": metering.numbers(),
        "errors": dict(metering.totals.errors),
        "reason": metering.reason,
        "page": None if metering.page is None else _page(metering, metering.page),
    }


def _page(metering: Metering, page: Page) -> dict[str, Any]:
    said = page.report
    return {
        "turn": said.turn,
        "state": said.state,
        "playhead_ms": round(said.sample * 1000 / MEDIA_RATE_HZ, 1),
        "offset_ms": said.offset_ms,
        "offset_mean_ms": said.offset_mean_ms,
        "offset_p50_ms": said.offset_p50_ms,
        "offset_p95_ms": said.offset_p95_ms,
        "late_frames": said.late_frames,
        "age_s": round(metering.page_age_s(page), 1),
    }

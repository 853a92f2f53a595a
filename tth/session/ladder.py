"""The avatars of a profile, best first: which may be tried when, and which can be relied on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tth.adapters.avatar import AvatarAdapter
from tth.core.clock import Clock
from tth.core.media import MEDIA_RATE_HZ
from tth.errors import AdapterError

PROBE_S = 0.05
"""After a failure it is seen so soon whether the avatar can still be reached."""

RETRY_S = 0.5
"""One that could not be reached is tried again so soon: within a second of its return it is found."""

REST_S = 1.0
LONGEST_REST_S = 30.0
"""One that is there and fails at its work again and again rests twice as long each time, at last for so long."""

PROOF_UNITS = 5 * MEDIA_RATE_HZ
LONGEST_PROOF_UNITS = 60 * MEDIA_RATE_HZ
"""One that failed while it was there must show so much speech before it counts as back; twice as much each time."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One avatar of the ladder, made when its turn comes."""

    name: str
    make: Callable[[], AvatarAdapter]


@dataclass(slots=True)
class _Record:
    """How one rung has done.

    Attributes:
        due: When it may be tried.
        rested: When it may be used.
        streak: How often it failed at its work, in a row, while it could be reached.
        gone: It can never work.
    """

    due: float = 0.0
    rested: float = 0.0
    streak: int = 0
    gone: bool = False


class Ladder:
    """Remembers how each rung has done.

    A service that goes away and comes back is as good as before. One that is there and does its work badly is not: it
    is used more and more rarely, and has to prove itself before anybody is told that it is back.

    Args:
        rungs: Best first.
    """

    def __init__(self, rungs: Sequence[Rung], clock: Clock) -> None:
        self.rungs = rungs
        self._clock = clock
        self._records = [_Record() for _ in rungs]

    def __len__(self) -> int:
        return len(self.rungs)

    def unreachable(self, index: int, error: Exception, *, made: bool) -> None:
        """It could not be connected, or not even ``made``: then it never will."""
        record = self._records[index]
        record.streak, record.rested = 0, 0.0
        record.due = self._clock.now() + RETRY_S
        record.gone = record.gone or not made or _final(error)

    def failed(self, index: int, error: Exception | str, *, shown: int) -> None:
        """It failed at its work, having ``shown`` so much; whether it can still be reached is seen next."""
        record, now = self._records[index], self._clock.now()
        record.streak = 1 if shown >= LONGEST_PROOF_UNITS else record.streak + 1
        record.due = now + PROBE_S
        rest_s = 0.0 if record.streak == 1 else min(LONGEST_REST_S, REST_S * 2.0 ** (record.streak - 2))
        record.rested = now + rest_s
        record.gone = record.gone or _final(error)

    def reached(self, index: int) -> bool:
        """It was connected; says whether it may be used, or has to rest first."""
        record = self._records[index]
        if record.rested <= self._clock.now():
            return True
        record.due = record.rested
        return False

    def proven(self, index: int, shown: int) -> bool:
        """Whether it counts as back, having shown ``shown`` media units of speech since it came."""
        streak = self._records[index].streak
        return not streak or shown >= min(LONGEST_PROOF_UNITS, PROOF_UNITS * 2 ** (streak - 1))

    def next_above(self, index: int) -> tuple[int, float] | None:
        """The rung above ``index`` to try next, and in how many seconds; ``None`` where none is left to try."""
        now = self._clock.now()
        waits = [(record.due - now, i) for i, record in enumerate(self._records[:index]) if not record.gone]
        if not waits:
            return None
        ripe = [i for wait, i in waits if wait <= 0]
        if ripe:
            return min(ripe), 0.0
        wait, soonest = min(waits)
        return soonest, wait


def _final(error: Exception | str) -> bool:
    return isinstance(error, AdapterError) and error.decision == "fatal"

"""The avatars of a profile, best first, and which of them may be tried when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tth.adapters.avatar import AvatarAdapter
from tth.core.clock import Clock
from tth.errors import AdapterError

RETRY_S = 0.5
"""An avatar that could not be reached is tried again so soon: within a second of its return it is found."""

LONGEST_REST_S = 30.0
"""One that can be reached and fails at its work again and again is left alone for so long at last."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One avatar of the ladder, made when its turn comes."""

    name: str
    make: Callable[[], AvatarAdapter]


class Ladder:
    """Remembers how each rung has done.

    Args:
        rungs: Best first.
    """

    def __init__(self, rungs: Sequence[Rung], clock: Clock) -> None:
        self.rungs = rungs
        self._clock = clock
        self._due: dict[int, float] = {}
        self._streak: dict[int, int] = {}
        self._gone: set[int] = set()

    def __len__(self) -> int:
        return len(self.rungs)

    def unreachable(self, index: int, error: Exception, *, made: bool) -> None:
        """It could not be connected, or not even ``made``: then it never will."""
        self._note(index, error, RETRY_S)
        if not made:
            self._gone.add(index)

    def failed(self, index: int, error: Exception | str, *, framed: bool) -> None:
        """It failed at its work; ``framed`` if it had shown something before."""
        streak = self._streak[index] = 1 if framed else self._streak.get(index, 0) + 1
        self._note(index, error, min(LONGEST_REST_S, RETRY_S / 4 * 2**streak))

    def _note(self, index: int, error: Exception | str, rest_s: float) -> None:
        if isinstance(error, AdapterError) and error.decision == "fatal":
            self._gone.add(index)
        self._due[index] = self._clock.now() + rest_s

    def next_above(self, index: int) -> tuple[int, float] | None:
        """The rung above ``index`` to try next, and in how many seconds; ``None`` where none is left to try."""
        now = self._clock.now()
        waits = [(self._due.get(i, 0.0) - now, i) for i in range(min(index, len(self))) if i not in self._gone]
        if not waits:
            return None
        ripe = [i for wait, i in waits if wait <= 0]
        if ripe:
            return min(ripe), 0.0
        wait, soonest = min(waits)
        return soonest, wait

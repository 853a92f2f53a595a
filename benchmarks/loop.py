"""An event loop on a CPU clock: work takes the time that it takes, and waiting takes none."""

from __future__ import annotations

import asyncio
import gc
import selectors
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _SkippingSelector(selectors.DefaultSelector):
    """Never waits: where asyncio would sleep until the next timer, the clock is put forward instead."""

    loop: CpuLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("every task waits and no timer is left: this would hang for ever")
        self.loop.tick(0.0 if ready or timeout is None else timeout)
        return ready


class CpuLoop(asyncio.SelectorEventLoop):
    """A loop whose time is the thread's CPU time plus all waiting that was skipped.

    Other programs on the machine do not show in it, so a load of many seconds can be played in far fewer and its
    delays are still those of a core that does nothing else. ``time`` is read once for each round of the loop, since
    the CPU clock costs a system call and the clock of a real loop does not; ``exact`` reads it anew.
    """

    def __init__(self) -> None:
        self._skipped = 0.0
        self._round = time.thread_time()
        selector = _SkippingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds at the beginning of this round."""
        return self._round

    def exact(self) -> float:
        """Seconds now."""
        return time.thread_time() + self._skipped

    def skip(self, seconds: float) -> None:
        """Put the clock forward."""
        self._skipped += seconds

    def tick(self, waited: float) -> None:
        """A round begins, after a wait that would have ended so many seconds after the one before began."""
        self._skipped += max(0.0, self._round + waited - self.exact()) if waited else 0.0
        self._round = self.exact()


def run(main: Callable[[CpuLoop], Coroutine[Any, Any, T]]) -> T:
    """Run ``main(loop)`` on a loop of its own; what an earlier run left is collected before and not meanwhile."""
    gc.collect()
    with asyncio.Runner(loop_factory=CpuLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, CpuLoop)
        return runner.run(main(loop))

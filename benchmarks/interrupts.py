"""From an interrupt to the last packet of what was interrupted."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack

from benchmarks.crowd import CHUNK, CHUNK_MS
from benchmarks.feeding import Action, Feed, play, timetable
from benchmarks.figures import Figure, Goal, quantile
from benchmarks.floor import Floor
from benchmarks.loop import CpuLoop, run
from benchmarks.scene import scene

SESSIONS = 50
PERIOD_S = CHUNK_MS / 1000

Moments = Callable[[], Sequence[float]]
"""When each of the sessions is interrupted, in seconds."""


class Stops:
    """Interrupts feeds and keeps how long each took, from when it was due to the return of the call."""

    def __init__(self, loop: CpuLoop) -> None:
        self._loop = loop
        self.delays: list[float] = []

    def of(self, interrupt: Callable[[], None], feed: Feed) -> Action:
        """What interrupts one of them."""

        def stop(due: float) -> None:
            interrupt()
            self.delays.append(self._loop.exact() - due)
            feed.stop()

        return stop


def sessions_delays(moments: Sequence[float]) -> tuple[list[float], int]:
    """As many sessions as moments, each interrupted at its own: the delays, and packets sent afterwards."""

    async def main(loop: CpuLoop) -> tuple[list[float], int]:
        feeds, stops = [Feed(loop, CHUNK) for _ in moments], Stops(loop)
        table = timetable(feeds, PERIOD_S, max(moments) + 0.1)
        async with AsyncExitStack() as stack:
            for feed, moment in zip(feeds, moments, strict=True):
                session = await stack.enter_async_context(scene(feed.chunks, feed.take))
                session.say("go")
                table.append((moment, stops.of(session.interrupt, feed)))
            await play(loop, table)
        return stops.delays, sum(feed.stale for feed in feeds)

    return run(main)


def floor_delays(moments: Sequence[float]) -> list[float]:
    """The same at the floor."""

    async def main(loop: CpuLoop) -> list[float]:
        feeds, stops = [Feed(loop, CHUNK) for _ in moments], Stops(loop)
        table = timetable(feeds, PERIOD_S, max(moments) + 0.1)
        async with asyncio.TaskGroup() as group:
            for feed, moment in zip(feeds, moments, strict=True):
                floor = Floor(feed.chunks(), feed.take)
                group.create_task(floor.run())
                table.append((moment, stops.of(floor.interrupt, feed)))
            await play(loop, table)
        return stops.delays

    return run(main)


def measure(*, quick: bool) -> Iterator[Figure]:
    """Alone, one of 50, and 50 at once."""
    rng = random.Random(7)
    rounds = 3 if quick else 9
    stale = 0

    def p99(moments: Moments, runs: int) -> tuple[float, float]:
        nonlocal stale
        floors, values = [], []
        for _ in range(rounds):
            floor: list[float] = []
            value: list[float] = []
            for _ in range(runs):
                chosen = moments()
                floor += floor_delays(chosen)
                taken, late = sessions_delays(chosen)
                value += taken
                stale += late
            floors.append(quantile(floor, 0.99))
            values.append(quantile(value, 0.99))
        return statistics.median(floors) * 1e6, statistics.median(values) * 1e6

    for what, moments, runs, goal in (
        ("alone", lambda: [0.2 + rng.random() / 10], 40, Goal(100)),
        (
            f"one of {SESSIONS}, the others speak",
            lambda: [0.2 + rng.random() for _ in range(SESSIONS)],
            2,
            Goal(1.5, "ratio"),
        ),
        (f"{SESSIONS} at once", lambda: [0.4] * SESSIONS, 2, Goal(500)),
    ):
        floor, value = p99(moments, runs)
        yield Figure(
            part="Interrupt",
            what=f"to the last packet, {what}, p99",
            value=value,
            floor=floor,
            unit="µs",
            goal=goal,
            note="from when the interrupt was due to the return of interrupt(); median of the rounds",
        )
    yield Figure(
        part="Interrupt",
        what="packets sent after interrupt() returned",
        value=stale,
        unit="",
        goal=Goal(0),
        note="over all of the above",
    )

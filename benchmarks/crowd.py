"""Many sessions on one core: how long a chunk is under way, and how many sessions fit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack

from benchmarks.chunks import noise
from benchmarks.feeding import Feed, play, timetable
from benchmarks.figures import Figure, Goal, quantile
from benchmarks.floor import Floor
from benchmarks.loop import CpuLoop, run
from benchmarks.scene import scene

CHUNK_MS = 20
CHUNK = noise(CHUNK_MS)

LATE_S = 0.02
"""A core is full when one chunk in a hundred is under way for longer."""

Load = Callable[[int, float], tuple[list[float], float]]
"""Sessions and seconds -> the delays of all chunks, and CPU seconds for a session and second."""


def floor_load(sessions: int, seconds: float) -> tuple[list[float], float]:
    """The load at the floor."""

    async def main(loop: CpuLoop) -> tuple[list[float], float]:
        feeds = [Feed(loop, CHUNK) for _ in range(sessions)]
        async with asyncio.TaskGroup() as group:
            for feed in feeds:
                group.create_task(Floor(feed.chunks(), feed.take).run())
            cpu_s = await play(loop, timetable(feeds, CHUNK_MS / 1000, seconds))
            for feed in feeds:
                feed.stop()
        return [delay for feed in feeds for delay in feed.delays[5:]], cpu_s / sessions / seconds

    return run(main)


def session_load(sessions: int, seconds: float) -> tuple[list[float], float]:
    """The load on sessions, each with a client, two observers and an avatar."""

    async def main(loop: CpuLoop) -> tuple[list[float], float]:
        feeds = [Feed(loop, CHUNK) for _ in range(sessions)]
        async with AsyncExitStack() as stack:
            for feed in feeds:
                session = await stack.enter_async_context(scene(feed.chunks, feed.take))
                session.say("go")
            cpu_s = await play(loop, timetable(feeds, CHUNK_MS / 1000, seconds))
        return [delay for feed in feeds for delay in feed.delays[5:]], cpu_s / sessions / seconds

    return run(main)


def capacity(load: Load, seconds: float, trials: int) -> int:
    """The most sessions of which less than one chunk in a hundred is late, found by halving.

    The search begins between a quarter and one and a half of what the CPU time of a few sessions promises: many share
    rounds of the loop, which is cheaper, and caches, which is dearer.
    """
    _, cpu_s = load(50, seconds)
    least, most = int(0.25 / cpu_s), int(1.5 / cpu_s)
    for _ in range(trials):
        tried = (least + most) // 2
        delays, _ = load(tried, seconds)
        if delays and quantile(delays, 0.99) <= LATE_S:
            least = tried
        else:
            most = tried
    return least


def measure(*, quick: bool) -> Iterator[Figure]:
    """Delay among 50 sessions, and the number that a core holds."""
    floors, paths = [], []
    for _ in range(3 if quick else 9):
        floors.append(quantile(floor_load(50, 1.0)[0], 0.99))
        paths.append(quantile(session_load(50, 1.0)[0], 0.99))
    yield Figure(
        part="Many sessions",
        what="20 ms chunk under way, one of 50 sessions, p99",
        value=min(paths) * 1e6,
        floor=min(floors) * 1e6,
        unit="µs",
        goal=Goal(2.0, "ratio"),
        note="chunks at the pace of speech, each session at a moment of its own; best of the rounds",
    )
    trials, rounds = (4, 1) if quick else (5, 3)
    floor = sessions = 0
    for _ in range(rounds):
        floor = max(floor, capacity(floor_load, 0.6, trials))
        sessions = max(sessions, capacity(session_load, 0.6, trials))
    yield Figure(
        part="Many sessions",
        what="sessions on a core, all speaking",
        value=sessions,
        floor=floor,
        unit="",
        goal=Goal(0.6, "ratio", least=True),
        note="the most with p99 of a chunk's delay within 20 ms, on the CPU clock; best of the rounds",
    )

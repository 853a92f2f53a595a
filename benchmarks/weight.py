"""What a session weighs: memory, the CPU to open it, and the work it leaves for the garbage collector.

Run as a program it measures in its own process and prints JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import psutil

from benchmarks.crowd import CHUNK, CHUNK_MS
from benchmarks.feeding import Feed, play, timetable
from benchmarks.figures import Figure, Goal
from benchmarks.floor import Floor
from benchmarks.loop import CpuLoop, run
from benchmarks.offline import shipped_cast
from benchmarks.scene import scene
from tth.session.cast import Cast
from tth.session.session import Session

SESSIONS = 200
SPOKEN_S = 2.0


def measure(*, quick: bool) -> Iterator[Figure]:
    """200 sessions in a process of their own, and as many floors in another."""
    rounds = 1 if quick else 3
    best, floor_kb = _least("session", rounds), _least("floor", rounds)["speaking_kb"]
    yield Figure(
        part="One session",
        what="memory while it speaks",
        value=best["speaking_kb"],
        floor=floor_kb,
        unit="kB",
        goal=Goal(125),
        note="resident set, without the sound it holds; the floor's is almost all soxr's",
    )
    yield Figure(
        part="One session",
        what="CPU to open it on offline_mock",
        value=best["open_us"],
        unit="µs",
        goal=Goal(200),
    )
    yield Figure(
        part="One session",
        what=f"full garbage collection with {SESSIONS} speaking",
        value=best["collect_ms"],
        unit="ms",
        goal=Goal(15),
        note="what was there before them is frozen, as tth serve does",
    )


def _least(what: str, rounds: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.weight", what]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(rounds)]
    return {name: min(each[name] for each in runs) for name in runs[0]}


def _resident_kb() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1000


async def _open(loop: CpuLoop, cast: Cast, sessions: int) -> dict[str, float]:
    async with AsyncExitStack() as stack:
        begun = time.thread_time()
        for _ in range(sessions):
            session = await stack.enter_async_context(Session(cast))
            session.subscribe()
        return {"open_us": (time.thread_time() - begun) / sessions * 1e6}


async def _speak(loop: CpuLoop, sessions: int) -> dict[str, float]:
    feeds = [Feed(loop, CHUNK) for _ in range(sessions)]
    table = timetable(feeds, CHUNK_MS / 1000, SPOKEN_S)
    async with AsyncExitStack() as stack:
        before_kb = _resident_kb()
        for feed in feeds:
            session = await stack.enter_async_context(scene(feed.chunks, feed.take))
            session.say("go")
        await play(loop, table)
        each_kb = (_resident_kb() - before_kb) / sessions
        begun = time.thread_time()
        gc.collect()
        return {"speaking_kb": each_kb, "collect_ms": (time.thread_time() - begun) * 1000}


async def _speak_at_the_floor(loop: CpuLoop, sessions: int) -> dict[str, float]:
    feeds = [Feed(loop, CHUNK) for _ in range(sessions)]
    table = timetable(feeds, CHUNK_MS / 1000, SPOKEN_S)
    async with asyncio.TaskGroup() as group:
        before_kb = _resident_kb()
        for feed in feeds:
            group.create_task(Floor(feed.chunks(), feed.take).run())
        await play(loop, table)
        each_kb = (_resident_kb() - before_kb) / sessions
        for feed in feeds:
            feed.stop()
    return {"speaking_kb": each_kb}


def _weigh_floor() -> dict[str, float]:
    run(lambda loop: _speak_at_the_floor(loop, 3))
    return run(lambda loop: _speak_at_the_floor(loop, SESSIONS))


def _weigh_session() -> dict[str, float]:
    cast = shipped_cast("offline_mock")
    # The first sessions of a process also pay for what is imported late.
    run(lambda loop: _open(loop, cast, 3))
    run(lambda loop: _speak(loop, 3))
    gc.collect()
    gc.freeze()
    return run(lambda loop: _speak(loop, SESSIONS)) | run(lambda loop: _open(loop, cast, SESSIONS))


if __name__ == "__main__":
    print(json.dumps(_weigh_floor() if sys.argv[1:] == ["floor"] else _weigh_session()))

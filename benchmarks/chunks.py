"""CPU for a chunk on its way from the voice to the avatar's packet."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from collections.abc import AsyncIterator, Iterator

from benchmarks.figures import Figure, Goal
from benchmarks.floor import Floor
from benchmarks.loop import CpuLoop, run
from benchmarks.scene import scene

RATE_HZ = 24_000


def noise(ms: int) -> bytes:
    """Sound of ``ms`` milliseconds, the same every time."""
    rng = random.Random(ms)
    samples = RATE_HZ * ms // 1000
    return struct.pack(f"<{samples}h", *(rng.randrange(-8000, 8000) for _ in range(samples)))


class Lockstep:
    """Gives a chunk in each round of the loop, so that each goes all the way before the next comes.

    Attributes:
        cpu_s: CPU seconds from the first chunk to the end of the last one.
    """

    def __init__(self, loop: CpuLoop, chunk: bytes, count: int) -> None:
        self._loop = loop
        self._chunk = chunk
        self._count = count
        self._seconds = len(chunk) / 2 / RATE_HZ
        self.cpu_s = 0.0
        self.ended = asyncio.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The chunks; the clock goes forward with the sound."""
        # A response begins a little before its sound; what comes at once would be heard before the avatar is told.
        await asyncio.sleep(0.01)
        begun = time.thread_time()
        for _ in range(self._count):
            yield self._chunk
            self._loop.skip(self._seconds)
            await asyncio.sleep(0)
        self.cpu_s = time.thread_time() - begun
        self.ended.set()


class Sink:
    """Counts what arrives."""

    def __init__(self) -> None:
        self.bytes = 0
        self.calls = 0

    def __call__(self, pcm: bytes) -> None:
        """One or more packets."""
        self.bytes += len(pcm)
        self.calls += 1


def floor_s(chunk: bytes, count: int) -> float:
    """CPU seconds for a chunk at the floor."""

    async def main(loop: CpuLoop) -> float:
        source, sink = Lockstep(loop, chunk, count), Sink()
        await Floor(source.chunks(), sink).run()
        _check(sink, chunk, count)
        return source.cpu_s / count

    return run(main)


def path_s(chunk: bytes, count: int) -> float:
    """CPU seconds for a chunk through a session."""

    async def main(loop: CpuLoop) -> float:
        source, sink = Lockstep(loop, chunk, count), Sink()
        async with scene(source.chunks, sink) as session:
            session.say("go")
            await source.ended.wait()
        _check(sink, chunk, count)
        return source.cpu_s / count

    return run(main)


def _check(sink: Sink, chunk: bytes, count: int) -> None:
    short = len(chunk) * count * 2 // 3 - sink.bytes
    if not 0 <= short <= len(chunk) + 16_000 * 2 // 10:
        raise RuntimeError(f"{short} bytes of sound did not arrive")


def measure(*, quick: bool) -> Iterator[Figure]:
    """20 ms and 100 ms chunks."""
    for ms, count in ((20, 1500), (100, 600)):
        chunk = noise(ms)
        floors, paths = [], []
        for _ in range(5 if quick else 15):
            floors.append(floor_s(chunk, count))
            paths.append(path_s(chunk, count))
        yield Figure(
            part="Audio path",
            what=f"CPU for a {ms} ms chunk, voice to packet",
            value=min(paths) * 1e6,
            floor=min(floors) * 1e6,
            unit="µs",
            goal=Goal(1.5, "ratio"),
            note="client, two observers and an avatar at 16 kHz; best of the rounds",
        )

"""How soon something is heard and seen once the person has spoken."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from benchmarks.figures import Figure, Goal, quantile
from benchmarks.loop import CpuLoop, run
from benchmarks.offline import shipped_cast
from tth.server.stream import ClientStream
from tth.session.session import Session
from tth.wire.native import Kind, unpack


class Wire:
    """The near end of a WebSocket: notes when the first binary frame of each kind is sent."""

    def __init__(self, loop: CpuLoop) -> None:
        self._loop = loop
        self.first: dict[Kind, float] = {}
        self.both = asyncio.Event()

    async def send_text(self, data: str) -> None:
        """A text frame."""

    async def send_bytes(self, data: bytes) -> None:
        """A binary frame."""
        header, _ = unpack(data)
        self.first.setdefault(header.kind, self._loop.exact())
        if Kind.AUDIO in self.first and Kind.FACE in self.first:
            self.both.set()


async def _turns(loop: CpuLoop, turns: int) -> tuple[list[float], list[float]]:
    sounds, faces = [], []
    async with Session(shipped_cast("offline_mock")) as session, asyncio.TaskGroup() as group:
        session.attach_client()
        wire = Wire(loop)
        stream = ClientStream(session, wire)
        writer = group.create_task(stream.write())
        for number in range(turns):
            wire.first.clear()
            wire.both.clear()
            asked = loop.exact()
            session.say(f"Tell me number {number} of the stories that you know, and take your time.")
            await wire.both.wait()
            sounds.append(wire.first[Kind.AUDIO] - asked)
            faces.append(wire.first[Kind.FACE] - asked)
            session.interrupt()
            await asyncio.sleep(0.5)
        writer.cancel()
    return sounds, faces


def measure(*, quick: bool) -> Iterator[Figure]:
    """Turns of ``offline_mock``, each interrupted once it is seen."""
    sounds, faces = run(lambda loop: _turns(loop, 60 if quick else 200))
    for what, values, limit_ms in (("audio", sounds, 30), ("face frame", faces, 110)):
        yield Figure(
            part="One session",
            what=f"end of the user's turn to the first {what} sent, p99",
            value=quantile(values, 0.99) * 1000,
            unit="ms",
            goal=Goal(limit_ms),
            note="offline_mock, on the CPU clock, to a client's socket",
        )

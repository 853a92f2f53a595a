"""The floor: what a chunk costs that goes through one bounded queue and soxr into packets, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import soxr

PACKET_BYTES = 640
"""20 ms at 16 kHz."""

LOUDEST, HALF = np.int32(0x7FFF7FFF), np.int32(0x8000)


class Floor:
    """A producer and a consumer with a queue between them, as one would write it without tth.

    The arithmetic is that of ``tth.audio.resample``, so that both give the same packets byte for byte.

    Args:
        source: Chunks of mono PCM16 at 24 kHz.
        sink: Takes each packet.
    """

    def __init__(self, source: AsyncIterator[bytes], sink: Callable[[bytes], None]) -> None:
        self._source = source
        self._sink = sink
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(256)
        self._stream = soxr.ResampleStream(24_000, 16_000, 1, "int32", "HQ")
        self._held = b""

    async def run(self) -> None:
        """Until the source ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._consume())
            async for chunk in self._source:
                await self._queue.put(chunk)
            await self._queue.put(None)

    async def _consume(self) -> None:
        while (chunk := await self._queue.get()) is not None:
            wide = self._stream.resample_chunk(np.frombuffer(chunk, "<i2").astype(np.int32) << 16)
            np.minimum(wide, LOUDEST, out=wide)
            data = self._held + ((wide + HALF) >> 16).astype("<i2").tobytes()
            whole = len(data) - len(data) % PACKET_BYTES
            for at in range(0, whole, PACKET_BYTES):
                self._sink(data[at : at + PACKET_BYTES])
            self._held = data[whole:]

    def interrupt(self) -> None:
        """Forget everything that was not sent."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._stream.clear()
        self._held = b""

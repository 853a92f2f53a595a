"""A wire between page and server that can be cut."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Cutter:
    """Passes bytes on to a server, and breaks every connection when told so."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._there = parts.hostname, parts.port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def cut(self) -> None:
        """Break everything that is open."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, over: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connect, sock=self._listening)
        await over.wait()
        server.close()
        self._cut()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*self._there)
        self._writers |= {writer, there_writer}
        try:
            await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer))
        except OSError:
            pass
        finally:
            self._writers -= {writer, there_writer}
            for each in (writer, there_writer):
                each.transport.abort()

    @staticmethod
    async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.transport.abort()


@contextmanager
def between(base: str) -> Iterator[Cutter]:
    """A wire to the server at ``base``."""
    cutter = Cutter(base)
    over = asyncio.Event()
    thread = threading.Thread(target=lambda: cutter._loop.run_until_complete(cutter._serve(over)))
    thread.start()
    try:
        yield cutter
    finally:
        cutter._loop.call_soon_threadsafe(over.set)
        thread.join(10)
        cutter._loop.close()

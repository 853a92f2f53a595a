"""A session's place in the house: whichever socket it is connected by, and the wait for the next one."""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from tth.core.bus import Lagged
from tth.server.pace import Pace
from tth.server.quota import NOBODY, Caller
from tth.server.stream import ClientStream, Place
from tth.session.session import Session
from tth.wire.native import CloseCode

log = logging.getLogger(__name__)

TOO_LARGE = 1009
"""The protocol's own close code for a message that is larger than it may be."""

NORMAL = 1000
"""The close code of a client that leaves for good; any other may come back."""


@dataclass(frozen=True, slots=True)
class Boarding:
    """A socket that takes the session over."""

    socket: WebSocket
    place: Place
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Berth:
    """Keeps a session for its client, from the first socket to the last.

    Args:
        stream: What the client is told.
        secret: Whoever has it is the client; empty for one that will not come back.
        resume_s: How long a client that was lost may stay away.
        message_bytes: Size of one message at most.
        caller: Whose messages are counted.
    """

    def __init__(
        self,
        session: Session,
        stream: ClientStream,
        *,
        secret: str,
        resume_s: float,
        message_bytes: int,
        caller: Caller = NOBODY,
    ) -> None:
        self._session = session
        self._stream = stream
        self._secret = secret
        self._resume_s = resume_s
        self._message_bytes = message_bytes
        self._caller = caller
        self._next: Boarding | None = None
        self._arrival = asyncio.Event()
        self._away = False
        self._closed = False

    @property
    def seq(self) -> int:
        """Number of the last text frame that its client was sent, or would have been."""
        return self._stream.seq

    def admits(self, secret: str) -> bool:
        """Whether ``secret`` opens this session."""
        return (
            not self._closed and bool(self._secret) and secrets.compare_digest(self._secret.encode(), secret.encode())
        )

    async def board(self, socket: WebSocket, place: Place) -> None:
        """Take the session over; return when this socket has it no more."""
        if self._next is not None:
            self._next.over.set()
        self._next = boarding = Boarding(socket, place)
        self._arrival.set()
        await boarding.over.wait()

    def wait_no_longer(self) -> None:
        """Nobody may come back any more: the server is about to stop."""
        self._secret = ""
        if self._away:
            self._arrival.set()

    async def serve(self, socket: WebSocket) -> None:
        """Serve the session, by ``socket`` and those that follow it, until the client leaves or the session is over."""
        boarding: Boarding | None = Boarding(socket, Place())
        try:
            while boarding is not None:
                try:
                    stays = await self._converse(boarding)
                finally:
                    boarding.over.set()
                boarding = await self._another() if stays else None
        finally:
            self._closed = True
            if self._next is not None:
                self._next.over.set()

    async def _another(self) -> Boarding | None:
        """The next socket, if one comes in time."""
        if self._next is None and self._secret:
            log.info("its client is gone; it may come back for %g s", self._resume_s, extra=self._named)
            self._session.client_away()
            self._away = True
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(self._stream.keep())
                arriving = group.create_task(self._arrival.wait())
                await asyncio.wait({keeping, arriving}, timeout=self._resume_s, return_when=asyncio.FIRST_COMPLETED)
                keeping.cancel()
                arriving.cancel()
            self._away = False
            self._session.client_back()
        boarding, self._next = self._next, None
        self._arrival.clear()
        return boarding

    @property
    def _named(self) -> dict[str, str]:
        return {"session": self._session.id}

    async def _converse(self, boarding: Boarding) -> bool:
        """Read and write until one side ends it; says whether the session goes on."""
        socket = boarding.socket
        if not self._stream.attach(socket, boarding.place):
            await _close(socket, CloseCode.NO_TICKET, "too much has happened since; ask for a new session")
            return False
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._write(socket))
            reading = group.create_task(self._read(socket))
            arriving = group.create_task(self._arrival.wait())
            await asyncio.wait({writing, reading, arriving}, return_when=asyncio.FIRST_COMPLETED)
            taken, lost = self._next is not None, reading.done() and reading.result()
            ended = writing.done() and writing.result()
            for task in (writing, reading, arriving):
                task.cancel()
        if ended:
            await _close(socket, *ended)
        elif taken:
            await _close(socket, CloseCode.TAKEN, "the session was opened in another window")
        return bool(taken or lost) and not ended and bool(self._secret)

    async def _read(self, socket: WebSocket) -> bool:
        """Apply what the client sends, as fast as it may talk and no faster than it listens; whether it may return."""
        pace = Pace(asyncio.get_running_loop().time)
        while True:
            await self._stream.room()
            await pace.step()
            await self._caller.step()
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return bool(message.get("code", NORMAL) != NORMAL)
            frame: str | bytes = message["bytes"] if message.get("text") is None else message["text"]
            if size_of(frame) > self._message_bytes:
                await _close(socket, TOO_LARGE, f"a message may have {self._message_bytes} bytes")
                return False
            self._stream.read(frame)

    async def _write(self, socket: WebSocket) -> tuple[int, str] | None:
        """Send until the session ends, and say how to close then; ``None`` where the socket is gone."""
        try:
            await self._stream.write()
        except Lagged as error:
            log.warning("%s", error, extra=self._named)
            return CloseCode.TOO_SLOW, str(error)
        except (WebSocketDisconnect, RuntimeError):
            # The client is gone, or the socket was closed below us; the reader sees it too, and knows why.
            await asyncio.Event().wait()
        return CloseCode.ENDED, "the session has ended"


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    with suppress(RuntimeError):  # closed already
        await socket.close(code, reason)


def size_of(frame: str | bytes) -> int:
    """Bytes of a frame's payload."""
    return len(frame) if isinstance(frame, bytes) or frame.isascii() else len(frame.encode())

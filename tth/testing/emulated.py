"""An emulated provider in the test's own process: on loopback, or without any network and on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.websockets import WebSocket

from tth.core.channel import Channel, ChannelClosed
from tth.core.tasks import Tasks
from tth.emulators.openai.connection import Connection
from tth.emulators.openai.emulator import Emulator, EmulatorOptions
from tth.emulators.openai.mind import MindOptions
from tth.emulators.openai.server import serving
from tth.transports.socket import Socket, SocketClosed, SocketRefused

QUICK = EmulatorOptions(voice="tones", mind=MindOptions(kind="echo"), pace=0)
"""Tones for a voice, an echo for a mind, everything at once."""

FRAMES = 65_536


@asynccontextmanager
async def emulated_openai(options: EmulatorOptions = QUICK) -> AsyncIterator[tuple[str, Emulator]]:
    """An OpenAI Realtime server on loopback, on the running loop; gives its base URL and what it saw."""
    emulator = Emulator(options, recording=True)
    async with serving(emulator) as url:
        yield url, emulator


class InMemory:
    """Opens connections to an emulator without a network, so that a whole conversation runs on virtual time.

    ``open`` takes the place of ``tth.transports.socket.open_socket``.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.sockets: list[MemorySocket] = []

    async def open(self, url: str, headers: Mapping[str, str], *, limit_s: float) -> Socket:
        """Connect.

        Raises:
            SocketRefused: The emulator refuses the handshake, or answers too late.
        """
        parts = urlsplit(url)
        scope = {
            "type": "websocket",
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        socket = MemorySocket(self._emulator, scope)
        self.sockets.append(socket)
        try:
            async with asyncio.timeout(limit_s):
                await socket.opened()
        except TimeoutError as error:
            raise SocketRefused(f"the server did not answer within {limit_s:g} s") from error
        except BaseException:
            await socket.close()
            raise
        return socket


class MemorySocket:
    """Both ends of one connection."""

    def __init__(self, emulator: Emulator, scope: dict[str, Any]) -> None:
        self._tasks = Tasks(self._broke)
        self._to_server: Channel[dict[str, Any]] = Channel(FRAMES)
        self._to_client: Channel[bytes] = Channel(FRAMES)
        self._answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._code = 1006
        self._reason = ""
        self._to_server.put_now({"type": "websocket.connect"})
        socket = WebSocket(scope, self._give, self._take)
        self._tasks.start(Connection(emulator, socket.query_params).serve(socket), "emulator")

    def _broke(self, error: Exception) -> None:
        self._end(1011, f"{type(error).__name__}: {error}")

    async def _give(self) -> dict[str, Any]:
        try:
            return await anext(self._to_server)
        except StopAsyncIteration:
            return {"type": "websocket.disconnect", "code": 1006}

    async def _take(self, message: Any) -> None:
        match message["type"]:
            case "websocket.accept":
                self._answer(101)
            case "websocket.http.response.start":
                self._answer(message["status"])
            case "websocket.send":
                if self._to_client.closed:
                    return
                await self._to_client.put(message["text"].encode())
            case "websocket.close":
                self._end(message["code"], message.get("reason") or "")

    def _answer(self, status: int) -> None:
        if not self._answered.done():
            self._answered.set_result(status)

    def _end(self, code: int, reason: str) -> None:
        if not self._to_client.closed:
            self._code, self._reason = code, reason if code != 1006 else ""
        self._answer(403)
        self._to_client.close()
        self._to_server.close()

    async def opened(self) -> None:
        """Return once the server has taken the connection.

        Raises:
            SocketRefused: It has not.
        """
        status = await self._answered
        if status != 101:
            raise SocketRefused(f"the server answered {status}", status)

    async def send(self, text: str) -> None:
        """Send a text frame."""
        try:
            await self._to_server.put({"type": "websocket.receive", "text": text})
        except ChannelClosed as error:
            raise SocketClosed(self._code, self._reason) from error

    async def receive(self) -> bytes:
        """The next frame's payload."""
        try:
            return await anext(self._to_client)
        except StopAsyncIteration:
            raise SocketClosed(self._code, self._reason) from None

    async def close(self) -> None:
        """End it. Idempotent."""
        self._to_server.close()
        self._to_client.close()
        await self._tasks.close()

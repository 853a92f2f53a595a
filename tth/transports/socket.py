"""A WebSocket to a provider, with deadlines and errors that say what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from tth.errors import TthError

CLOSE_S = 1.0
"""How long a server may take to answer a close; then the connection is dropped."""

BODY_CHARS = 300


class SocketRefused(TthError):
    """No connection came about.

    Args:
        problem: What happened.
        status: The HTTP status, where a server answered with one that is no switch of protocols.
    """

    def __init__(self, problem: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(problem)


class SocketClosed(TthError):
    """The connection is over.

    Args:
        code: The close code; 1006 where it broke without one.
        reason: What the server said.
    """

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"the connection was closed with {code}{f' ({reason})' if reason else ''}")


class Socket(Protocol):
    """What an adapter needs of a connection, whatever carries it."""

    async def send(self, text: str) -> None:
        """Send a text frame; returns once it is on its way.

        Raises:
            SocketClosed: The connection is over.
        """

    async def receive(self) -> bytes:
        """The next frame's payload. Cancelling loses nothing.

        Raises:
            SocketClosed: The connection is over.
        """

    async def close(self) -> None:
        """End it. Idempotent."""


class WebSocket:
    """A ``Socket`` over ``websockets``."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send a text frame; waits while the server takes nothing."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self) -> bytes:
        """The next frame's payload, text frames as UTF-8."""
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self) -> None:
        """End it; a server that does not answer is not waited for."""
        await self._connection.close()


def _closed(error: ConnectionClosed) -> SocketClosed:
    received = error.rcvd
    return SocketClosed(received.code, received.reason) if received is not None else SocketClosed(1006, "")


async def open_socket(url: str, headers: Mapping[str, str], *, limit_s: float) -> Socket:
    """Connect to ``url`` (``ws://`` or ``wss://``) within ``limit_s`` seconds.

    Raises:
        SocketRefused: Nobody answered, or not with a WebSocket.
    """
    try:
        connection = await connect(
            url,
            additional_headers=headers,
            open_timeout=limit_s,
            close_timeout=CLOSE_S,
            compression=None,
            max_size=None,
            max_queue=(256, 64),
        )
    except InvalidStatus as error:
        status = error.response.status_code
        body = (error.response.body or b"")[:BODY_CHARS].decode(errors="replace").strip()
        raise SocketRefused(f"the server answered {status}{f': {body}' if body else ''}", status) from error
    except TimeoutError as error:
        raise SocketRefused(f"the server did not answer within {limit_s:g} s") from error
    except (OSError, InvalidHandshake, InvalidURI, asyncio.IncompleteReadError) as error:
        raise SocketRefused(f"it cannot be reached: {error}") from error
    return WebSocket(connection)

"""Uvicorn's HTTP protocol, which waits for no client for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from tth.server.proxies import Trusted
from tth.server.quota import network_of

ARRIVE_S = 15.0
"""How long a request may take to arrive, from the connection's beginning, or its own, to the end of its body."""

STALL_S = 30.0
"""How long a client may leave an answer unread."""


class HttpProtocol(H11Protocol):
    """Differs where a client is slow: the base class waits for ever for the rest of a request, and for its reader.

    Args:
        most: Connections of one address at once; one more is cut.
        trusted: Proxies, which have as many as they want.
        arrive_s: How long a request may take to arrive.
        stall_s: How long an answer may be left unread.
    """

    def __init__(
        self,
        *args: Any,
        most: int,
        trusted: Trusted,
        arrive_s: float = ARRIVE_S,
        stall_s: float = STALL_S,
        **named: Any,
    ) -> None:
        super().__init__(*args, **named)
        self._most = most
        self._trusted = trusted
        self._arrive_s = arrive_s
        self._stall_s = stall_s
        self._arriving: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        if self._one_too_many():
            transport.abort()
        else:
            self._expect()

    def _one_too_many(self) -> bool:
        address = self.client[0] if self.client else ""
        if address in self._trusted:
            return False
        mine = network_of(address)
        # HTTP and WebSockets alike; each kind that uvicorn has here knows its client.
        connections: set[Any] = self.connections
        theirs = (network_of(each.client[0]) for each in connections if each.client)
        return sum(each == mine for each in theirs) > self._most

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request."""
        super().data_received(data)
        # How long may pass until the next request, and what a socket may do, others see to.
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and self.transport.get_protocol() is self:
            self._expect()
        else:
            self._arrived()

    def _expect(self) -> None:
        if self._arriving is None:
            self._arriving = self.loop.call_later(self._arrive_s, self.transport.abort)

    def _arrived(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the connection to the socket's protocol."""
        self._let_go()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self._stall_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It has read."""
        super().resume_writing()
        self._read_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._let_go()
        super().connection_lost(exc)

    def _read_on(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _let_go(self) -> None:
        self._arrived()
        self._read_on()

"""Uvicorn's WebSocket protocol, which waits for no client that has stopped reading."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

PIECES = 4096
"""Pieces that one message may come in: a piece may be empty, so that its size says nothing of what it costs."""

CLOSE_S = 5.0
"""How long a client may take to answer a close; then its connection is cut."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """Differs where the client's buffers are full: a close is sent all the same, and the connection then ends.

    As it stands, the base class waits with a close until the client reads, and a closed transport until it has flushed;
    a client that never reads would keep its connection for as long as the kernel lets it. Nor does it mind pings whose
    answers nobody reads, or a message in pieces without an end; both would fill the memory.
    """

    def handle_ping(self) -> None:
        """Answer a ping, unless the client has left too many answers unread."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        """Take one more piece of a message."""
        if len(self.frames) < PIECES:
            super().handle_cont(event)
        else:
            self.transport.abort()

    async def send(self, message: Any) -> None:
        """Send an ASGI message; a close is not held back."""
        closing = message["type"] == "websocket.close"
        if closing:
            self.writable.set()
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # The base class forgets that this too ends a handshake, and would log that it had no answer.
            self.handshake_complete = True
        if closing and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(CLOSE_S, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """The peer answers no ping: end the connection now."""
        super().keepalive_timeout()
        self.transport.abort()

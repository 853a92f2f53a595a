"""What a session takes for its socket in a call: the data channel, and whoever listens in beside it."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Protocol, TypeAlias

from tth.core.channel import Channel

MESSAGES = 4096
MOST_CHARS = 32 * 2**20
"""What may wait to be read. A data channel cannot hold its sender back: who sends more is hung up on."""


class Carrier(Protocol):
    """The end of a connection that a session needs; a WebSocket is one."""

    async def receive(self) -> MutableMapping[str, Any]:
        """The next ASGI message of the client."""

    async def send_text(self, data: str) -> None:
        """Send a text frame."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """End it."""


Listener: TypeAlias = Callable[[str | None], None]
"""Takes every event of a call, and ``None`` when it is over."""


class Line:
    """A carrier whose client is a caller, and every listener too: all see all events, any may send.

    Args:
        send: Sends a text to the caller.

    Attributes:
        reason: Why the session ended the call; empty where it did not.
    """

    def __init__(self, send: Callable[[str], None]) -> None:
        self.reason = ""
        self._send = send
        self._inbox: Channel[str | bytes] = Channel(MESSAGES)
        self._chars = 0
        self._listeners: list[Listener] = []

    @property
    def open(self) -> bool:
        """Whether the call goes on."""
        return not self._inbox.closed

    def put(self, message: str | bytes) -> None:
        """Take a message of the caller or of a listener; more than may wait ends the call."""
        if not self.open:
            return
        self._chars += len(message)
        if self._chars > MOST_CHARS or len(self._inbox) >= MESSAGES:
            self.hang_up()
        else:
            self._inbox.put_now(message)

    def join(self, listener: Listener) -> None:
        """Tell ``listener`` every event from here on."""
        self._listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        """Tell it nothing more."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def hang_up(self) -> None:
        """End the call for everybody. Idempotent."""
        if not self.open:
            return
        self._inbox.drop(lambda message: True)
        self._inbox.close()
        for listener in [*self._listeners]:
            listener(None)

    # As a carrier

    async def receive(self) -> MutableMapping[str, Any]:
        """The next message, as ASGI has it; a disconnect once the call is over."""
        try:
            message = await anext(self._inbox)
        except StopAsyncIteration:
            return {"type": "websocket.disconnect", "code": 1000}
        self._chars -= len(message)
        key = "text" if isinstance(message, str) else "bytes"
        return {"type": "websocket.receive", "text": None, "bytes": None, key: message}

    async def send_text(self, data: str) -> None:
        """Send an event to everybody."""
        if not self.open:
            return
        self._send(data)
        for listener in [*self._listeners]:
            listener(data)

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Hang up: a data channel has no words for why."""
        if self.open:
            self.reason = reason or str(code)
        self.hang_up()

"""What waits to be sent to one client."""

from __future__ import annotations

from starlette.websockets import WebSocketDisconnect

from tth.core.channel import Channel
from tth.core.clock import LoopClock
from tth.core.watchdog import Watchdog
from tth.hosting.rtc.line import Carrier

EVENTS = 4096
"""Events that may wait before the client is read no further."""

MOST_CHARS = 64 * 2**20
"""What may wait in all; a client that leaves more unread is cut off."""

SEND_S = 10.0
"""How long a client may leave what is sent to it unread; then it is cut off."""

TOO_SLOW = 1013


class Outbox:
    """Texts for one client, in order, and at last a close.

    Attributes:
        reason: Why it was closed; empty while it is open.
    """

    def __init__(self, socket: Carrier) -> None:
        self._socket = socket
        self._texts: Channel[str] = Channel(EVENTS)
        self._chars = 0
        self._code = 1000
        self.reason = ""

    def put(self, text: str) -> None:
        """Send ``text`` after everything put before; nothing once it is closed."""
        if self._texts.closed:
            return
        self._chars += len(text)
        if self._chars > MOST_CHARS:
            self._texts.drop(lambda text: True)
            self.close(TOO_SLOW, "more was waiting than may be left unread")
        else:
            self._texts.put_now(text)

    def close(self, code: int, reason: str) -> None:
        """Take nothing more, and close the socket when what waits has been sent. The first call decides."""
        if not self._texts.closed:
            self._code, self.reason = code, reason
            self._texts.close()

    async def room(self) -> None:
        """Return when the client has taken enough of what it was sent to be listened to."""
        await self._texts.room()

    async def write(self) -> None:
        """Send until it is closed, then close the socket. A client that is gone ends it too."""
        dog = Watchdog(LoopClock())
        try:
            async with dog.limit(SEND_S) as watch:
                watch.pause()
                async for text in self._texts:
                    self._chars -= len(text)
                    watch.touch()
                    await self._socket.send_text(text)
                    watch.pause()
        except TimeoutError:
            self.close(TOO_SLOW, "")
            self._code, self.reason = TOO_SLOW, f"nothing that was sent has been read for {SEND_S:g} s"
        except (WebSocketDisconnect, RuntimeError):
            return  # gone, or closed below us
        finally:
            dog.close()
            self._texts.close()
        try:
            await self._socket.close(self._code, self.reason)
        except RuntimeError:
            return  # closed below us

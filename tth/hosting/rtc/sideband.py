"""A WebSocket beside a call: it sees every event, and may send some."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from tth.core.channel import Channel
from tth.hosting.rtc.calls import Call

EVENTS = 4096
"""Events that may wait for one that does not read; then it is closed, and the call goes on."""

OVER, TOO_SLOW = 1000, 1013


async def listen_in(call: Call, socket: WebSocket) -> None:
    """Serve ``socket`` until it leaves or the call is over. The call does not mind its leaving."""
    await socket.accept("realtime" if "realtime" in socket.scope.get("subprotocols", ()) else None)
    sideband = _Sideband(call, socket)
    try:
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(sideband.write())
            await sideband.read()
            writing.cancel()
    except* WebSocketDisconnect:
        pass  # gone
    finally:
        call.line.leave(sideband.tell)


class _Sideband:
    def __init__(self, call: Call, socket: WebSocket) -> None:
        self._line = call.line
        self._socket = socket
        self._events: Channel[str] = Channel(EVENTS)
        self._code = OVER
        if greeting := call.greeting:
            self.tell(greeting)
        call.line.join(self.tell)

    def tell(self, text: str | None) -> None:
        if self._events.closed:
            return
        if text is not None and len(self._events) < EVENTS:
            self._events.put_now(text)
            return
        self._code = OVER if text is None else TOO_SLOW
        self._events.close()

    async def write(self) -> None:
        async for text in self._events:
            await self._socket.send_text(text)
        reason = "the call is over" if self._code == OVER else "more was waiting than may be left unread"
        await self._socket.close(self._code, reason)

    async def read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            self._line.put(message["bytes"] if text is None else text)

"""The socket of one session: from its ticket to its close code."""

from __future__ import annotations

import asyncio
import logging

from starlette.websockets import WebSocket, WebSocketDisconnect

from tth.core.bus import Lagged
from tth.core.events import ErrorEvent
from tth.errors import AdapterError
from tth.server.house import Busy, House
from tth.server.pace import Pace
from tth.server.stream import ClientStream
from tth.server.tickets import Ticket
from tth.wire.native import CloseCode, encode_event

log = logging.getLogger(__name__)

TOO_LARGE = 1009
"""The protocol's own close code for a message that is larger than it may be."""


async def hold_link(house: House, socket: WebSocket) -> None:
    """Claim the ticket that the socket brings and let its session run until one side ends it."""
    try:
        await socket.accept()
        ticket = house.claim(socket.path_params["session_id"], socket.query_params.get("ticket", ""))
        if ticket is None:
            await socket.close(CloseCode.NO_TICKET, "no such ticket, or it is used or too old; ask for a new session")
        else:
            await _run(house, socket, ticket)
    except WebSocketDisconnect:
        pass  # gone before anything was said


async def _run(house: House, socket: WebSocket, ticket: Ticket) -> None:
    named = {"session": ticket.session_id}
    try:
        async with house.open(ticket) as session:
            metering = house.ledger.metering(session)
            metering.asked = ticket.meters
            stream = ClientStream(session, socket, ticket.media, metering)
            session.attach_client()
            await _converse(socket, stream, house.settings.limits.message_bytes)
    except Busy as error:
        await socket.close(CloseCode.ENDED, str(error))
    except AdapterError as error:
        log.warning("no session: %s", error, extra=named)
        await _fail(socket, ErrorEvent(code=error.code, message=str(error)), "no voice of this profile can be reached")
    except Exception:  # a mistake of ours, or of a plugin, must not take the server with it
        log.exception("the session broke", extra=named)
        broken = ErrorEvent(code="internal_error", message="the server made a mistake; its log says more")
        await _fail(socket, broken, "the server made a mistake")


async def _fail(socket: WebSocket, error: ErrorEvent, reason: str) -> None:
    try:
        await socket.send_text((encode_event(error, 1) or b"").decode())
        await socket.close(CloseCode.FAILED, reason)
    except RuntimeError:
        pass  # closed already


async def _converse(socket: WebSocket, stream: ClientStream, most_bytes: int) -> None:
    """Read and write until one side ends it. A close by the writer reaches the reader as a disconnect."""
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(_write(socket, stream))
        await _read(socket, stream, most_bytes)
        writing.cancel()


async def _read(socket: WebSocket, stream: ClientStream, most_bytes: int) -> None:
    """Apply what the client sends, as fast as it may talk and no faster than it listens."""
    pace = Pace(asyncio.get_running_loop().time)
    while True:
        await stream.room()
        await pace.step()
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        frame: str | bytes = message["bytes"] if message.get("text") is None else message["text"]
        if size_of(frame) > most_bytes:
            await socket.close(TOO_LARGE, f"a message may have {most_bytes} bytes")
            return
        stream.read(frame)


def size_of(frame: str | bytes) -> int:
    """Bytes of a frame's payload."""
    return len(frame) if isinstance(frame, bytes) or frame.isascii() else len(frame.encode())


async def _write(socket: WebSocket, stream: ClientStream) -> None:
    try:
        await stream.write()
        await socket.close(CloseCode.ENDED, "the session has ended")
    except Lagged as error:
        log.warning("%s", error, extra={"session": stream.session_id})
        await socket.close(CloseCode.TOO_SLOW, str(error))
    except (WebSocketDisconnect, RuntimeError):
        pass  # the client is gone, or the socket was closed below us; the reader sees it too
    finally:
        stream.close()

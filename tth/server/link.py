"""The socket of one session: from its ticket to its close code."""

from __future__ import annotations

import logging
from contextlib import closing

from starlette.websockets import WebSocket, WebSocketDisconnect

from tth.core.events import ErrorEvent
from tth.errors import AdapterError
from tth.server.berth import Berth
from tth.server.house import Busy, House
from tth.server.quota import Caller, TooMuch
from tth.server.stream import ClientStream, Place
from tth.server.tickets import Ticket
from tth.wire.native import CloseCode, encode_event

log = logging.getLogger(__name__)


async def hold_link(house: House, socket: WebSocket) -> None:
    """Claim the ticket that the socket brings and let its session run until one side ends it."""
    session_id, asked = socket.path_params["session_id"], socket.query_params
    try:
        await socket.accept()
        if "resume" in asked:
            await _come_back(house.berths.get(session_id), socket, asked["resume"])
            return
        ticket = house.claim(session_id, asked.get("ticket", ""))
        if ticket is None:
            await socket.close(CloseCode.NO_TICKET, "no such ticket, or it is used or too old; ask for a new session")
        else:
            await _run(house, socket, ticket, house.books.caller_of(socket, ticket.caller.key))
    except WebSocketDisconnect:
        pass  # gone before anything was said


async def _come_back(berth: Berth | None, socket: WebSocket, secret: str) -> None:
    if berth is None or not berth.admits(secret):
        await socket.close(CloseCode.NO_TICKET, "no such session, or it is over; ask for a new one")
        return
    try:
        seq, turn, sample = (_count(socket, name) for name in ("seq", "turn", "sample"))
        if seq > berth.seq:
            raise ValueError(f"seq is {seq}, and {berth.seq} is the last text frame that was sent")
    except ValueError as error:  # the session is as it was, and waits for who knows where they are
        await socket.close(CloseCode.NO_TICKET, str(error))
        return
    await berth.board(socket, Place(seq, turn, sample))


def _count(socket: WebSocket, name: str) -> int:
    text = socket.query_params.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise ValueError(f"{name} is {text[:20]!r}; give a whole number")
    return int(text)


async def _run(house: House, socket: WebSocket, ticket: Ticket, caller: Caller) -> None:
    named = {"session": ticket.session_id}
    try:
        async with house.open(ticket, caller) as session:
            metering = house.ledger.metering(session)
            metering.asked = ticket.meters
            stream = ClientStream(session, socket, ticket.media, metering, lasting=bool(ticket.resume), caller=caller)
            session.attach_client()
            limits = house.settings.limits
            berth = Berth(
                session,
                stream,
                secret=ticket.resume,
                resume_s=limits.resume_s,
                message_bytes=limits.message_bytes,
                caller=caller,
            )
            with closing(stream), house.keeping(session.id, berth):
                await berth.serve(socket)
    except Busy as error:
        await socket.close(CloseCode.ENDED, str(error))
    except TooMuch as error:
        await _fail(socket, ErrorEvent(code=error.code, message=str(error)), str(error)[:120], CloseCode.TOO_MUCH)
    except AdapterError as error:
        log.warning("no session: %s", error, extra=named)
        await _fail(socket, ErrorEvent(code=error.code, message=str(error)), "no voice of this profile can be reached")
    except Exception:  # a mistake of ours, or of a plugin, must not take the server with it
        log.exception("the session broke", extra=named)
        broken = ErrorEvent(code="internal_error", message="the server made a mistake; its log says more")
        await _fail(socket, broken, "the server made a mistake")


async def _fail(socket: WebSocket, error: ErrorEvent, reason: str, code: CloseCode = CloseCode.FAILED) -> None:
    try:
        await socket.send_text((encode_event(error, 1) or b"").decode())
        await socket.close(code, reason)
    except RuntimeError:
        pass  # closed already

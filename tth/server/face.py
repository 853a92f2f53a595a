"""``WS /v1/sessions/{id}/face``: a face for a client that has a voice of its own."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack

from starlette.websockets import WebSocket, WebSocketDisconnect

from tth.core.bus import EventBus, Lagged, Limit, Overflow
from tth.core.clock import LoopClock
from tth.core.controls import merge
from tth.core.events import ErrorEvent, Event, FaceFrameEvent, Family, SessionReadyEvent, VideoFrameEvent
from tth.core.watchdog import Watch, Watchdog
from tth.errors import MediaError, ProtocolError
from tth.observers.steps import log_steps
from tth.server.berth import TOO_LARGE, size_of
from tth.server.house import Busy, House
from tth.server.pace import Pace
from tth.server.quota import Caller, TooMuch
from tth.server.stream import SEND_S
from tth.server.tickets import Ticket
from tth.session.audio_driven import AudioDrivenFace
from tth.wire.native import (
    LAST,
    TAIL,
    CloseCode,
    ControlUpdate,
    Header,
    Interrupt,
    Kind,
    PlayheadReport,
    decode_message,
    encode_event,
    pack,
    unpack,
)

log = logging.getLogger(__name__)

LIMITS = {
    Family.WORDS: Limit(1024, Overflow.CLOSE),
    Family.PICTURES: Limit(512, Overflow.DROP_OLDEST),
}


async def hold_face(house: House, socket: WebSocket) -> None:
    """Claim the ticket that the socket brings and move a face until one side ends it."""
    try:
        await socket.accept()
        ticket = house.claim(socket.path_params["session_id"], socket.query_params.get("ticket", ""))
        if ticket is None:
            await socket.close(CloseCode.NO_TICKET, "no such ticket, or it is used or too old; ask for a new session")
            return
        caller = house.books.caller_of(socket, ticket.caller.key)
        client = FaceClient(socket, ticket, caller)
        with house.visit(client, caller):
            await client.serve(house.settings.limits.message_bytes)
    except Busy as error:
        await socket.close(CloseCode.ENDED, str(error))
    except TooMuch as error:
        refused = ErrorEvent(code=error.code, message=str(error))
        await socket.send_text((encode_event(refused, 1) or b"").decode())
        await socket.close(CloseCode.TOO_MUCH, str(error)[:120])
    except WebSocketDisconnect:
        pass  # gone


class FaceClient:
    """One client: its sound comes in, frames go out.

    Args:
        socket: Accepted.
        ticket: Whose avatars these are.
        caller: Whose messages and sound are counted.
    """

    def __init__(self, socket: WebSocket, ticket: Ticket, caller: Caller) -> None:
        self.id = ticket.session_id
        self._socket = socket
        self._cast = ticket.cast
        self._caller = caller
        self._bus = EventBus()
        clock = LoopClock()
        self._watchdog = Watchdog(clock)
        control = merge(ticket.cast.control, ticket.control)
        self._face = AudioDrivenFace(ticket.cast.rungs, control, self._bus, clock, self._watchdog)
        self._subscription = self._bus.subscribe(LIMITS)
        self._watch: Watch
        self._seq = 0

    # What the house sees

    @property
    def turn(self) -> object | None:
        """The speech that is shown."""
        return self._face.speech

    async def drain(self) -> None:
        """Return when no speech is shown."""
        await self._face.rest()

    def end(self, reason: str = "") -> None:
        """Close when what waits has been sent."""
        self._subscription.close()

    # Its life

    async def serve(self, most_bytes: int) -> None:
        """Read and write until one side ends it."""
        log_steps(self.id, self._bus)
        async with AsyncExitStack() as stack:
            stack.callback(self._bus.close)
            stack.callback(self._watchdog.close)
            await stack.enter_async_context(self._face)
            named = {"avatar": self._face.name} if self._face.name else {}
            cast = self._cast
            ready = SessionReadyEvent(session_id=self.id, profile=cast.profile, persona=cast.persona, components=named)
            self._bus.publish(ready)
            await self._converse(most_bytes)

    async def _converse(self, most_bytes: int) -> None:
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._write())
            reading = group.create_task(self._read(most_bytes))
            await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
            writing.cancel()
            reading.cancel()

    # In

    async def _read(self, most_bytes: int) -> None:
        pace = Pace(asyncio.get_running_loop().time)
        while True:
            await pace.step()
            await self._caller.step()
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            frame: str | bytes = message["bytes"] if message.get("text") is None else message["text"]
            if size_of(frame) > most_bytes:
                await self._socket.close(TOO_LARGE, f"a message may have {most_bytes} bytes")
                return
            try:
                self._take(frame)
            except (ProtocolError, TooMuch) as error:
                self._bus.publish(ErrorEvent(code=error.code, message=error.problem, decision="ignore"))

    def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._hear(frame)
            return
        match message := decode_message(frame):
            case PlayheadReport():
                self._face.played(message.turn, message.sample, playing=message.state == "playing")
            case Interrupt():
                self._face.interrupt()
            case ControlUpdate():
                self._face.control(message.control.control())
            case _:
                kind = message.__struct_config__.tag
                wanted = "'playhead', 'interrupt' and 'control_update'"
                raise ProtocolError("bad_message", f"there is no voice here that knows {kind!r}; send {wanted}")

    def _hear(self, frame: bytes) -> None:
        header, pcm = unpack(frame)
        if header.kind is not Kind.AUDIO:
            raise ProtocolError("bad_frame", f"send binary frames of kind {Kind.AUDIO}, audio, alone")
        try:
            if not self._caller.hears(pcm, header.param):
                return
            self._face.sound(header.turn, header.sample, pcm, header.param, last=bool(header.flags & LAST))
        except MediaError as error:
            raise ProtocolError("bad_frame", str(error)) from error

    # Out

    async def _write(self) -> None:
        try:
            async with self._watchdog.limit(SEND_S) as self._watch:
                await self._send_all()
            await self._socket.close(CloseCode.ENDED, "the session has ended")
        except (TimeoutError, Lagged) as error:
            problem = str(error) or f"nothing that was sent has been read for {SEND_S:g} s"
            log.warning("%s", problem, extra={"session": self.id})
            await self._socket.close(CloseCode.TOO_SLOW, problem)
        except (WebSocketDisconnect, RuntimeError):
            await asyncio.Event().wait()  # the client is gone; the reader sees it too

    async def _send_all(self) -> None:
        subscription = self._subscription
        while not subscription.closed or len(subscription):
            while (event := subscription.get_nowait()) is not None:
                self._watch.touch()
                await self._send(event)
            if subscription.lagged:
                raise Lagged("more events were waiting than this client may hold")
            self._watch.pause()
            await subscription.wait()

    async def _send(self, event: Event) -> None:
        match event:
            case FaceFrameEvent(frame=face):
                await self._picture(event, Kind.FACE, face.sample, face.weights, 52, TAIL if face.tail else 0)
            case VideoFrameEvent(frame=picture):
                await self._picture(event, Kind.VIDEO, picture.sample, picture.data)
            case _:
                self._seq += 1
                await self._socket.send_text((encode_event(event, self._seq) or b"").decode())

    async def _picture(
        self, event: Event, kind: Kind, sample: int, payload: bytes, param: int = 0, flags: int = 0
    ) -> None:
        number = int(event.turn_id or 0)
        header = Header(kind=kind, flags=flags, param=param, generation=event.generation, turn=number, sample=sample)
        await self._socket.send_bytes(pack(header, payload))

"""One client of the Realtime protocol, from its first event to its close."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from starlette.websockets import WebSocketDisconnect

from tth.core.bus import EventBus
from tth.core.clock import Clock, LoopClock
from tth.core.events import SessionClosedEvent, SessionReadyEvent
from tth.core.watchdog import Watchdog
from tth.errors import AdapterError
from tth.hosting.face import Face
from tth.hosting.host import Host
from tth.hosting.rtc.calls import Call
from tth.hosting.rtc.line import Carrier
from tth.hosting.voices import OWN_VOICE, Voices
from tth.observers.cost import measure_costs
from tth.observers.levels import measure_levels
from tth.observers.steps import log_steps
from tth.server.pace import Pace
from tth.server.quota import NOBODY, Caller, TooMuch
from tth.server.realtime.company import components_of, makers_of
from tth.server.realtime.hearing import hears_of
from tth.server.realtime.outbox import Outbox
from tth.session.budget import BudgetWatch
from tth.session.cast import Cast
from tth.wire.realtime.server.doors import EXPIRED_CLOSE_CODE, options_for
from tth.wire.realtime.server.engine import TRACK, Engine
from tth.wire.realtime.server.errors import Refusal
from tth.wire.realtime.server.options import Dialect, EngineOptions, random_id

log = logging.getLogger(__name__)

PACE = 8.0
"""How many times faster than it plays sound is sent."""

RATE_HZ, BURST = 1000.0, 2000
"""Messages a second that are read in the long run, and that may come at once: a microphone sends up to 100."""

LIFE_S = 24 * 3600.0
"""A client that stays longer is asked to come again."""

STOPPING = "server_stopping"
ENDED, BROKEN = 1001, 1011


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a client brought to the door.

    Attributes:
        model: The name it used.
        transcription: Whether it wants transcripts alone.
        dialect: Names on the wire.
        carried: Session settings of its client secret.
        face: Whether it takes the avatar's frames.
    """

    model: str
    transcription: bool = False
    dialect: Dialect = "ga"
    carried: dict[str, Any]
    face: bool = False


class RealtimeClient:
    """Serves one client until it leaves, its time is over, or the server stops.

    Args:
        socket: Where its events come and go.
        cast: Who answers.
        wishes: What it brought.
        caller: Whose messages, sound and speech are counted.
        call: Where its sound comes and goes, in place of events.

    Attributes:
        id: Names it in the log.
    """

    def __init__(
        self, socket: Carrier, cast: Cast, wishes: Wishes, caller: Caller = NOBODY, call: Call | None = None
    ) -> None:
        self.id = random_id("realtime")
        self._socket = socket
        self._cast = cast
        self._wishes = wishes
        self._caller = caller
        self._call = call
        self._outbox = Outbox(socket)
        self._host: Host | None = None

    # What the house sees

    @property
    def turn(self) -> object | None:
        """The running response."""
        return self._host if self._host is not None and self._host.busy else None

    async def drain(self) -> None:
        """Begin no response any more; return when none runs."""
        if self._host is not None:
            await self._host.drain(STOPPING)

    def end(self, reason: str = "") -> None:
        """Close when what waits has been sent."""
        self._outbox.close(ENDED, reason)

    # Its life

    async def serve(self) -> None:
        """Do all of it; the socket has been accepted."""
        try:
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(self._outbox.write())
                await self._serve()
                if self._outbox.reason:
                    await asyncio.wait({writing})
                writing.cancel()
        except* WebSocketDisconnect:
            pass  # gone

    async def _serve(self) -> None:
        try:
            await self._converse()
        except AdapterError as error:
            log.warning("no session: %s", error, extra={"session": self.id})
            self._fail(error.code, str(error), "no voice of this profile can be reached")
        except WebSocketDisconnect:
            raise
        except Exception:  # a mistake of ours, or of a plugin, must not take the server with it
            log.exception("the session broke", extra={"session": self.id})
            self._fail("internal_error", "the server made a mistake; its log says more", "the server made a mistake")

    def _fail(self, code: str, message: str, reason: str) -> None:
        error = {"type": "server_error", "code": code, "message": message, "param": None, "event_id": None}
        event = {"type": "error", "event_id": random_id("event"), "error": error}
        self._outbox.put(msgspec.json.encode(event).decode())
        self._outbox.close(BROKEN, reason)

    async def _converse(self) -> None:
        cast, clock, bus = self._cast, LoopClock(), EventBus()
        log_steps(self.id, bus)
        measure_levels(bus)
        measure_costs(bus)
        self._caller.follow(bus)
        async with AsyncExitStack() as stack:
            stack.callback(bus.close)
            watchdog = Watchdog(clock)
            stack.callback(watchdog.close)
            stack.callback(BudgetWatch(cast.budget, bus, clock, self.end).close)
            voices = await stack.enter_async_context(self._voices(clock, watchdog, bus))
            face: Face | None = None
            if self._wishes.face and cast.rungs:
                face = Face(cast.rungs, cast.control, bus, clock, watchdog, self._take)
                await stack.enter_async_context(face)
            hears = await stack.enter_async_context(hears_of(cast, clock, watchdog, bus.publish))
            engine = Engine(self._options(voices), admit=self._admit)
            host = Host(engine, voices, self._take, pace=PACE, hears=hears, bus=bus, face=face)
            self._host = await stack.enter_async_context(host)
            if self._call is not None:
                stack.enter_context(self._call.talking(host))
            stack.callback(clock.call_later(LIFE_S, self._expire).cancel)
            stack.callback(lambda: bus.publish(SessionClosedEvent(reason=self._outbox.reason)))
            bus.publish(self._ready(voices.name, "" if face is None else face.name))
            await self._read(host)

    def _voices(self, clock: Clock, watchdog: Watchdog, bus: EventBus) -> Voices:
        cast = self._cast
        return Voices(
            makers_of(cast, clock, watchdog),
            instructions=cast.instructions,
            voice=cast.choose_voice(cast.control),
            control=cast.control,
            connect_s=cast.deadlines.connect_s,
            clock=clock,
            publish=bus.publish,
        )

    def _ready(self, voice: str, avatar: str) -> SessionReadyEvent:
        cast = self._cast
        parts = components_of(cast, voice, avatar)
        return SessionReadyEvent(session_id=self.id, profile=cast.profile, persona=cast.persona, components=parts)

    def _options(self, voices: Voices) -> EngineOptions:
        wishes, known = self._wishes, tuple(voices.capabilities.voices)
        voice = voices.voice_name or OWN_VOICE
        made = EngineOptions(
            model=wishes.model,
            kind="transcription" if wishes.transcription else "realtime",
            dialect=wishes.dialect,
            # The protocol grows: what a client of tomorrow adds to it must not end its session.
            strict=False,
            voices=known,
            voice=voice if not known or voice in known else known[0],
            expires_at=int(time.time() + LIFE_S),
            media="events" if self._call is None else "track",
        )
        made = options_for(wishes.carried, made)
        if made.kind == "realtime":
            made = replace(made, session={"instructions": self._cast.instructions, **made.session})
        return made

    def _admit(self, kind: str, seconds: float) -> bool:
        try:
            if kind == TRACK:
                return self._caller.may_hear(seconds)
            if kind == "response.create":
                self._caller.check_speech()
            else:
                self._caller.hear(seconds)
        except TooMuch as error:
            raise Refusal(error.code, str(error), kind=error.code) from error
        return True

    def _take(self, kind: str, text: str) -> None:
        self._outbox.put(text)

    def _expire(self) -> None:
        assert self._host is not None
        self._host.engine.expire()
        self._host.flush()
        self._outbox.close(EXPIRED_CLOSE_CODE, "the session is over; connect again")

    async def _read(self, host: Host) -> None:
        pace = Pace(asyncio.get_running_loop().time, rate_hz=RATE_HZ, burst=BURST)
        while True:
            await self._outbox.room()
            await host.room()
            await pace.step()
            await self._caller.step()
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            host.receive(message["bytes"] if message.get("text") is None else message["text"])

"""One connection of the emulator: who may open it, what passes, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from tth.core.channel import Channel
from tth.emulators.openai.emulator import LIFE_S, Emulator, Record
from tth.emulators.openai.faults import Fault
from tth.emulators.openai.saboteur import Close, Saboteur, Send, Wait
from tth.errors import AdapterError
from tth.hosting.host import Host
from tth.hosting.keys import refusal, token_of
from tth.hosting.rtc.calls import Call
from tth.hosting.rtc.line import Carrier
from tth.hosting.voices import Voices
from tth.session.chain import Maker
from tth.wire.realtime.server.doors import BETA_CLOSE_CODE, EXPIRED_CLOSE_CODE, beta_refusal, options_for
from tth.wire.realtime.server.engine import Engine
from tth.wire.realtime.server.options import EngineOptions, random_id

log = logging.getLogger(__name__)

EVENTS = 65_536
"""Events that may wait for a client that does not read."""

BROKEN_OFF = 1006
REFUSED = 1008


class Connection:
    """Serves one client until it leaves, its time is over, or a fault ends it.

    Args:
        emulator: What kind of server this is.
        query: Of the address it came to.
    """

    def __init__(self, emulator: Emulator, query: Mapping[str, str]) -> None:
        self._emulator = emulator
        self._query = query
        self._socket: Carrier
        self._call: Call | None = None
        self._record: Record = emulator.record()
        self._saboteur: Saboteur = emulator.script.connection()
        self._events: Channel[tuple[str, str]] = Channel(EVENTS)
        self._faults: dict[str, Fault] = {}

    async def serve(self, socket: WebSocket) -> None:
        """Serve a WebSocket that has not been accepted yet."""
        self._socket = socket
        carried, status = await self.admit(token_of(socket))
        if status is not None:
            await socket.send_denial_response(refusal(status))
            return
        protocols = socket.scope.get("subprotocols", [])
        await socket.accept("realtime" if "realtime" in protocols else None)
        if socket.headers.get("openai-beta") and self._emulator.options.dialect == "ga":
            await socket.send_text(beta_refusal().decode())
            await self._close(BETA_CLOSE_CODE, "beta_api_shape_disabled")
            return
        await self._converse(carried)

    async def serve_call(self, call: Call, carried: dict[str, Any]) -> None:
        """Serve a call; ``carried`` are the session settings it was made with."""
        self._socket, self._call = call.line, call
        await self._converse(carried)

    async def admit(self, token: str) -> tuple[dict[str, Any], int | None]:
        """What a key or secret carries, and the HTTP status of a refusal."""
        self._faults = {fault.action: fault for fault in self._saboteur.connecting()}
        if "delay_s" in self._faults:
            await asyncio.sleep(self._faults["delay_s"].delay_s or 0.0)
        carried = self._emulator.admit(token)
        status = self._faults["status"].status if "status" in self._faults else None
        return carried or {}, 401 if status is None and carried is None else status

    async def _converse(self, carried: dict[str, Any]) -> None:
        try:
            await self._host(carried)
        except AdapterError as error:
            await self._close(1011, str(error)[:120])

    async def _host(self, carried: dict[str, Any]) -> None:
        engine = Engine(self.engine_options(carried))
        options = self._emulator.options
        voices = Voices([Maker("mind", self._emulator.voice)])
        try:
            async with asyncio.TaskGroup() as group, voices:
                writing = group.create_task(self._write())
                async with Host(engine, voices, self._take, pace=options.pace, hears=self._emulator.hears) as host:
                    limit = group.create_task(self._expire(host))
                    with ExitStack() as stack:
                        if self._call is not None:
                            stack.enter_context(self._call.talking(host))
                        await self._read(host)
                limit.cancel()
                writing.cancel()
        except* WebSocketDisconnect:
            pass  # gone

    def engine_options(self, carried: dict[str, Any]) -> EngineOptions:
        """How it is served where it brings these session settings.

        Raises:
            Refusal: They say what they may not.
        """
        options, query = self._emulator.options, self._query
        made = EngineOptions(
            model=query.get("model") or query.get("deployment") or EngineOptions().model,
            kind="transcription" if query.get("intent") == "transcription" else "realtime",
            dialect=options.dialect,
            strict=options.strict,
            expires_at=int(time.time() + self._life_s),
            media="events" if self._call is None else "track",
        )
        return options_for(carried, made) if carried else made

    @property
    def _life_s(self) -> float:
        fault = self._faults.get("expire_s")
        return LIFE_S if fault is None else fault.expire_s or LIFE_S

    async def _expire(self, host: Host) -> None:
        await asyncio.sleep(self._life_s)
        host.engine.expire()
        host.flush()
        self._events.put_now(("", str(EXPIRED_CLOSE_CODE)))

    def _take(self, kind: str, text: str) -> None:
        self._events.put_now((kind, text))

    async def _read(self, host: Host) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            frame: str | bytes = text if text is not None else message["bytes"]
            faults = self._asked(frame)
            if "refuse" in faults:
                self._refuse(frame, faults["refuse"].refuse or "server_error")
                continue
            host.plan(
                fail=faults["fail"].fail if "fail" in faults else None,
                items=faults["items"].items if "items" in faults else None,
            )
            host.receive(frame)

    def _asked(self, frame: str | bytes) -> dict[str, Fault]:
        event = _decoded(frame)
        if self._emulator.recording and isinstance(event, dict):
            self._record.received.append(event)
        kind = event.get("type") if isinstance(event, dict) else None
        return {fault.action: fault for fault in self._saboteur.asked(str(kind))}

    def _refuse(self, frame: str | bytes, code: str) -> None:
        event = _decoded(frame)
        event_id = event.get("event_id") if isinstance(event, dict) else None
        error = {"type": code, "code": code, "message": "The script of faults says so.", "param": None}
        said = {"type": "error", "event_id": random_id("event"), "error": {**error, "event_id": event_id}}
        self._take("error", msgspec.json.encode(said).decode())

    async def _write(self) -> None:
        async for kind, text in self._events:
            if not kind:
                await self._close(int(text), "Your session hit the maximum duration of 60 minutes.")
                return
            for step in self._saboteur.said(kind, text):
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                elif isinstance(step, Send):
                    if self._emulator.recording:
                        self._record.sent.append((kind, step.text))
                    await self._socket.send_text(step.text)
                elif isinstance(step, Close):
                    await self._close(step.code, "the script of faults says so")
                    return

    async def _close(self, code: int, reason: str) -> None:
        self._record.closed = code
        await self._socket.close(code, reason)


def _decoded(frame: str | bytes) -> Any:
    try:
        return msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None

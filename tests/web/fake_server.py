"""A small server that speaks the page's wire with synthetic vowels, for tests of the page alone.

By hand: ``python tests/web/fake_server.py --port 8099 --jitter-ms 200``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import struct
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.web.fake_ear import LISTENING, Ear, Take
from tests.web.fake_policy import Policy
from tests.web.fake_voice import FakeVoice

WEB = Path(__file__).parents[2] / "tth" / "web"
SYNC = Path(__file__).parents[1] / "sync"
UNITS = 24_000
AHEAD = UNITS
FRAME = UNITS // 30
WORD_UNITS = UNITS * 3 // 10
CLOSED_UNITS = UNITS * 8 // 100

JAW_OPEN, CLOSE = 17, 18
PRESS = (35, 36, 31, 32)
LEFT_RIGHT = {
    "happy": {(23, 24): 0.7, (47, 48): 0.55, (5, 12): 0.3, (27, 28): 0.12},
    "sad": {(43,): 0.7, (41, 42): 0.2, (25, 26): 0.55, (33,): 0.3, (5, 12): 0.15},
    "angry": {(41, 42): 0.8, (5, 12): 0.4, (49, 50): 0.3, (35, 36): 0.4, (25, 26): 0.25},
    "surprised": {(43,): 0.7, (44, 45): 0.75, (6, 13): 0.7, (17,): 0.22},
    "fearful": {(43,): 0.8, (44, 45): 0.35, (41, 42): 0.25, (6, 13): 0.65, (29, 30): 0.45, (25, 26): 0.15},
    "disgusted": {(49, 50): 0.75, (39, 40): 0.35, (41, 42): 0.4, (5, 12): 0.35, (25, 26): 0.3, (34,): 0.2},
}
PERSONAS = [
    {"id": "mira", "name": "Mira", "greeting": "Hello! I am Mira. What is on your mind?", "look": {"palette": "mira"}},
    {"id": "noor", "name": "Noor", "greeting": "Good day. I am Noor.", "look": {"palette": "noor"}},
    {"id": "ori", "name": "Ori", "greeting": "Ori is here, all lights on!", "look": {"palette": "ori"}},
]
ANSWER = "Hello, I am a test of the page. Papa may bring many more bubbles by boat, and that makes a long sentence."


@dataclass
class Behaviour:
    """How the server behaves, and what it was told; tests read and change it."""

    jitter_ms: float = 0
    rate_hz: int = 24_000
    chunk_ms: int = 40
    seed: int = 1
    answer: str = ANSWER
    key: str = ""
    cost_usd: float = 0
    numbers: dict[str, float] = field(default_factory=dict)
    refusal: dict[str, str] | None = None
    broken: dict[str, str] = field(default_factory=dict)
    models: dict[str, bytes] = field(default_factory=dict)
    drawable: bool = True
    personas: list[dict[str, Any]] = field(default_factory=lambda: PERSONAS)
    talk: type[Talk] | None = None
    pause_s: float = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    listening: dict[str, Any] = field(default_factory=lambda: LISTENING)
    understands: str = "What I said."
    takes: list[Take] = field(default_factory=list)
    voices: dict[str, list[str]] = field(default_factory=dict)

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.received if message["type"] == kind]


@dataclass
class Talk:
    """One turn as it will sound and look."""

    turn_id: str
    text: str
    emotion: str
    rate_hz: int

    @property
    def words(self) -> list[str]:
        return self.text.split()

    @property
    def units(self) -> int:
        return len(self.words) * WORD_UNITS

    def openness(self, unit: int) -> float:
        """0 while the lips are shut, 1 in the middle of a vowel."""
        inside = unit % WORD_UNITS
        if unit >= self.units or inside < CLOSED_UNITS:
            return 0.0
        return math.sin(math.pi * (inside - CLOSED_UNITS) / (WORD_UNITS - CLOSED_UNITS))

    def pcm(self, start: int, end: int) -> bytes:
        """Samples of the units from start to end at the voice's rate."""
        first, last = start * self.rate_hz // UNITS, end * self.rate_hz // UNITS
        samples = array("h")
        for n in range(first, last):
            unit = n * UNITS // self.rate_hz
            pitch = 170 + 25 * (unit // WORD_UNITS % 3)
            tone = math.sin(2 * math.pi * pitch * n / self.rate_hz)
            samples.append(round(9000 * tone * self.openness(unit)))
        return samples.tobytes()

    def weights(self, unit: int) -> bytes:
        values = [0.0] * 52
        fade = min(1.0, unit / (UNITS * 0.5), max(0.0, (self.units - unit) / (UNITS * 0.5)))
        for places, weight in LEFT_RIGHT.get(self.emotion, {}).items():
            for place in places:
                values[place] = weight * fade
        is_open = self.openness(unit)
        values[JAW_OPEN] = max(0.06 if unit < self.units else 0.0, 0.6 * is_open)
        if is_open == 0.0 and unit < self.units:
            values[CLOSE] = values[JAW_OPEN] = 0.06
            for place in PRESS:
                values[place] = 0.35
        return struct.pack("<52f", *values)


class Stream:
    """One connected page."""

    def __init__(self, socket: WebSocket, behaviour: Behaviour, info: dict[str, Any]) -> None:
        self.socket = socket
        self.behaviour = behaviour
        self.info = info
        self.random = random.Random(behaviour.seed)
        self.outbox: asyncio.Queue[tuple[float, str | bytes]] = asyncio.Queue(maxsize=4096)
        self.moved = asyncio.Event()
        self.turn = 0
        self.turn_id = ""
        self.generation = 0
        self.seq = 0
        self.heard = 0
        self.ended = False
        self.emotion = info["control"].get("emotion", {}).get("label") or "neutral"
        self.talks: dict[int, Talk] = {}
        self.speaking: asyncio.Task[None] | None = None
        self.ear = Ear(self)
        self.voice = FakeVoice(behaviour.voices.get(info["profile"], ()), info["voice"])

    async def run(self) -> None:
        await self.socket.accept()
        if problem := self.behaviour.broken.get(self.info["profile"]):
            error = {"type": "error", "seq": 1, "turn_id": "", "generation": 0, "response_id": "", "decision": "fatal"}
            await self.socket.send_json({**error, "code": "voice_failed", "message": problem})
            await self.socket.close(1011)
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.deliver())
                components = {"llm": "fake", "tts": "fake", "avatar": "fake"}
                self.event(
                    "session_ready",
                    session_id=self.info["id"],
                    profile=self.info["profile"],
                    persona=self.info["persona"]["id"],
                    components=components,
                    **self.voice.ready(),
                )
                self.ear.begin()
                while True:
                    received = await self.socket.receive()
                    if received["type"] == "websocket.disconnect":
                        raise WebSocketDisconnect
                    if data := received.get("bytes"):
                        self.ear.frame(data)
                    else:
                        self.hear(json.loads(received["text"]), group)
        except* WebSocketDisconnect:
            pass

    def hear(self, message: dict[str, Any], group: asyncio.TaskGroup) -> None:
        self.behaviour.received.append(message)
        match message["type"]:
            case "user_text" if refusal := self.behaviour.refusal:
                self.event(
                    "error", **{"decision": "ignore", "response_id": "", **refusal, "turn_id": message["turn_id"]}
                )
            case "user_text":
                self.interrupt("new_turn")
                self.speaking = group.create_task(self.answer(message))
            case "microphone" if said := self.ear.switch(message):
                self.interrupt("new_turn")
                self.speaking = group.create_task(self.answer(said))
            case "listening_update":
                self.ear.update(message["listening"])
            case "voice_update":
                self.event("voice_changed", **self.voice.update(message))
            case "interrupt":
                self.interrupt("client")
            case "control_update":
                self.emotion = (message["control"].get("emotion") or {}).get("label") or "neutral"
            case "flushed" if talk := self.talks.get(message["turn"]):
                kept = " ".join(talk.words[: message["sample"] // WORD_UNITS])
                self.event("item_heard", turn_id=talk.turn_id, item_id="item", text=kept, estimated=False)
            case "playhead" if message["turn"] == self.turn:
                self.heard = message["sample"]
                self.ended = message["state"] == "ended"
                self.moved.set()

    def interrupt(self, reason: str) -> None:
        if self.speaking is None or self.speaking.done():
            return
        self.speaking.cancel()
        self.generation += 1
        self.event("turn_interrupted", reason=reason, samples=self.heard)

    async def answer(self, message: dict[str, Any]) -> None:
        self.turn += 1
        self.turn_id = message["turn_id"]
        self.heard, self.ended = 0, False
        emotion = ((message.get("control") or {}).get("emotion") or {}).get("label") or self.emotion
        talk = (self.behaviour.talk or Talk)(self.turn_id, self.behaviour.answer, emotion, self.behaviour.rate_hz)
        self.talks[self.turn] = talk
        item_id = message.get("item_id", "")
        self.event("turn_started", turn=self.turn, text=message["text"], item_id=item_id, control={})
        self.event("turn_state", state="thinking")
        for word in talk.words:
            self.event("text_delta", item_id="item", token=word + " ")
        self.event("turn_state", state="speaking")
        if self.info["meters"]:
            components = {"llm": "fake", "tts": "fake", "avatar": "a2f"}
            self.event("meters", components=components, numbers=self.behaviour.numbers, reason="")
        await self.speak(talk)
        while not self.ended:
            self.moved.clear()
            await self.moved.wait()
        self.event("turn_complete", status="completed", samples=talk.units, text=talk.text)
        if self.behaviour.cost_usd:
            self.event("measure", name="session_cost_usd", value=self.turn * self.behaviour.cost_usd)

    async def speak(self, talk: Talk) -> None:
        step = self.behaviour.chunk_ms * UNITS // 1000
        face, place = 0, 0
        for index, word in enumerate(talk.words):
            mark = {
                "kind": "word",
                "value": word,
                "start": index * WORD_UNITS,
                "end": (index + 1) * WORD_UNITS,
                "text_start": place,
                "text_end": place + len(word.rstrip(".,")),
            }
            place += len(word) + 1
            self.event("speech_mark", item_id="item", marks=[mark])
        for start in range(0, talk.units, step):
            end = min(start + step, talk.units)
            while end > self.heard + AHEAD:
                self.moved.clear()
                await self.moved.wait()
            while face < end + FRAME:
                self.media(2, 0, 52, face, talk.weights(face))
                face += FRAME
            self.media(1, end == talk.units, talk.rate_hz, start, talk.pcm(start, end))

    def event(self, kind: str, **fields: Any) -> None:
        self.seq += 1
        where = {"seq": self.seq, "turn_id": self.turn_id, "generation": self.generation}
        self.put(json.dumps({"type": kind, **where, **fields}))

    def media(self, kind: int, flags: int, param: int, sample: int, payload: bytes) -> None:
        head = struct.pack("<BBHIIQ", kind, flags, param, self.generation, self.turn, sample)
        self.put(head + payload)

    def put(self, message: str | bytes) -> None:
        late_s = self.random.random() * self.behaviour.jitter_ms / 1000
        self.outbox.put_nowait((asyncio.get_running_loop().time() + late_s, message))

    async def deliver(self) -> None:
        """Each message is late by its own chance, and none overtakes another."""
        loop = asyncio.get_running_loop()
        while True:
            due, message = await self.outbox.get()
            pause_s, self.behaviour.pause_s = self.behaviour.pause_s, 0
            await asyncio.sleep(pause_s)
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            await (self.socket.send_text(message) if isinstance(message, str) else self.socket.send_bytes(message))


def make_app(behaviour: Behaviour) -> Starlette:
    sessions: dict[str, dict[str, Any]] = {}

    def permitted(request: Request) -> bool:
        return not behaviour.key or request.headers.get("authorization") == f"Bearer {behaviour.key}"

    def refused() -> JSONResponse:
        return JSONResponse({"error": {"code": "unauthorized", "message": "send the key"}}, status_code=401)

    async def profiles(request: Request) -> JSONResponse:
        if not permitted(request):
            return refused()
        listed = [{"name": "offline", "summary": "vowels"}, {"name": "openai_realtime+a2f", "summary": "more vowels"}]
        return JSONResponse({"default": "offline", "profiles": listed})

    async def personas(request: Request) -> JSONResponse:
        if not permitted(request):
            return refused()
        return JSONResponse({"personas": behaviour.personas})

    async def faces(request: Request) -> JSONResponse:
        return JSONResponse({"models": sorted(behaviour.models), "drawable": behaviour.drawable})

    async def model(request: Request) -> Response:
        if not permitted(request):
            return refused()
        found = behaviour.models.get(request.path_params["name"])
        return Response(found or b"", status_code=200 if found else 404, media_type="model/gltf-binary")

    async def open_session(request: Request) -> JSONResponse:
        body = await request.json()
        behaviour.bodies.append(body)
        if not permitted(request):
            return refused()
        if body.get("profile") == "missing":
            message = "there is none of that name; use one of offline, openai_realtime+a2f"
            return JSONResponse({"error": {"code": "no_such_profile", "message": message}}, status_code=404)
        name = f"s{len(sessions)}"
        persona = next((p for p in behaviour.personas if p["id"] == body.get("persona")), behaviour.personas[0])
        info = {
            "id": name,
            "ticket": "t",
            "stream": f"/v1/sessions/{name}/stream?ticket=t",
            "profile": body.get("profile", "offline"),
            "persona": persona,
        }
        asked = {"voice": body.get("voice"), "meters": body.get("meters", False)}
        sessions[name] = {**info, **asked, "control": body.get("control") or {}}
        return JSONResponse(info, status_code=201)

    async def stream(socket: WebSocket) -> None:
        behaviour.sockets.append(socket)
        behaviour.streams.append(Stream(socket, behaviour, sessions[socket.path_params["name"]]))
        await behaviour.streams[-1].run()

    routes = [
        Route("/v1/profiles", profiles),
        Route("/v1/personas", personas),
        Route("/v1/faces", faces),
        Route("/models/{name}", model),
        Route("/v1/sessions", open_session, methods=["POST"]),
        WebSocketRoute("/v1/sessions/{name}/stream", stream),
        Mount("/sync", StaticFiles(directory=SYNC)),
        Mount("/", StaticFiles(directory=WEB, html=True)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Policy)], lifespan=quiet)


@asynccontextmanager
async def quiet(app: Starlette) -> AsyncIterator[None]:
    yield


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--jitter-ms", type=float, default=0)
    parser.add_argument("--rate-hz", type=int, default=24_000)
    asked = parser.parse_args()
    behaviour = Behaviour(jitter_ms=asked.jitter_ms, rate_hz=asked.rate_hz)
    uvicorn.run(make_app(behaviour), port=asked.port, ws="websockets-sansio")


if __name__ == "__main__":
    main()

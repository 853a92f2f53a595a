"""A client written from docs/protocol.md alone, and a server in this process to try it on."""

from __future__ import annotations

import asyncio
import http.client
import json
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

from tth.config.profiles import resolve_profile
from tth.config.sources import read_settings, read_sources
from tth.plugins.loader import load_plugins
from tth.server.house import House
from tth.server.run import Server, configure
from tth.transports.listening import listen

WAIT_S = 10
AUDIO, FACE = 1, 2
ENDINGS = ("turn_complete", "turn_interrupted", "turn_failed")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def fetch_now(base, method, path, body=None, headers=None):
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=WAIT_S)
    try:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, data, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


async def fetch(base, method, path, body=None, headers=None):
    return await asyncio.to_thread(fetch_now, base, method, path, body, headers)


@dataclass(frozen=True)
class Frame:
    """A binary frame."""

    kind: int
    last: bool
    param: int
    generation: int
    turn: int
    sample: int
    payload: bytes

    @classmethod
    def of(cls, data):
        kind, flags, param, generation, turn, sample = struct.unpack_from("<BBHIIQ", data)
        return cls(kind, bool(flags & 1), param, generation, turn, sample, data[20:])

    @property
    def end(self):
        return self.sample + len(self.payload) // 2 * 24_000 // self.param


@dataclass
class Peer:
    """One session's socket; remembers everything in order."""

    socket: object
    made: dict
    seen: list = field(default_factory=list)

    async def send(self, type, **fields):
        await self.socket.send(json.dumps({"type": type, **fields}))

    async def next(self):
        async with asyncio.timeout(WAIT_S):
            data = await self.socket.recv()
        got = json.loads(data) if isinstance(data, str) else Frame.of(data)
        self.seen.append(got)
        return got

    async def until(self, *types):
        """The next event of one of these types."""
        while True:
            got = await self.next()
            if isinstance(got, dict) and got["type"] in types:
                return got

    async def play(self):
        """Be a client that plays faster than time, to the end of the turn; gives the event that ends it."""
        while True:
            got = await self.next()
            if isinstance(got, dict):
                if got["type"] in ENDINGS:
                    return got
            elif got.kind == AUDIO:
                state = "ended" if got.last else "blocked"
                await self.send("playhead", turn=got.turn, sample=got.end if got.payload else got.sample, state=state)

    async def ask(self, text, **fields):
        await self.send("user_text", text=text, **fields)
        return await self.play()

    def events(self, *types):
        return [got for got in self.seen if isinstance(got, dict) and (not types or got["type"] in types)]

    def frames(self, kind):
        return [got for got in self.seen if isinstance(got, Frame) and got.kind == kind]

    def sound(self, turn):
        return b"".join(frame.payload for frame in self.frames(AUDIO) if frame.turn == turn)

    async def closed(self):
        """The code the server closed with."""
        with suppress(Exception):
            while True:
                await self.next()
        return self.socket.close_code


def make_house(*sets, profile="offline_mock", registry=None):
    sources = read_sources(("port=0", *sets))
    registry = registry or load_plugins()
    return House(read_settings(sources), sources, registry, resolve_profile(profile, sources, registry, typed=True))


@dataclass
class Site:
    """A server that runs."""

    house: House
    base: str

    async def new(self, headers=None, **body):
        return await fetch(self.base, "POST", "/v1/sessions", body, headers)

    async def get(self, path, headers=None):
        return await fetch(self.base, "GET", path, None, headers)

    def address(self, stream):
        return self.base.replace("http", "ws") + stream

    @asynccontextmanager
    async def join(self, headers=None, **body):
        """A session, its first event read."""
        made = await self.new(headers, **body)
        assert made.status == 201, made.body
        async with connect(
            self.address(made.json["stream"]), compression=None, max_size=None, max_queue=None
        ) as socket:
            peer = Peer(socket, made.json)
            await peer.until("session_ready")
            yield peer


@asynccontextmanager
async def serving(*sets, house=None, prepare=None):
    """A server on loopback, on this loop."""
    house = house or make_house(*sets)
    begun = asyncio.get_running_loop().create_future()
    server = Server(configure(house), house, begun.set_result)
    listening = listen("127.0.0.1", 0)
    if prepare:
        prepare(listening)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening]))
        try:
            yield Site(house, (await begun).rstrip("/"))
        finally:
            server.should_exit = True

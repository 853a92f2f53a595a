"""A caller over WebRTC, made of aiortc alone: what it says, what it hears, and every event in order."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from aiortc import RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from tests.server.peer import WAIT_S, fetch
from tth.hosting.rtc.candidates import _connections, new_connection, offer_loopback
from tth.hosting.rtc.sound import Voice

HEARD_HZ = 48_000


@dataclass
class Caller:
    """One call; remembers every event, and all that it heard."""

    connection: object
    seen: list = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)
    location: str = ""
    answer: str = ""

    def __post_init__(self):
        self._to_say = bytearray()
        self._events = asyncio.Queue()
        self._news = asyncio.Event()
        self._hearing = None
        self.channel = self.connection.createDataChannel("oai-events")
        self.channel.on("message", self._take)
        self.opened, self.closed = asyncio.Event(), asyncio.Event()
        self.channel.on("open", self.opened.set)
        self.channel.on("close", self.closed.set)
        self.microphone = Voice(self._speak)
        self.connection.addTrack(self.microphone)
        self.connection.on("track", self._listen)

    def _take(self, message):
        event = json.loads(message)
        self.seen.append(event)
        self._events.put_nowait(event)

    def _speak(self, samples):
        said = bytes(self._to_say[: 2 * samples])
        del self._to_say[: 2 * samples]
        return said.ljust(2 * samples, b"\0")

    def _listen(self, track):
        self._hearing = asyncio.get_running_loop().create_task(self._hear(track))

    async def _hear(self, track):
        try:
            while True:
                frame = await track.recv()
                self.heard += frame.to_ndarray().reshape(-1, 2)[:, 0].tobytes()
                self._news.set()
        except MediaStreamError:
            return

    def say(self, pcm):
        """Speak PCM16 at 24 kHz into the microphone, after what is still being spoken."""
        self._to_say += pcm

    async def offer(self):
        await self.connection.setLocalDescription(await self._offer())
        return self.connection.localDescription.sdp

    async def _offer(self):
        offer = await self.connection.createOffer()
        offer_loopback(self.connection)
        return offer

    async def take(self, answer):
        self.answer = answer
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(WAIT_S):
            await self.opened.wait()

    async def send(self, type, **fields):
        self.channel.send(json.dumps({"type": type, **fields}))

    async def until(self, *types):
        """Events up to the next of one of these types."""
        found = []
        while not found or found[-1]["type"] not in types:
            async with asyncio.timeout(WAIT_S):
                found.append(await self._events.get())
        return found

    async def the(self, *types):
        return (await self.until(*types))[-1]

    async def configure(self, **session):
        await self.send("session.update", session={"type": "realtime", **session})
        return (await self.the("session.updated"))["session"]

    async def ask(self, text):
        content = [{"type": "input_text", "text": text}]
        await self.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        await self.send("response.create")

    async def sounds(self, seconds=0.0):
        """Return when so much more was heard."""
        wanted = len(self.heard) + int(seconds * HEARD_HZ) * 2
        async with asyncio.timeout(WAIT_S):
            while len(self.heard) < wanted:
                self._news.clear()
                await self._news.wait()

    def vanish(self):
        """Be gone as a machine is that lost its network: nothing is said, nothing answers."""
        for ice in _connections(self.connection):
            for protocol in ice._protocols:
                protocol.transport.abort()

    def types(self, *wanted):
        return [event["type"] for event in self.seen if not wanted or event["type"] in wanted]

    async def leave(self):
        await self.connection.close()
        if self._hearing is not None:
            await asyncio.wait({self._hearing})


def loudness(pcm, window=480):
    """The level of each window of 10 ms."""
    wave = np.frombuffer(bytes(pcm[: len(pcm) // (2 * window) * 2 * window]), "<i2").astype(float)
    return np.sqrt((wave.reshape(-1, window) ** 2).mean(axis=1))


def is_heard(said, heard):
    """How much of the sound ``heard`` (48 kHz) is ``said`` (24 kHz), at the best place: 1 for all of it."""
    said = np.repeat(np.frombuffer(said, "<i2").astype(float), 2)
    heard = np.frombuffer(bytes(heard), "<i2").astype(float)
    size = 1 << (len(said) + len(heard)).bit_length()
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    best = int(np.argmax(match[: len(heard)]))
    there = heard[best : best + len(said)]
    return float(match[best] / (np.linalg.norm(said) * np.linalg.norm(there) + 1e-9))


async def post(base, sdp, token="any", path="/v1/realtime/calls"):
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"}
    return await fetch(base, "POST", path, sdp.encode() if isinstance(sdp, str) else sdp, headers)


@asynccontextmanager
async def calling(base, token="any", path="/v1/realtime/calls"):
    """A call, its first event read."""
    caller = Caller(new_connection())
    try:
        answer = await post(base, await caller.offer(), token, path)
        assert answer.status == 201, answer.body
        caller.location = answer.headers["location"]
        await caller.take(answer.body.decode())
        await caller.the("session.created")
        yield caller
    finally:
        await caller.leave()

"""A client of the Realtime protocol, written from the facts alone."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from websockets.asyncio.client import connect

from tests.server.peer import WAIT_S

LONG = " ".join(["a long story about the sea"] * 20)


@dataclass
class RealtimePeer:
    """One connection; remembers every event in order."""

    socket: object
    seen: list = field(default_factory=list)

    async def send(self, type, **fields):
        await self.socket.send(json.dumps({"type": type, **fields}))

    async def next(self):
        async with asyncio.timeout(WAIT_S):
            event = json.loads(await self.socket.recv())
        self.seen.append(event)
        return event

    async def until(self, *types):
        """Events up to the next of one of these types."""
        found = []
        while not found or found[-1]["type"] not in types:
            found.append(await self.next())
        return found

    async def the(self, *types):
        return (await self.until(*types))[-1]

    async def configure(self, **session):
        await self.send("session.update", session={"type": "realtime", **session})
        return (await self.the("session.updated"))["session"]

    async def say(self, text, **item):
        content = [{"type": "input_text", "text": text}]
        await self.send(
            "conversation.item.create", item={"type": "message", "role": "user", "content": content, **item}
        )
        return (await self.the("conversation.item.done"))["item"]

    async def answer(self, **response):
        await self.send("response.create", response=response)
        return await self.until("response.done")

    async def ask(self, text, **response):
        """What is answered to ``text``, as words."""
        await self.say(text)
        return words(await self.answer(**response))

    async def begin(self, text=LONG):
        """An answer that runs, at its first sound."""
        await self.say(text)
        await self.send("response.create")
        return await self.the("response.output_audio.delta")

    async def closed(self):
        """The code and the reason that the server closed with."""
        with suppress(Exception):
            while True:
                await self.next()
        return self.socket.close_code, self.socket.close_reason


def words(events):
    kinds = ("response.output_text.delta", "response.output_audio_transcript.delta")
    return "".join(event["delta"] for event in events if event["type"] in kinds)


def sound(events):
    return b"".join(b64decode(event["delta"]) for event in events if event["type"] == "response.output_audio.delta")


def done(events):
    (response,) = (event["response"] for event in events if event["type"] == "response.done")
    return response


def url_of(site, query=""):
    return site.address("/v1/realtime") + (f"?{query}" if query else "")


@asynccontextmanager
async def realtime(site, query="model=gpt-realtime-2.1", *, headers=None, **options):
    """A connection, its first event read."""
    address = url_of(site, query)
    async with connect(
        address, compression=None, max_size=None, max_queue=None, additional_headers=headers, **options
    ) as socket:
        peer = RealtimePeer(socket)
        await peer.the("session.created")
        yield peer

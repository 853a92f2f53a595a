"""A client of the protocol, the host, and voices whose every word the test writes; no network, virtual time."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

from tth.core.bus import EventBus
from tth.core.events import Family
from tth.hosting.host import Host
from tth.hosting.voices import OWN_VOICE, Voices
from tth.session.chain import Maker
from tth.testing.peers import ScriptedVoice
from tth.wire.realtime.server.engine import Engine
from tth.wire.realtime.server.options import EngineOptions


async def settle():
    """Let everything that is ready run; on virtual time this costs none."""
    await asyncio.sleep(0.001)


class Client:
    """What the client sent and was sent."""

    def __init__(self, made):
        self.made = made
        self.seen = []
        self.steps = []
        self.host = None

    @property
    def voice(self):
        return self.made[-1]

    async def send(self, type, **fields):
        self.host.receive(json.dumps({"type": type, **fields}))
        await settle()

    async def say(self, text, **item):
        content = [{"type": "input_text", "text": text}]
        await self.send(
            "conversation.item.create", item={"type": "message", "role": "user", "content": content, **item}
        )

    async def ask(self, text="hi", **response):
        await self.say(text)
        await self.send("response.create", response=response)

    async def answer(self, text="hello", item_id="i1", response_id="r1"):
        """The voice in use answers what it was asked last."""
        self.voice.start(response_id, item_id)
        self.voice.text(text, response_id, item_id)
        self.voice.audio(500, response_id, item_id)
        self.voice.finish(response_id)
        await settle()

    def of(self, *types):
        return [event for event in self.seen if event["type"] in types]

    @property
    def ends(self):
        """How each response ended: its status, and the code of its failure."""
        found = [event["response"] for event in self.of("response.done")]
        return [(each["status"], ((each["status_details"] or {}).get("error") or {}).get("code")) for each in found]

    @property
    def words(self):
        return "".join(event["delta"] for event in self.of("response.output_audio_transcript.delta"))

    def told(self):
        """What the voice in use knows of the conversation, as role and words."""
        return [(item.role, item.text) for item in self.voice.items]


@asynccontextmanager
async def client(*, make=ScriptedVoice, names=("first",), pace=0.0, hears=None, face=None, **options):
    made = []

    def maker(name):
        def new():
            made.append(make())
            made[-1].name = name
            return made[-1]

        return Maker(name, new)

    seen = Client(made)
    bus = EventBus()
    bus.observe(seen.steps.append, frozenset(Family))
    async with Voices([maker(name) for name in names], instructions="Be brief.", publish=bus.publish) as voices:
        engine = Engine(EngineOptions(voices=(), **{"voice": OWN_VOICE, **options}))
        async with Host(
            engine, voices, lambda kind, text: seen.seen.append(json.loads(text)), pace=pace, hears=hears, bus=bus
        ) as host:
            seen.host = host
            await settle()
            yield seen

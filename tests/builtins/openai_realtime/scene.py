"""An adapter and an emulated server, without a network and on virtual time."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

from tth.builtins.openai_realtime.adapter import OpenAIRealtime
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.core.events import AudioChunkEvent, TextDeltaEvent, TurnCompleteEvent
from tth.emulators.openai.emulator import Emulator
from tth.emulators.openai.faults import Fault, Faults
from tth.testing.emulated import QUICK, InMemory


class Wire:
    """Makes adapters that talk to one emulator."""

    def __init__(self, emulator, options):
        self.emulator = emulator
        self.network = InMemory(emulator)
        self.options = options
        self.made = []

    def adapter(self, **options):
        given = self.options.model_copy(update=options)
        adapter = OpenAIRealtime(given, opener=self.network.open)
        self.made.append(adapter)
        return adapter

    @property
    def record(self):
        return self.emulator.records[-1]


@asynccontextmanager
async def wire(*faults, seed=0, base=QUICK, options=None, **changes):
    script = Faults(seed=seed, faults=tuple(Fault(**fault) for fault in faults))
    emulator = Emulator(replace(base, faults=script, **changes), recording=True)
    await emulator.warm_up()
    made = Wire(emulator, options or OpenAIRealtimeOptions())
    try:
        yield made
    finally:
        for adapter in made.made:
            await adapter.close()
        for socket in made.network.sockets:
            await socket.close()
        await emulator.close()


@asynccontextmanager
async def connected(*faults, instructions="Be brief.", voice="alloy", connect=None, **more):
    async with wire(*faults, **more) as made:
        adapter = made.adapter()
        await adapter.connect(instructions, voice, **(connect or {}))
        yield made, adapter


async def until(adapter, *kinds):
    """Events up to the first of these kinds, which is the last; the reader is left detached."""
    found = []
    async with aclosing(adapter.stream_events()) as events:
        async for event in events:
            found.append(event)
            if isinstance(event, kinds or TurnCompleteEvent):
                break
    return found


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def words(events):
    return "".join(event.token for event in of(events, TextDeltaEvent)).strip()


def sound(events):
    return b"".join(event.data for event in of(events, AudioChunkEvent))

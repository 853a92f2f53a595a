"""Talking with a mock voice."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager

from tth.adapters.shared import Shared
from tth.builtins.mock.realtime import MockRealtime, MockRealtimeOptions
from tth.core.events import AudioChunkEvent, TextDeltaEvent, TurnCompleteEvent


@asynccontextmanager
async def connected(voice_name=None, items=(), **options):
    voice = MockRealtime(MockRealtimeOptions(**options), Shared())
    await voice.connect("You are brief.", voice_name, items=items)
    try:
        yield voice
    finally:
        await voice.close()
        assert len(asyncio.all_tasks()) == 1, "a task is left"


async def until_complete(voice):
    events = []
    async with aclosing(voice.stream_events()) as stream:
        async for event in stream:
            events.append(event)
            if isinstance(event, TurnCompleteEvent):
                break
    return events


async def rest_of(voice):
    async with aclosing(voice.stream_events()) as stream:
        return [event async for event in stream]


async def ask(voice, text):
    await voice.send_user_text(text)
    return await until_complete(voice)


def words(events):
    return "".join(event.token for event in events if isinstance(event, TextDeltaEvent))


def pcm(events):
    return b"".join(event.data for event in events if isinstance(event, AudioChunkEvent))

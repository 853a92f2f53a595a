"""A voice without ears says so once, and the session goes on."""

from __future__ import annotations

import asyncio

from tests.session.test_cascade import Speaker, Writer, drain, talking
from tth.core.events import TurnCompleteEvent, WarningEvent
from tth.core.media import AudioChunk
from tth.testing.clock import run


def test_a_voice_that_cannot_hear_is_told_once_and_goes_on_speaking():
    async def main():
        async with talking([Writer("Hello.")], [Speaker()]) as (session, events):
            for _ in range(10):
                session.hear(AudioChunk(bytes(960)))
                await asyncio.sleep(0.02)
            (warning,) = drain(events, WarningEvent)
            assert warning.code == "no_ears"
            assert "recogniser" in warning.message
            assert isinstance(await session.say("hello").wait(), TurnCompleteEvent)

    run(main())

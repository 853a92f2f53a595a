"""Sessions beside each other, and what one of them may hold."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc

from tests.session.scene import scene
from tth.adapters.shared import Shared
from tth.builtins.mock.llm import MockLLM
from tth.builtins.mock.tones import VOICES
from tth.builtins.mock.tts import MockTTS
from tth.builtins.stub_avatar.avatar import StubAvatar
from tth.core.bus import Limit, Overflow
from tth.core.events import AudioChunkEvent, FaceFrameEvent, Family, TextDeltaEvent
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.clock import run

ALL = {family: Limit(1 << 16, Overflow.CLOSE) for family in Family}


def offline_cast(shared: Shared, voice: str) -> Cast:
    return Cast(
        profile="offline_mock",
        persona="mira",
        choose_voice=lambda control: voice,
        llms=[Maker("mock_llm", lambda: MockLLM(None, shared))],
        voices=[Maker("mock_tts", lambda: MockTTS(None, shared))],
        rungs=[Rung("stub_avatar", lambda: StubAvatar(None, shared))],
    )


async def converse(number: int, shared: Shared):
    voice = list(VOICES)[number % len(VOICES)]
    said, sound, frames, foreign = [], b"", 0, []
    async with Session(offline_cast(shared, voice)) as session:
        events = session.subscribe(ALL)
        turns = set()
        for n in range(3):
            turn = session.say(f"this is {number} for the time {n}")
            turns.add(turn.id)
            if n == 1:
                await asyncio.sleep(0.3)
                session.interrupt()
            await turn.wait()
        await asyncio.sleep(1)
        while (event := events.get_nowait()) is not None:
            if event.turn_id and event.turn_id not in turns:
                foreign.append(event)
            if isinstance(event, TextDeltaEvent):
                said.append(event.token)
            elif isinstance(event, AudioChunkEvent):
                sound += event.data
            elif isinstance(event, FaceFrameEvent):
                frames += 1
    return "".join(said), sound, frames, foreign


def test_fifty_sessions_at_once_hear_only_themselves():
    async def main():
        shared = Shared()
        results = await asyncio.gather(*(converse(number, shared) for number in range(50)))
        for number, (said, sound, frames, foreign) in enumerate(results):
            assert foreign == []
            assert said == f"You said: this is {number} for the time 0You said: this is {number} for the time 2"
            assert frames > 0
            alone = await converse(number, Shared())
            assert sound == alone[1]

    run(main())


def test_the_sound_that_was_played_is_let_go():
    async def main():
        async with scene() as s:
            turn = s.session.say("read me a book")
            await asyncio.sleep(0.001)
            s.voice.start()
            most = 0
            for _ in range(120):
                s.voice.audio(1000)
                await asyncio.sleep(1)
                s.seen()
                most = max(most, turn.speech.held_bytes)
            assert most <= 3 * 48_000

    run(main())


def test_seven_hundred_turns_leave_no_more_memory_than_three_hundred():
    async def main():
        async with scene() as s:
            sizes = []
            for n in range(700):
                turn = s.session.say(f"question {n}")
                await asyncio.sleep(0.001)
                s.voice.start(f"r{n}", f"i{n}")
                s.voice.text("a short answer", f"r{n}", f"i{n}")
                s.voice.audio(20, f"r{n}", f"i{n}")
                if n % 3:
                    s.voice.finish(f"r{n}")
                    await turn.wait()
                else:
                    s.session.interrupt()
                s.seen()
                for kept in (s.voice.requests, s.voice.items, s.voice.cancelled, s.voice.heard):
                    kept.clear()
                s.avatar.sent.clear()
                s.avatar.starts.clear()
                s.avatar.ended.clear()
                while len(s.avatar.frames):
                    await anext(s.avatar.frames)
                if n in (300, 699):
                    gc.collect()
                    sizes.append(tracemalloc.get_traced_memory()[0])
            assert sizes[1] - sizes[0] < 100_000

    tracemalloc.start()
    try:
        run(main())
    finally:
        tracemalloc.stop()

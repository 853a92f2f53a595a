"""Whatever a voice says, in whatever order and pace: the service gets its sound, all of it, and nothing else."""

from __future__ import annotations

import asyncio
import os
import random

import numpy as np
import pytest
import soxr

from tests.builtins.a2f.peer import MemoryService
from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.core.events import (
    AudioChunkEvent,
    AudioDoneEvent,
    EmotionEvent,
    FaceFrameEvent,
    Family,
    ItemStartedEvent,
    OutputStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    TurnInterruptedEvent,
    UsageEvent,
    UserSpeechStoppedEvent,
    UserTranscriptEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ, SpeechMark
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.clock import run
from tth.testing.peers import ScriptedVoice

COUNT = int(os.environ.get("TTH_SCHEDULES", "200")) // 10
SECRET = "transcript-that-must-not-leave"
TAIL = 2 * 16_000 * 400 // 1000


def said(kind, response, item, rng):
    """One event that is no sound, full of words."""
    where = {"response_id": response, "item_id": item}
    mark = SpeechMark(kind="word", value=SECRET, start=0, end=100)
    return {
        "text": TextDeltaEvent(token=SECRET, **where),
        "marks": SpeechMarkEvent(marks=(mark,), **where),
        "call": ToolCallEvent(call_id=SECRET, name=SECRET, arguments=f'{{"{SECRET}": 1}}', **where),
        "call delta": ToolCallDeltaEvent(call_id=SECRET, name=SECRET, delta=SECRET, **where),
        "usage": UsageEvent(usage={SECRET: 1.0}, response_id=response),
        "heard": UserTranscriptEvent(item_id=f"u{rng.random()}", text=SECRET),
        "stopped": UserSpeechStoppedEvent(item_id=f"u{rng.random()}"),
        "warning": WarningEvent(code=SECRET, message=f"{SECRET} {rng.random()}"),
        "emotion": EmotionEvent(label=rng.choice(["happy", "sad"]), intensity=0.5, response_id=response),
        "output": OutputStartedEvent(response_id=response),
        "item": ItemStartedEvent(response_id=response, item_id=f"{item}b"),
    }[kind]


KINDS = ("text", "marks", "call", "call delta", "usage", "heard", "stopped", "warning", "emotion", "output", "item")


class Play:
    def __init__(self, session, voice, rng):
        self.session, self.voice, self.rng = session, voice, rng
        self.frames, self.interrupted_at = [], {}
        self.spoken = {}
        session.bus.observe(self._take, frozenset(Family))

    def _take(self, event):
        if isinstance(event, FaceFrameEvent):
            self.frames.append((asyncio.get_running_loop().time(), event.turn_id, event.frame))
        elif isinstance(event, TurnInterruptedEvent):
            self.interrupted_at[event.turn_id] = asyncio.get_running_loop().time()

    async def reply(self, number):
        rng = self.rng
        turn = self.session.say(SECRET)
        while len(self.voice.requests) <= number:  # noqa: ASYNC110  # virtual time: a step, not a wait
            await asyncio.sleep(0.001)
        response, item = f"r{number}", f"i{number}"
        self.voice.start(response, item)
        rate_hz = rng.choice([16_000, 24_000])
        total = int(rate_hz * rng.uniform(0.1, 4))
        pcm = np.random.default_rng(rng.randrange(1 << 30)).integers(-9000, 9000, total).astype("<i2").tobytes()
        self.spoken[turn.id] = (pcm, rate_hz)
        at = 0
        while at < len(pcm) and turn.ending is None:
            size = rng.choice([1, 333, 960, 4800, 96_000])
            chunk = pcm[at : at + size]
            self.voice.emit(
                AudioChunkEvent(data=chunk, sample_rate=rate_hz, response_id=response, item_id=item),
            )
            at += size
            for _ in range(rng.randrange(3)):
                self.voice.emit(said(rng.choice(KINDS), response, item, rng))
            if rng.random() < 0.15:
                await asyncio.sleep(rng.uniform(0, 3))
            if rng.random() < 0.05:
                self.session.hold()
                await asyncio.sleep(rng.uniform(0, 8))
                self.session.resume()
            if rng.random() < 0.02:
                self.session.interrupt()
        if rng.random() < 0.5:
            self.voice.emit(AudioDoneEvent(response_id=response, item_id=item))
        self.voice.finish(response)
        await turn.wait()
        return turn


def wanted(pcm, rate_hz):
    if rate_hz == 16_000:
        return pcm
    wide = soxr.resample(np.frombuffer(pcm, "<i2").astype(np.int32) << 16, rate_hz, 16_000)
    return np.clip((wide.astype(np.int64) + 0x8000) >> 16, -32768, 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("seed", range(COUNT))
def test_the_service_gets_all_of_the_sound_in_order_and_nothing_else(seed):
    rng = random.Random(seed)

    async def main():
        service = MemoryService()
        shared, voices = Shared(), []

        def voice():
            voices.append(ScriptedVoice())
            return voices[-1]

        cast = Cast(
            profile="schedule",
            persona="test",
            instructions=SECRET,
            realtime=[Maker("voice", voice)],
            rungs=[Rung("a2f", lambda: A2F(A2FOptions(), shared, opener=service.opener))],
        )
        async with Session(cast) as session:
            play = Play(session, voices[0], rng)
            for number in range(6):
                before = len(service.clips)
                turn = await play.reply(number)
                await asyncio.sleep(1)
                clips = service.clips[before:]
                check(turn, clips, play)
            assert session.meters.degrades == 0
        assert SECRET.encode() not in b"".join(clip.header.SerializeToString() for clip in service.clips)
        assert len([task for task in asyncio.all_tasks() if "a2f" in task.get_name()]) == 0

    run(main())


def check(turn, clips, play):
    pcm, rate_hz = play.spoken[turn.id]
    sound = b""
    for clip in clips:
        whole = clip.ended is not None
        assert whole or clip.cancelled
        if whole:
            assert clip.half_closed
            assert clip.audio[-TAIL:] == bytes(TAIL)
        sound += clip.audio[:-TAIL] if whole else clip.audio
        assert all(len(piece) % 640 == 0 for piece in clip.pieces[:-1]) or whole
        assert max(map(len, clip.pieces), default=0) <= 32_000
    if turn.id in play.interrupted_at:
        if rate_hz == 16_000:
            assert pcm.startswith(sound) or sound.startswith(pcm)
        late = [time for time, turn_id, _ in play.frames if turn_id == turn.id]
        assert all(time <= play.interrupted_at[turn.id] for time in late)
        return
    expected = wanted(pcm[: len(pcm) // 2 * 2], rate_hz)
    assert len(clips) > 1 or sound == expected
    assert abs(len(sound) - len(expected)) <= 8 * len(clips)
    frames = [frame for _, turn_id, frame in play.frames if turn_id == turn.id]
    samples = [frame.sample for frame in frames]
    assert samples == sorted(set(samples))
    end = len(pcm) // 2 * MEDIA_RATE_HZ // rate_hz
    assert all(frame.tail == (frame.sample >= end) for frame in frames)
    speaking = [frame for frame in frames if not frame.tail]
    # Of the last packet there is no frame where all sound was played before the voice said that it was all.
    assert -3 <= len(speaking) - end / 800 <= 1 + len(clips)


def test_after_hundreds_of_replies_no_call_no_task_and_no_entry_of_a_table_is_left():
    async def main():
        service, shared, voices = MemoryService(), Shared(), []
        faces = []

        def voice():
            voices.append(ScriptedVoice())
            return voices[-1]

        def face():
            faces.append(A2F(A2FOptions(), shared, opener=service.opener))
            return faces[-1]

        cast = Cast(
            profile="long",
            persona="test",
            realtime=[Maker("voice", voice)],
            rungs=[Rung("a2f", face)],
        )
        async with Session(cast) as session:
            await asyncio.sleep(0)
            before = {task.get_name() for task in asyncio.all_tasks()}
            for number in range(15 * COUNT):
                turn = session.say("go")
                while len(voices[0].requests) <= number:  # noqa: ASYNC110  # virtual time: a step, not a wait
                    await asyncio.sleep(0.001)
                voices[0].start(f"r{number}", f"i{number}")
                voices[0].audio(200, f"r{number}", f"i{number}")
                if number % 3:
                    voices[0].finish(f"r{number}")
                await asyncio.sleep(0.05)
                if number % 3 == 0:
                    session.interrupt()
                await turn.wait()
            await asyncio.sleep(2)
            assert len(faces) == 1
            assert {task.get_name() for task in asyncio.all_tasks()} == before
            assert len(service.clips) == 15 * COUNT
            assert all(clip.cancelled for clip in service.clips)
            assert sum(clip.ended is not None for clip in service.clips) == 10 * COUNT
            tables = {name: len(value) for name, value in vars(faces[0]).items() if hasattr(value, "__len__")}
            assert tables
            assert set(tables.values()) == {0}
        assert service.closed == 1

    run(main())

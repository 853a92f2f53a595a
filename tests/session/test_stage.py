from __future__ import annotations

import asyncio

import numpy as np
import pytest
import soxr

from tests.session.scene import scene, settle
from tth.core.events import AudioChunkEvent, DegradedEvent, FaceFrameEvent, TurnCompleteEvent
from tth.core.media import AudioFormat
from tth.errors import AdapterError
from tth.testing.clock import run
from tth.testing.peers import ScriptedAvatar


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_the_avatar_gets_exactly_the_speech_at_its_own_rate(rate_hz):
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            rng = np.random.default_rng(3)
            pcm = (rng.normal(0, 3000, rate_hz)).astype("<i2").tobytes()
            at = 0
            while at < len(pcm):
                size = int(rng.integers(1, 5000))
                s.voice.emit(
                    AudioChunkEvent(data=pcm[at : at + size], sample_rate=rate_hz, response_id="r1", item_id="i1")
                )
                at += size
                await settle()
            s.voice.finish()
            await turn.wait()
            got = np.frombuffer(s.avatar.sent[turn.id], "<i2")
            wide = soxr.resample(np.frombuffer(pcm, "<i2").astype(np.int32) << 16, rate_hz, 16_000)
            expected = np.clip((wide.astype(np.int64) + 0x8000) >> 16, -32768, 32767)
            if rate_hz == 16_000:
                assert s.avatar.sent[turn.id] == pcm
            else:
                assert np.array_equal(got, expected)
            assert s.avatar.ended == [turn.id]

    run(main())


def test_packets_are_whole_until_the_last():
    sizes = []

    class Counting(ScriptedAvatar):
        async def send_audio(self, pcm, start_sample):
            sizes.append((len(pcm), start_sample))
            await super().send_audio(pcm, start_sample)

    async def main():
        async with scene(make_avatar=Counting) as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            for ms in (7, 13, 100, 1, 33, 250):
                s.voice.audio(ms)
                await settle()
            s.voice.finish()
            await turn.wait()
            assert all(size % 640 == 0 for size, _ in sizes[:-1])
            at = 0
            for size, start in sizes:
                assert start == at * 3 // 2
                at += size // 2

    run(main())


class Broken(ScriptedAvatar):
    """Fails at the n-th packet, in the way the class says."""

    way = "raise"

    async def send_audio(self, pcm, start_sample):
        if self.way == "raise":
            raise ConnectionResetError("gone")
        if self.way == "hang":
            await asyncio.get_running_loop().create_future()
        await super().send_audio(pcm, start_sample)


@pytest.mark.parametrize(("way", "within_s"), [("raise", 0.15), ("hang", 0.4)])
def test_the_next_rung_takes_over_where_the_playhead_is_and_the_sound_goes_on(way, within_s):
    made = []

    def avatar():
        kind = Broken if not made else ScriptedAvatar
        made.append(kind())
        made[-1].way = way
        return made[-1]

    async def main():
        async with scene(make_avatar=avatar, rungs=2) as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            began = asyncio.get_running_loop().time()
            s.voice.audio(2000)
            s.voice.finish()
            while len(made) < 2 or not made[1].starts:  # noqa: ASYNC110  # virtual time: a step, not a wait
                await asyncio.sleep(0.01)
            late = asyncio.get_running_loop().time() - began
            assert late <= within_s
            ((speech_id, start),) = made[1].starts
            assert speech_id == turn.id
            assert start == pytest.approx(late * 24_000, abs=600)
            ending = await turn.wait()
            assert asyncio.get_running_loop().time() - began == pytest.approx(2.0, abs=0.02)
            assert isinstance(ending, TurnCompleteEvent)
            sent_s = len(made[1].sent[turn.id]) / 32_000
            assert sent_s == pytest.approx(2.0 - start / 24_000, abs=0.001)
            (told,) = s.seen(DegradedEvent)
            assert (told.component, told.was, told.now) == ("avatar", "face0", "face1")

    run(main())


def test_a_session_without_any_working_face_still_speaks():
    class Refusing(ScriptedAvatar):
        async def connect(self):
            raise AdapterError("face", "no graphics card")

    async def main():
        async with scene(make_avatar=Refusing, rungs=2) as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            s.voice.audio(100)
            s.voice.finish()
            assert isinstance(await turn.wait(), TurnCompleteEvent)

    run(main())


def test_frames_of_another_speech_do_not_pass():
    async def main():
        async with scene() as s:
            first = s.session.say("one")
            await settle()
            s.voice.start("r1", "i1")
            s.voice.audio(100, "r1", "i1")
            await settle()
            second = s.session.say("two")
            await settle()
            s.voice.start("r2", "i2")
            s.voice.audio(100, "r2", "i2")
            await settle()
            from tth.core.media import FaceFrame

            s.avatar.frames.put_now(FaceFrame(speech_id=first.id, sample=0, weights=bytes(208)))
            await settle()
            frames = [event for event in s.seen(FaceFrameEvent) if event.turn_id != second.id]
            assert frames == []

    run(main())


def test_an_avatar_is_not_fed_far_ahead_of_the_playhead():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            for _ in range(60):
                s.voice.audio(1000)
            await asyncio.sleep(0.1)
            assert 1.4 <= len(s.avatar.sent[turn.id]) / 32_000 <= 2.7
            await asyncio.sleep(10)
            assert 11.4 <= len(s.avatar.sent[turn.id]) / 32_000 <= 13

    run(main())


def test_a_voice_at_the_avatar_s_rate_reaches_it_as_the_very_bytes():
    seen = []

    class Keeping(ScriptedAvatar):
        def __init__(self):
            super().__init__()
            self.audio_format = AudioFormat(16_000)

        async def send_audio(self, pcm, start_sample):
            seen.append(pcm)

    async def main():
        async with scene(make_avatar=Keeping) as s:
            s.session.say("hello")
            await settle()
            s.voice.start()
            chunk = bytes(range(256)) * 5
            await settle()
            s.voice.emit(AudioChunkEvent(data=chunk, sample_rate=16_000, response_id="r1", item_id="i1"))
            await settle()
            assert seen[0] is chunk

    run(main())


def test_a_speech_that_comes_all_at_once_is_fed_from_its_first_sample():
    async def main():
        async with scene() as s:
            for number in range(20):
                turn = s.session.say("hello")
                await settle()
                s.voice.start(f"r{number}", f"i{number}")
                # The clock runs on between the first sound and the pump's turn.
                s.voice.audio(300, f"r{number}", f"i{number}")
                s.voice.finish(f"r{number}")
                loop = asyncio.get_running_loop()
                loop.call_soon(setattr, loop, "_now", loop.time() + 0.004)
                await turn.wait()
                assert s.avatar.starts[-1] == (turn.id, 0)
                assert len(s.avatar.sent[turn.id]) == 300 * 32

    run(main())

"""A face that moves to sound which the client brings."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import numpy as np
import pytest

from tests.session.scene import settle
from tth.core.bus import EventBus, Limit, Overflow
from tth.core.clock import LoopClock
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.events import FaceFrameEvent, Family
from tth.core.media import AudioFormat
from tth.core.watchdog import Watchdog
from tth.errors import MediaError
from tth.session.audio_driven import AudioDrivenFace
from tth.session.ladder import Rung
from tth.testing.clock import run
from tth.testing.peers import ScriptedAvatar

RATE_HZ = 16_000
SECOND = bytes(2 * RATE_HZ)


class Scene:
    def __init__(self, face, avatar, frames):
        self.face, self.avatar, self._frames = face, avatar, frames

    def frames(self):
        found = []
        while (event := self._frames.get_nowait()) is not None:
            assert isinstance(event, FaceFrameEvent)
            found.append((int(event.turn_id), event.frame.sample))
        return found

    def speak(self, number, pcm, *, sample=0, last=True, rate_hz=RATE_HZ):
        self.face.sound(number, sample, pcm, rate_hz, last=last)


@asynccontextmanager
async def showing(**options):
    clock, bus, avatar = LoopClock(), EventBus(), ScriptedAvatar(**options)
    watchdog = Watchdog(clock)
    frames = bus.subscribe({Family.PICTURES: Limit(4096, Overflow.DROP_OLDEST)})
    face = AudioDrivenFace([Rung("scripted", lambda: avatar)], TurnControl(), bus, clock, watchdog)
    async with face:
        yield Scene(face, avatar, frames)
    watchdog.close()
    assert avatar.closed


def test_the_avatar_gets_the_very_bytes_and_its_frames_bear_the_number() -> None:
    async def main():
        async with showing() as s:
            rng = np.random.default_rng(1)
            pcm = rng.integers(-9000, 9000, RATE_HZ, "<i2").tobytes()
            at = 0
            while at < len(pcm):
                size = 2 * int(rng.integers(1, 4000))
                piece = pcm[at : at + size]
                s.speak(7, piece, sample=at // 2 * 3 // 2, last=at + size >= len(pcm))
                at += size
                await settle()
            assert s.avatar.sent == {"speech_7": pcm}
            assert s.avatar.ended == ["speech_7"]
            assert s.frames() == [(7, 480 * number) for number in range(50)]

    run(main())


def test_silence_that_was_left_out_is_put_in() -> None:
    async def main():
        async with showing() as s:
            s.speak(1, b"\1\0" * 160, last=False)
            s.speak(1, b"\2\0" * 160, sample=24_000)
            await settle()
            assert s.avatar.sent["speech_1"] == b"\1\0" * 160 + bytes(2 * (16_000 - 160)) + b"\2\0" * 160

    run(main())


def test_a_speech_that_was_played_leaves_and_the_next_one_comes() -> None:
    async def main():
        async with showing() as s:
            begun = asyncio.get_running_loop().time()
            s.speak(1, SECOND)
            assert s.face.speech is not None
            await s.face.rest()
            assert 1.4 <= asyncio.get_running_loop().time() - begun <= 1.8
            assert s.face.speech is None
            s.speak(1, SECOND)  # late sound of it
            assert s.face.speech is None
            s.speak(2, SECOND)
            await settle()
            assert [number for number, _ in s.frames()] == [1] * 50 + [2] * 50

    run(main())


def test_a_client_that_reports_says_itself_when_a_speech_was_played() -> None:
    async def main():
        async with showing() as s:
            s.face.played(0, 0, playing=False)
            begun = asyncio.get_running_loop().time()
            s.speak(1, SECOND)
            for _ in range(3):
                await asyncio.sleep(1.5)
                s.face.played(1, 6000, playing=False)
            assert s.face.speech is not None
            s.face.played(1, 24_000, playing=False)
            await s.face.rest()
            assert 5.0 <= asyncio.get_running_loop().time() - begun <= 5.2

    run(main())


def test_after_an_interruption_no_frame_of_it_comes() -> None:
    async def main():
        async with showing() as s:
            s.speak(1, SECOND, last=False)
            await settle()
            s.face.interrupt()
            assert s.frames() == []
            s.speak(1, SECOND, sample=24_000)
            await settle()
            assert s.frames() == []
            assert s.avatar.interrupted == 1
            s.speak(2, SECOND)
            await settle()
            assert {number for number, _ in s.frames()} == {2}

    run(main())


def test_a_new_speech_ends_the_one_before() -> None:
    async def main():
        async with showing() as s:
            s.speak(1, SECOND)
            await settle()
            s.speak(5, SECOND, last=False)
            await settle()
            assert {number for number, _ in s.frames()} == {5}
            assert s.avatar.starts == [("speech_1", 0), ("speech_5", 0)]

    run(main())


def test_an_emotion_is_felt_from_now_on() -> None:
    async def main():
        async with showing() as s:
            s.speak(1, SECOND, last=False)
            await asyncio.sleep(0.5)
            s.face.control(TurnControl(EmotionControl(EmotionLabel.HAPPY, intensity=0.5)))
            await settle()
            (mark,) = s.avatar.marks
            assert (mark.label, mark.intensity) == ("happy", 0.5)
            assert abs(mark.start - 12_000) < 100

    run(main())


@pytest.mark.parametrize(
    ("number", "sample", "pcm", "rate_hz", "words"),
    [
        (0, 0, SECOND, 16_000, "numbered from 1"),
        (1, 0, SECOND, 7, "7 Hz"),
        (1, 0, b"abc", 16_000, "within a sample"),
        (1, 0, SECOND, 16_000, "was sent before"),
        (1, 24_000 * 12, SECOND, 16_000, "gap"),
        (2, 0, bytes(2 * 48_000 * 301), 48_000, "300 s"),
    ],
)
def test_sound_that_is_none_is_refused_and_changes_nothing(number, sample, pcm, rate_hz, words) -> None:
    async def main():
        async with showing() as s:
            s.speak(1, SECOND, last=False)
            with pytest.raises(MediaError, match=words):
                s.speak(number, pcm, sample=sample, rate_hz=rate_hz)
            s.speak(1, SECOND, sample=24_000)
            with pytest.raises(MediaError, match="last sound"):
                s.speak(1, SECOND, sample=48_000)
            await settle()
            assert s.avatar.sent == {"speech_1": SECOND * 2}

    run(main())


def test_what_was_played_is_not_kept() -> None:
    async def main():
        async with showing() as s:
            for number in range(400):
                s.speak(1, SECOND, sample=24_000 * number, last=False)
                await asyncio.sleep(1)
            assert s.face.speech is not None
            assert s.face.speech.held_bytes <= 2 * len(SECOND)

    run(main())


def test_another_rate_is_converted() -> None:
    async def main():
        async with showing(rate_hz=16_000) as s:
            assert s.avatar.audio_format == AudioFormat(16_000)
            s.speak(1, bytes(96_000), rate_hz=48_000)
            await settle()
            assert len(s.avatar.sent["speech_1"]) == 32_000

    run(main())

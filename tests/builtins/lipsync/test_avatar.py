"""Lips from the sound alone: for any cut of it the same frames, and nothing of what was interrupted."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import numpy as np
import pytest

from tth.adapters.shared import Shared
from tth.builtins.lipsync.avatar import LipsyncAvatar
from tth.builtins.lipsync.options import LipsyncOptions
from tth.builtins.phoneme.avatar import PhonemeAvatar
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.media import EmotionMark, FaceFrame, SpeechMark
from tth.face.blendshapes import INDEX, from_bytes
from tth.testing.clock import run
from tth.testing.conformance import AvatarConformance


class TestLipsyncAvatar(AvatarConformance):
    def make(self, shared):
        return LipsyncAvatar(None, shared)


class TestPhonemeAvatarWithoutPhonemes(AvatarConformance):
    def make(self, shared):
        return PhonemeAvatar(None, shared)


def babble(seconds, rate_hz=16_000):
    """Vowels that come and go, with silence at both ends."""
    t = np.arange(int(rate_hz * seconds)) / rate_hz
    voice = sum(np.sin(2 * np.pi * 120 * n * t) / n for n in range(1, 25))
    wave = voice * np.abs(np.sin(2 * np.pi * 2 * t)) * 3000
    wave[: rate_hz // 5] = 0
    wave[-rate_hz // 5 :] = 0
    return wave.astype("<i2").tobytes()


async def speak(avatar, pcm, pieces, *, start=0, control=None, marks=(), then="end"):
    await avatar.connect()
    await avatar.start_speech("one", start_sample=start, control=control or TurnControl())
    await avatar.send_marks(marks)
    at = 0
    for size in pieces:
        if at < len(pcm):
            await avatar.send_audio(pcm[at : at + 2 * size], start + at // 2 * 24_000 // avatar.audio_format.rate_hz)
            at += 2 * size
    if then == "end":
        await avatar.end_speech()
    else:
        await avatar.interrupt()
    found: list[FaceFrame] = []
    async with aclosing(avatar.stream_frames()) as frames:
        try:
            async with asyncio.timeout(0.1):
                async for frame in frames:
                    found.append(frame)
        except TimeoutError:
            pass
    await avatar.close()
    return found


def cuts(total, size):
    return [size] * (total // size + 1)


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("size", [16, 333, 1600, 32_000])
def test_pieces_of_a_millisecond_to_two_seconds_give_the_same_frames(live, size):
    async def main():
        pcm, options = babble(2.0), LipsyncOptions(live=live)
        whole = await speak(LipsyncAvatar(options, Shared()), pcm, [len(pcm)])
        assert whole == await speak(LipsyncAvatar(options, Shared()), pcm, cuts(len(pcm), size))
        assert [frame.sample for frame in whole] == [800 * n for n in range(66)]
        assert [frame.tail for frame in whole] == [False] * 60 + [True] * 6

    run(main())


def test_an_interrupted_speech_leaves_no_frame():
    async def main():
        assert await speak(LipsyncAvatar(None, Shared()), babble(1.0), [16_000], then="interrupt") == []

    run(main())


def test_the_mood_shows_and_changes_where_it_is_marked():
    async def main():
        control = TurnControl(EmotionControl(EmotionLabel.HAPPY))
        marks = [EmotionMark(start=24_000, label="sad", intensity=1.0)]
        frames = await speak(LipsyncAvatar(None, Shared()), bytes(96_000), [48_000], control=control, marks=marks)
        smile, frown = INDEX["mouthSmileLeft"], INDEX["mouthFrownLeft"]
        first, last = from_bytes(frames[0].weights), from_bytes(frames[-1].weights)
        assert first[smile] > 0.4 > first[frown]
        assert last[frown] > 0.3 > last[smile]

    run(main())


def test_all_sessions_share_one_model():
    async def main():
        shared = Shared()
        first, second = LipsyncAvatar(None, shared), LipsyncAvatar(None, shared)
        await first.connect()
        await second.connect()
        assert len(shared) == 1
        await first.close()
        await second.close()
        assert len(shared) == 0

    run(main())


def test_the_phoneme_face_hears_where_no_phonemes_come_and_does_not_where_they_do():
    async def main():
        pcm = babble(1.5, 24_000)
        silent = bytes(len(pcm))
        mark = SpeechMark(kind="phoneme", value="a", start=4800, end=30_000)
        heard = await speak(PhonemeAvatar(None, Shared()), pcm, cuts(len(pcm), 480))
        timed = await speak(PhonemeAvatar(None, Shared()), pcm, cuts(len(pcm), 480), marks=[mark])
        quiet = await speak(PhonemeAvatar(None, Shared()), silent, cuts(len(pcm), 480))
        assert [frame.sample for frame in heard] == [frame.sample for frame in timed] == [800 * n for n in range(51)]
        assert [frame.tail for frame in heard] == [False] * 45 + [True] * 6

        def jaw(frames):
            return max(float(from_bytes(frame.weights)[INDEX["jawOpen"]]) for frame in frames)

        assert jaw(timed) > 0.4
        assert jaw(quiet) < 0.03
        shared = Shared()
        face = PhonemeAvatar(None, shared)
        await face.connect()
        await face.start_speech("two", start_sample=0, control=TurnControl())
        await face.send_marks([mark])
        await face.send_audio(pcm, 0)
        assert len(shared) == 0
        await face.close()

    run(main())

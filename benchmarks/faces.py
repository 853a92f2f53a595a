"""CPU for a frame of the faces that are made here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from benchmarks.chunks import noise
from benchmarks.figures import Figure, Goal
from tth.adapters.avatar import AvatarAdapter
from tth.adapters.shared import Shared
from tth.builtins.framing import FRAMES_A_SECOND
from tth.builtins.lipsync.avatar import LipsyncAvatar
from tth.builtins.phoneme.avatar import PhonemeAvatar
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.media import MEDIA_RATE_HZ, SpeechMark

PHONEMES = "ð ə h ɑ b ɚ l aɪ z ɪ n ð ə l i ʌ v ə l ɔ ŋ l oʊ h ɪ l".split()
PHONEME_UNITS = 80 * MEDIA_RATE_HZ // 1000
SECONDS = 60
CROWD, CROWD_SECONDS = 50, 5


async def _frame_s(make: Callable[[Shared], AvatarAdapter]) -> float:
    marks = [
        SpeechMark(kind="phoneme", value=value, start=at * PHONEME_UNITS, end=(at + 1) * PHONEME_UNITS)
        for at, value in enumerate(PHONEMES * (SECONDS * MEDIA_RATE_HZ // PHONEME_UNITS // len(PHONEMES)))
    ]
    avatar = make(Shared())
    chunk = noise(20)[: 2 * avatar.audio_format.rate_hz // 50]
    units = MEDIA_RATE_HZ // 50
    happy = TurnControl(EmotionControl(EmotionLabel.HAPPY, 0.8))
    await avatar.connect()
    await avatar.start_speech("s", start_sample=0, control=happy)
    begun = time.thread_time()
    for second in range(SECONDS):
        until = (second + 1) * MEDIA_RATE_HZ
        await avatar.send_marks([mark for mark in marks if until - MEDIA_RATE_HZ <= mark.start < until])
        for at in range(until - MEDIA_RATE_HZ, until, units):
            await avatar.send_audio(chunk, at)
    await avatar.end_speech()
    cpu_s = time.thread_time() - begun
    await avatar.close()
    frames = [frame async for frame in avatar.stream_frames()]
    if len(frames) < SECONDS * FRAMES_A_SECOND:
        raise RuntimeError(f"only {len(frames)} frames came")
    return cpu_s / len(frames)


async def _crowd_s() -> float:
    """CPU seconds of one of ``CROWD`` faces that read lips, for a second of speech, 20 ms of each in turn."""
    shared, piece = Shared(), noise(20)[:640]
    avatars = [LipsyncAvatar(None, shared) for _ in range(CROWD)]
    for avatar in avatars:
        await avatar.connect()
        await avatar.start_speech("s", start_sample=0, control=TurnControl())
    begun = time.thread_time()
    for step in range(50 * CROWD_SECONDS):
        for avatar in avatars:
            await avatar.send_audio(piece, step * MEDIA_RATE_HZ // 50)
    cpu_s = time.thread_time() - begun
    for avatar in avatars:
        await avatar.close()
    return cpu_s / CROWD / CROWD_SECONDS


def measure(*, quick: bool) -> Iterator[Figure]:
    """A minute of speech with a mood, 20 ms at a time."""
    faces: dict[str, Callable[[Shared], AvatarAdapter]] = {
        "phoneme": lambda shared: PhonemeAvatar(None, shared),
        "lipsync": lambda shared: LipsyncAvatar(None, shared),
    }
    for name, make in faces.items():
        frame_s = min(asyncio.run(_frame_s(make)) for _ in range(2 if quick else 5))
        yield Figure(part="Face", what=f"frame of the {name} face", value=frame_s * 1e6, unit="µs")
        yield Figure(
            part="Face",
            what=f"{name} face, 30 frames a second",
            value=frame_s * FRAMES_A_SECOND * 100,
            unit="% of a core",
            goal=Goal(0.5),
        )
    yield Figure(
        part="Face",
        what="lipsync face, one of 50",
        value=min(asyncio.run(_crowd_s()) for _ in range(1 if quick else 3)) * 100,
        unit="% of a core",
        goal=Goal(0.5),
    )

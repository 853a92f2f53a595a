"""What every face must do."""

from __future__ import annotations

import asyncio
import math
import struct
from contextlib import aclosing

from tth.adapters.avatar import AvatarAdapter
from tth.adapters.shared import Shared
from tth.core.controls import TurnControl
from tth.core.media import MEDIA_RATE_HZ, WEIGHT_BYTES, FaceFrame, VideoFrame
from tth.testing.conformance.leaks import in_time, nothing_left

SPEECH_S = 1.0
QUIET_S = 0.5
"""A face that has made no frame for so long has made all."""


class AvatarConformance:
    """Derive from it and say how to make the face."""

    def make(self, shared: Shared) -> AvatarAdapter:
        """A fresh adapter.

        Raises:
            NotImplementedError: The deriving class does not say how.
        """
        raise NotImplementedError("say how to make the face: def make(self, shared): return ...")

    @staticmethod
    async def feed(avatar: AvatarAdapter, speech_id: str, *, start_sample: int = 0, end: bool = True) -> None:
        """One second of a tone, in whole packets, as the stage feeds it."""
        rate_hz = avatar.audio_format.rate_hz
        size = rate_hz * avatar.packet_ms // 1000
        total = int(rate_hz * SPEECH_S) // size * size
        async with in_time("a second of sound was not taken"):
            await avatar.start_speech(speech_id, start_sample=start_sample, control=TurnControl())
            for at in range(0, total, size):
                wave = [int(9000 * math.sin((at + n) * 200 * math.tau / rate_hz)) for n in range(size)]
                await avatar.send_audio(struct.pack(f"<{size}h", *wave), start_sample + at * MEDIA_RATE_HZ // rate_hz)
            if end:
                await avatar.end_speech()

    @staticmethod
    async def frames(avatar: AvatarAdapter) -> list[FaceFrame | VideoFrame]:
        """Every frame until it is quiet."""
        found: list[FaceFrame | VideoFrame] = []
        async with aclosing(avatar.stream_frames()) as stream:
            try:
                while True:
                    async with asyncio.timeout(QUIET_S):
                        found.append(await anext(stream))
            except (TimeoutError, StopAsyncIteration):
                return found

    async def test_a_speech_gives_frames_in_order_on_its_own_clock(self) -> None:
        """Frames carry the speech's id, rise in time, and last about as long as the sound."""
        avatar = self.make(Shared())
        await avatar.connect()
        try:
            await self.feed(avatar, "one")
            frames = [frame for frame in await self.frames(avatar) if frame.speech_id]
            assert frames, "no frames came"
            assert {frame.speech_id for frame in frames} == {"one"}
            samples = [frame.sample for frame in frames]
            assert samples == sorted(set(samples)), "frames are out of order"
            last_s = samples[-1] / MEDIA_RATE_HZ
            assert SPEECH_S - 0.2 <= last_s <= SPEECH_S + 1.0, f"the last frame is due at {last_s:.2f} s"
        finally:
            await avatar.close()

    async def test_poses_are_fifty_two_weights_from_nought_to_one(self) -> None:
        """208 bytes of float32, each finite and in range."""
        avatar = self.make(Shared())
        await avatar.connect()
        try:
            await self.feed(avatar, "one")
            for frame in await self.frames(avatar):
                if isinstance(frame, FaceFrame):
                    assert len(frame.weights) == WEIGHT_BYTES
                    assert all(0.0 <= value <= 1.0 for value in struct.unpack("<52f", frame.weights))
        finally:
            await avatar.close()

    async def test_a_speech_may_begin_in_the_middle(self) -> None:
        """A rung that takes over makes no frames of what was before."""
        avatar = self.make(Shared())
        await avatar.connect()
        try:
            await self.feed(avatar, "one", start_sample=MEDIA_RATE_HZ)
            frames = [frame for frame in await self.frames(avatar) if frame.speech_id]
            assert frames, "no frames came"
            assert min(frame.sample for frame in frames) >= MEDIA_RATE_HZ - MEDIA_RATE_HZ // 10
        finally:
            await avatar.close()

    async def test_after_an_interrupt_comes_only_the_next_speech(self) -> None:
        """Frames made before and not yet read are gone too."""
        avatar = self.make(Shared())
        await avatar.connect()
        try:
            await self.feed(avatar, "one", end=False)
            await avatar.interrupt()
            await self.feed(avatar, "two")
            frames = await self.frames(avatar)
            assert {frame.speech_id for frame in frames if frame.speech_id} == {"two"}
        finally:
            await avatar.close()

    async def test_close_ends_the_frames_and_leaves_nothing(self) -> None:
        """Twice is as good as once."""
        async with nothing_left():
            avatar = self.make(Shared())
            await avatar.connect()
            await self.feed(avatar, "one")
            await avatar.close()
            await avatar.close()
            await self.frames(avatar)

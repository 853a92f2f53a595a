"""An avatar that makes frames by itself and, if told so, fails in every way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection

from tth.core.controls import TurnControl
from tth.core.media import FaceFrame, VideoFrame
from tth.core.streams import Stream
from tth.errors import AdapterError
from tth.testing.peers import ScriptedAvatar

AVATAR_LIES = ("refuses", "raises", "hangs", "frames_end", "frames_raise", "stale_frames", "close_hangs")
"""What a dishonest avatar may do, now and then."""


class LyingAvatar(ScriptedAvatar):
    """Does one of its lies with the probability ``share`` at each call."""

    def __init__(self, rng: random.Random, lies: Collection[str] = (), share: float = 0.1) -> None:
        super().__init__(rng.choice((16_000, 24_000)), rng.choice((10, 20, 40)))
        self._rng = rng
        self._lies = frozenset(lies)
        self._share = share
        self._old = ""

    def _lie(self, lie: str) -> bool:
        return lie in self._lies and self._rng.random() < self._share

    async def connect(self) -> None:
        """Connect, or refuse to."""
        if self._lie("refuses"):
            raise AdapterError("liar", "no graphics card today")

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Begin, and remember the speech before."""
        self._old = self.speech_id
        await super().start_speech(speech_id, start_sample=start_sample, control=control)

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Take the sound, or raise, or take for ever; sometimes frames of the speech before come as well."""
        if self._lie("raises"):
            raise ConnectionResetError("the graphics card fell out")
        if self._lie("hangs"):
            await asyncio.get_running_loop().create_future()
        await super().send_audio(pcm, start_sample)
        if self._lie("stale_frames"):
            self.frames.put_now(FaceFrame(speech_id=self._old or "nobody", sample=0, weights=bytes(208)))

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """Frames, until it lies."""
        async for frame in self.frames:
            yield frame
            if self._lie("frames_end"):
                return
            if self._lie("frames_raise"):
                raise AdapterError("liar", "the frames caught fire")

    async def close(self) -> None:
        """Close, or never finish closing."""
        await super().close()
        if self._lie("close_hangs"):
            await asyncio.get_running_loop().create_future()

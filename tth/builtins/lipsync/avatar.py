"""Lips from the sound alone, a mood on top, at thirty frames a second."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tth.adapters.shared import Lease, Shared
from tth.builtins.framing import FrameOutlet
from tth.builtins.lipsync.heard import PIECE_BYTES, HeardSpeech
from tth.builtins.lipsync.options import LipsyncOptions
from tth.core.controls import EmotionLabel, TurnControl
from tth.core.media import AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream
from tth.face.lipsync.hearing import RATE_HZ
from tth.face.lipsync.model import Model
from tth.face.moods import MoodTrack


async def lease_model(shared: Shared) -> Lease[Model]:
    """The shipped model, which all sessions share."""

    async def load() -> Model:
        return await asyncio.to_thread(Model.load)

    return await shared.lease(("lipsync", "model"), load)


class LipsyncAvatar:
    """Reads lips from what is said, in any voice and language; marks of phonemes are of no use to it.

    Args:
        options: The profile's.
        shared: Holds the network's weights.
    """

    audio_format = AudioFormat(RATE_HZ)
    packet_ms = 20
    wants_marks = True

    def __init__(self, options: LipsyncOptions | None, shared: Shared) -> None:
        self._options = options or LipsyncOptions()
        self._shared = shared
        self._outlet = FrameOutlet()
        self._lease: Lease[Model] | None = None
        self._speech: HeardSpeech | None = None

    @classmethod
    async def warm_up(cls, options: LipsyncOptions | None, shared: Shared) -> Lease[Model]:
        """Load the weights when the server starts."""
        return await lease_model(shared)

    async def connect(self) -> None:
        """Take hold of the weights. A second call does nothing."""
        if self._lease is None:
            self._lease = await lease_model(self._shared)

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Begin a speech: a voice that was not heard before, and the mood of ``control``."""
        if self._lease is not None:
            mood = MoodTrack(control.label, control.intensity, control.expressivity)
            self._speech = HeardSpeech(self._lease.value, mood, speech_id, start_sample, live=self._options.live)

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Make the frames whose surroundings are known now; others run in between."""
        speech = self._speech
        if speech is None:
            return
        for frames in speech.feed(pcm):
            for frame in frames:
                await self._outlet.put(frame)
            if len(pcm) > PIECE_BYTES:
                await asyncio.sleep(0)
            if speech is not self._speech:
                return

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Take moods."""
        for mark in marks:
            if self._speech is not None and isinstance(mark, EmotionMark):
                self._speech.mood.change(mark.start, EmotionLabel(mark.label), mark.intensity)

    async def end_speech(self) -> None:
        """Make the frames that are left, and some in which the mouth comes to rest."""
        speech, self._speech = self._speech, None
        if speech is not None:
            for frame in speech.end():
                await self._outlet.put(frame)

    async def interrupt(self) -> None:
        """Forget the speech and the frames that nobody has read."""
        self._speech = None
        self._outlet.clear()

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """Frames, as they are made."""
        async for frame in self._outlet:
            yield frame

    async def close(self) -> None:
        """End the frames and let go of the weights."""
        self._outlet.close()
        self._speech = None
        lease, self._lease = self._lease, None
        if lease is not None:
            await lease.close()

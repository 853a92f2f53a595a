"""A jaw that follows loudness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tth.adapters.shared import Shared
from tth.audio.loudness import loudness
from tth.builtins.framing import FRAME_UNITS, FrameOutlet, Framing
from tth.core.controls import TurnControl
from tth.core.media import AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream
from tth.face.blendshapes import INDEX, NAMES, to_bytes

WIDEST = 0.6
"""``jawOpen`` at full loudness."""


class StubAvatar:
    """One frame for each thirtieth of a second of sound, made when its sound is there.

    A frame's jaw is the loudness of the sound that begins at it, so the same speech gives the same frames however it is
    cut. After the end comes one frame with the mouth shut.
    """

    audio_format = AudioFormat(24_000)
    packet_ms = 20
    wants_marks = False

    def __init__(self, options: object, shared: Shared) -> None:
        self._outlet = FrameOutlet()
        self._framing = Framing()
        self._speech_id = ""

    async def connect(self) -> None:
        """Nothing to acquire."""

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Begin a speech."""
        self._speech_id = speech_id
        self._framing = Framing(start_sample)

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Make the frames whose sound is complete."""
        for sample, window in self._framing.feed(pcm):
            await self._outlet.put(self._frame(sample, loudness(window)))

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Of no use here."""

    async def end_speech(self) -> None:
        """Make the frame of what is left, and one with the mouth shut."""
        sample = self._framing.next_sample
        for sample, window in self._framing.flush():
            await self._outlet.put(self._frame(sample, loudness(window)))
            sample += FRAME_UNITS
        await self._outlet.put(self._frame(sample, 0.0, tail=True))

    def _frame(self, sample: int, level: float, *, tail: bool = False) -> FaceFrame:
        pose = np.zeros(len(NAMES), np.float32)
        pose[INDEX["jawOpen"]] = WIDEST * level
        return FaceFrame(speech_id=self._speech_id, sample=sample, weights=to_bytes(pose), tail=tail)

    async def interrupt(self) -> None:
        """Forget the speech and the frames that nobody has read."""
        self._outlet.clear()
        self._framing = Framing()

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """Frames, as they are made."""
        async for frame in self._outlet:
            yield frame

    async def close(self) -> None:
        """End the frames."""
        self._outlet.close()

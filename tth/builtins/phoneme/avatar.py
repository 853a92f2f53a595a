"""Lips by phoneme times, a mood on top, at thirty frames a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from tth.adapters.shared import Shared
from tth.audio.loudness import loudness
from tth.builtins.framing import FRAME_UNITS, FrameOutlet, Framing
from tth.builtins.phoneme.options import PhonemeOptions
from tth.core.controls import EmotionLabel, TurnControl
from tth.core.media import AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream
from tth.face.blendshapes import to_bytes
from tth.face.emotions import blend
from tth.face.moods import MoodTrack
from tth.face.mouth import MS, MouthTrack
from tth.face.visemes import SHAPES

AHEAD_UNITS = 130 * MS
"""A frame is made once the sound is there so far beyond it: then its neighbours in speech are known."""

TAIL_FRAMES = 6
"""Frames after the last sound, in which the mouth comes to rest."""

_PLAIN = TurnControl()


class PhonemeAvatar:
    """Makes each frame from the phonemes around it; from loudness where the voice gives none.

    Loudness also scales how far the mouth opens, but not how it closes.
    """

    audio_format = AudioFormat(24_000)
    packet_ms = 20
    wants_marks = True

    def __init__(self, options: PhonemeOptions | None, shared: Shared) -> None:
        self._options = options or PhonemeOptions()
        self._lead = int(self._options.lead_ms * MS)
        self._outlet = FrameOutlet()
        self._begin("", 0, _PLAIN)

    def _begin(self, speech_id: str, start_sample: int, control: TurnControl) -> None:
        self._speech_id = speech_id
        self._framing = Framing(start_sample)
        self._track = MouthTrack()
        self._mood = MoodTrack(control.label, control.intensity, control.expressivity)
        self._waiting: deque[tuple[int, float]] = deque()
        self._jaw = 0.0

    async def connect(self) -> None:
        """Nothing to acquire."""

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Begin a speech with a fresh mouth and the mood of ``control``."""
        self._begin(speech_id, start_sample, control)

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Make the frames whose surroundings are known now."""
        for sample, window in self._framing.feed(pcm):
            self._waiting.append((sample, loudness(window)))
        await self._make(self._framing.next_sample - AHEAD_UNITS)

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Take phonemes and moods; words are of no use here."""
        for mark in marks:
            if isinstance(mark, EmotionMark):
                self._mood.change(mark.start, EmotionLabel(mark.label), mark.intensity)
            elif mark.kind == "phoneme":
                self._track.add(mark)

    async def end_speech(self) -> None:
        """Make the frames that are left, and some in which the mouth comes to rest."""
        for sample, window in self._framing.flush():
            self._waiting.append((sample, loudness(window)))
        await self._make(self._framing.next_sample)
        for number in range(TAIL_FRAMES):
            self._waiting.append((self._framing.next_sample + number * FRAME_UNITS, 0.0))
        await self._make(self._framing.next_sample + TAIL_FRAMES * FRAME_UNITS, tail=True)

    async def _make(self, until: int, *, tail: bool = False) -> None:
        while self._waiting and self._waiting[0][0] < until:
            sample, level = self._waiting.popleft()
            pose = self._pose(sample, level)
            await self._outlet.put(FaceFrame(speech_id=self._speech_id, sample=sample, weights=pose, tail=tail))
        self._track.forget(until)

    def _pose(self, sample: int, level: float) -> bytes:
        feeling = self._mood.at(sample)
        if len(self._track):
            opening = self._options.opening * (0.6 + 0.55 * level)
            mouth, speaking, closure = self._track.at(sample + self._lead, opening)
        else:
            self._jaw += (level - self._jaw) * (0.7 if level > self._jaw else 0.4)
            mouth = np.float32(self._jaw * self._options.opening) * SHAPES["aa"]
            speaking, closure = min(1.0, 2.0 * self._jaw), 0.0
        return to_bytes(blend(mouth, feeling, speaking, closure))

    async def interrupt(self) -> None:
        """Forget the speech and the frames that nobody has read."""
        self._outlet.clear()
        self._begin("", 0, _PLAIN)

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """Frames, as they are made."""
        async for frame in self._outlet:
            yield frame

    async def close(self) -> None:
        """End the frames."""
        self._outlet.close()

"""Lips by phoneme times, a mood on top, at thirty frames a second."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from tth.adapters.shared import Lease, Shared
from tth.audio.loudness import loudness
from tth.audio.resample import StreamResampler
from tth.builtins.framing import FRAME_UNITS, FrameOutlet, Framing
from tth.builtins.lipsync.avatar import lease_model
from tth.builtins.lipsync.heard import PIECE_BYTES, TAIL_FRAMES, HeardSpeech
from tth.builtins.phoneme.options import PhonemeOptions
from tth.core.controls import EmotionLabel, TurnControl
from tth.core.media import MEDIA_RATE_HZ, AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream
from tth.face.blendshapes import to_bytes
from tth.face.emotions import blend
from tth.face.lipsync.hearing import RATE_HZ
from tth.face.lipsync.model import Model
from tth.face.moods import MoodTrack
from tth.face.mouth import MS, MouthTrack

AHEAD_UNITS = 150 * MS
"""A frame is made once the sound is there so far beyond it: then its neighbours in speech are known."""

_PLAIN = TurnControl()


class PhonemeAvatar:
    """Makes each frame from the phonemes around it; from the sound itself where the voice gives none.

    Loudness scales how far the mouth opens, but not how it closes.
    """

    audio_format = AudioFormat(MEDIA_RATE_HZ)
    packet_ms = 20
    wants_marks = True

    def __init__(self, options: PhonemeOptions | None, shared: Shared) -> None:
        self._options = options or PhonemeOptions()
        self._lead = int(self._options.lead_ms * MS)
        self._shared = shared
        self._outlet = FrameOutlet()
        self._lease: Lease[Model] | None = None
        self._begin("", 0, _PLAIN)

    def _begin(self, speech_id: str, start_sample: int, control: TurnControl) -> None:
        self._speech_id = speech_id
        self._start = start_sample
        self._framing = Framing(start_sample)
        self._track = MouthTrack()
        self._mood = MoodTrack(control.label, control.intensity, control.expressivity)
        self._waiting: deque[tuple[int, float]] = deque()
        self._early: list[bytes] | None = []
        """All sound so far, while it is not known whether phonemes come with it."""
        self._heard: HeardSpeech | None = None

    async def connect(self) -> None:
        """Nothing to acquire."""

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Begin a speech with a fresh mouth and the mood of ``control``."""
        self._begin(speech_id, start_sample, control)

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Make the frames whose surroundings are known now."""
        if self._heard is not None:
            await self._hear(self._heard, self._resampler.feed(pcm))
            return
        if self._early is not None:
            self._early.append(pcm)
        for sample, window in self._framing.feed(pcm):
            self._waiting.append((sample, loudness(window)))
        await self._make(self._framing.next_sample - AHEAD_UNITS)

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Take phonemes and moods; words are of no use here."""
        for mark in marks:
            if isinstance(mark, EmotionMark):
                # One mood, whoever shows it.
                self._mood.change(mark.start, EmotionLabel(mark.label), mark.intensity)
            elif mark.kind == "phoneme":
                self._track.add(mark)

    async def end_speech(self) -> None:
        """Make the frames that are left, and some in which the mouth comes to rest."""
        if self._heard is None:
            for sample, window in self._framing.flush():
                self._waiting.append((sample, loudness(window)))
            await self._make(self._framing.next_sample)
        if self._heard is not None:
            await self._hear(self._heard, self._resampler.flush())
            for frame in self._heard.end():
                await self._outlet.put(frame)
            self._heard = None
            return
        for number in range(TAIL_FRAMES):
            self._waiting.append((self._framing.next_sample + number * FRAME_UNITS, 0.0))
        await self._make(self._framing.next_sample + TAIL_FRAMES * FRAME_UNITS, tail=True)

    async def _make(self, until: int, *, tail: bool = False) -> None:
        if self._early is not None and self._waiting and self._waiting[0][0] < until:
            early, self._early = self._early, None
            if not len(self._track):
                await self._listen(b"".join(early))
                return
        while self._waiting and self._waiting[0][0] < until:
            sample, level = self._waiting.popleft()
            pose = self._pose(sample, level)
            await self._outlet.put(FaceFrame(speech_id=self._speech_id, sample=sample, weights=pose, tail=tail))
        self._track.forget(until)

    def _pose(self, sample: int, level: float) -> bytes:
        opening = self._options.opening * (0.6 + 0.55 * level)
        mouth, speaking, closure = self._track.at(sample + self._lead, opening)
        return to_bytes(blend(mouth, self._mood.at(sample), speaking, closure))

    async def _listen(self, pcm: bytes) -> None:
        """The voice gives no phonemes: read the lips from its sound, all of this speech."""
        if self._lease is None:
            self._lease = await lease_model(self._shared)
        self._waiting.clear()
        self._resampler = StreamResampler(MEDIA_RATE_HZ, RATE_HZ)
        self._heard = HeardSpeech(self._lease.value, self._mood, self._speech_id, self._start, live=False)
        await self._hear(self._heard, self._resampler.feed(pcm))

    async def _hear(self, speech: HeardSpeech, pcm: bytes) -> None:
        for frames in speech.feed(pcm):
            for frame in frames:
                await self._outlet.put(frame)
            if len(pcm) > PIECE_BYTES:
                await asyncio.sleep(0)
            if speech is not self._heard:
                return

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
        lease, self._lease = self._lease, None
        if lease is not None:
            await lease.close()

"""The frames of one speech, from its sound and its mood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tth.core.media import MEDIA_RATE_HZ, FaceFrame
from tth.face.blendshapes import to_bytes
from tth.face.emotions import blend
from tth.face.lipsync.hearing import RATE_HZ
from tth.face.lipsync.model import Model
from tth.face.lipsync.reader import LipReader, MouthFrame
from tth.face.moods import MoodTrack

TAIL_FRAMES = 6
"""Frames after the last sound, in which the mouth comes to rest."""

PIECE_BYTES = 2 * RATE_HZ // 10
"""Sound is read a tenth of a second at a time, about 0.3 ms of work, so that others need not wait."""


class HeardSpeech:
    """Lips by what is heard, a mood on top.

    Args:
        mood: What the face feels along the speech.
        live: Hear less far ahead.
    """

    def __init__(self, model: Model, mood: MoodTrack, speech_id: str, start_sample: int, *, live: bool) -> None:
        self.mood = mood
        self._id = speech_id
        self._reader = LipReader(model, live=live, start_sample=start_sample)
        self._start = start_sample
        self._samples = 0

    def feed(self, pcm: bytes) -> Iterator[list[FaceFrame]]:
        """Take whole samples of mono PCM16 at 16 kHz; gives the frames of each piece."""
        self._samples += len(pcm) >> 1
        for at in range(0, len(pcm), PIECE_BYTES):
            yield self._frames(self._reader.feed(pcm[at : at + PIECE_BYTES]))

    def end(self) -> list[FaceFrame]:
        """The frames that are left, and some in which the mouth comes to rest."""
        return self._frames(self._reader.flush(TAIL_FRAMES))

    def _frames(self, mouths: Sequence[MouthFrame]) -> list[FaceFrame]:
        end = self._start + self._samples * MEDIA_RATE_HZ // RATE_HZ
        return [
            FaceFrame(
                speech_id=self._id,
                sample=mouth.sample,
                weights=to_bytes(blend(mouth.weights, self.mood.at(mouth.sample), mouth.speaking, mouth.closure)),
                tail=mouth.sample >= end,
            )
            for mouth in mouths
        ]

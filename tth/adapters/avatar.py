"""Faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tth.core.controls import TurnControl
from tth.core.media import AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream


class AvatarAdapter(Protocol):
    """Turns speech into poses or pictures.

    The avatar stage feeds it: whole packets in order, one speech at a time, nothing of an interrupted speech. An
    adapter class is called with its validated options and a ``Shared``.

    The stage also judges it: one that does not accept what it is sent within 250 ms, whose frames fall 250 ms behind
    what is heard, or that makes fewer than ten a second, gives way to the next of the profile, and is tried again. An
    adapter whose pictures go another way than through the session says so with an attribute ``elsewhere = True``; its
    frames are not judged.

    Attributes:
        audio_format: What it wants to be fed; the stage converts.
        packet_ms: Length of one packet; ``send_audio`` gets one or more whole ones, the last of a speech may be short.
        wants_marks: Whether ``send_marks`` is of use to it.
    """

    audio_format: AudioFormat
    packet_ms: int
    wants_marks: bool

    async def connect(self) -> None:
        """Acquire what it needs.

        Raises:
            AdapterError: It cannot work now.
        """

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Begin a speech, at media unit ``start_sample`` where another avatar gave up in the middle of it."""

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Take whole packets of PCM16 mono in ``audio_format``; ``start_sample`` is the media unit of the first."""

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Take marks, in media units of the response."""

    async def end_speech(self) -> None:
        """Nothing more comes of this speech: make the rest of its frames, then let the mouth rest."""

    async def interrupt(self) -> None:
        """Forget the speech; make no more frames of it."""

    def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """Frames of all speeches, as they are made; each due at its ``sample``. Idle frames have no ``speech_id``.

        Raises:
            AdapterError: The avatar failed; the next rung takes over.
        """

    async def close(self) -> None:
        """Release everything. Idempotent, safe at any moment; ends ``stream_frames``."""

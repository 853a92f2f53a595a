"""Sound, marks and frames as values.

The media clock counts 24 kHz samples from the first sample of a response. Positions of speech at
other rates are counted in the same units; the PCM keeps its own rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

MEDIA_RATE_HZ = 24_000
"""Units a second on the media clock."""

WEIGHT_BYTES = 52 * 4
"""Size of one face frame: 52 little-endian float32 weights."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """PCM, signed 16-bit little-endian, mono, at ``rate_hz`` samples a second."""

    rate_hz: int = MEDIA_RATE_HZ

    def units(self, samples: int) -> int:
        """Media-clock units that ``samples`` of this format last, rounded down."""
        return samples * MEDIA_RATE_HZ // self.rate_hz


class AudioChunk(msgspec.Struct, frozen=True, gc=False):
    """A piece of speech.

    Attributes:
        data: PCM16 little-endian, frames interleaved. May end in the middle of a sample: the next chunk goes on there.
        sample_rate: Hz, 8000 to 48000.
        channels: 1 or 2; two are mixed down.
    """

    data: bytes
    sample_rate: int = MEDIA_RATE_HZ
    channels: int = 1


class SpeechMark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """When a phoneme or a word sounds, and which text it is.

    Attributes:
        kind: ``phoneme`` or ``word``.
        value: IPA symbol without stress marks (empty for silence), or the word as written.
        start: First media unit, from the start of the TTS call (in a stream of TTS), of the item
            (from a realtime voice) or of the response (on the bus).
        end: First unit after it.
        text_start: Index of its first character in the text that was to be spoken (or the item's text).
        text_end: Index after its last character. Equal to ``text_start`` where it has no text of its own.
    """

    kind: Literal["phoneme", "word"]
    value: str
    start: int
    end: int
    text_start: int = 0
    text_end: int = 0


class EmotionMark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From unit ``start`` of the response the avatar feels ``label`` at ``intensity`` (0 to 1)."""

    start: int
    label: str
    intensity: float


class FaceFrame(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One pose of the face.

    Attributes:
        speech_id: The speech it belongs to; empty for an idle pose.
        sample: Media unit at which it is due.
        weights: 208 bytes, the 52 ARKit weights in Apple's order as little-endian float32, each 0 to 1.
        tail: Whether it is due after the last sample of the speech, while the mouth comes to rest.
        tongue: 64 bytes, the 16 shapes of ``tth.face.blendshapes.TONGUE`` in the same form; empty where the avatar
            has none.
    """

    speech_id: str
    sample: int
    weights: bytes
    tail: bool = False
    tongue: bytes = b""


class VideoFrame(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One picture: an encoded image due at media unit ``sample`` of speech ``speech_id``."""

    speech_id: str
    sample: int
    data: bytes
    mime: str = "image/jpeg"

"""What a client sends for one clip: header, audio, end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tth.wire.a2f.messages_pb2 import (
    AudioHeader,
    AudioStream,
    AudioStreamHeader,
    AudioWithEmotion,
    BlendShapeParameters,
    EmotionParameters,
    EmotionPostProcessingParameters,
    EmotionWithTimeCode,
    FaceParameters,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionSettings:
    """How the service mixes emotions; ``None`` leaves a value as the service has it."""

    emotion_contrast: float | None = None
    live_blend_coef: float | None = None
    enable_preferred_emotion: bool | None = None
    preferred_emotion_strength: float | None = None
    emotion_strength: float | None = None
    max_emotions: int | None = None
    live_transition_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSettings:
    """What is the same for every clip; what is empty or ``None`` is not sent, and the service keeps its own.

    Attributes:
        rate_hz: Samples a second of the PCM16 mono that follows.
        face: The run-time face parameters, by their names.
        emotion: How emotions are mixed.
        multipliers: What each weight is multiplied by, by the service's names.
        offsets: What is added to each weight after that.
        clamp: Whether the service keeps weights within 0 and 1.
    """

    rate_hz: int
    face: Mapping[str, float] = field(default_factory=dict)
    emotion: EmotionSettings = EmotionSettings()
    multipliers: Mapping[str, float] = field(default_factory=dict)
    offsets: Mapping[str, float] = field(default_factory=dict)
    clamp: bool | None = None


@dataclass(frozen=True, slots=True)
class Feeling:
    """Emotions by name from ``time_code`` (seconds from the clip's start) on; a name that is missing is at 0."""

    time_code: float
    emotions: Mapping[str, float]


def header(settings: ClipSettings) -> bytes:
    """The first message of a clip."""
    message = AudioStreamHeader(
        audio_header=AudioHeader(channel_count=1, samples_per_second=settings.rate_hz, bits_per_sample=16)
    )
    if settings.face:
        message.face_params.CopyFrom(FaceParameters(float_params=settings.face))
    mixing, emotion = EmotionPostProcessingParameters(), settings.emotion
    for name in mixing.DESCRIPTOR.fields_by_name:
        value = getattr(emotion, name)
        if value is not None:
            setattr(mixing, name, value)
    if mixing.ByteSize():
        message.emotion_post_processing_params.CopyFrom(mixing)
    if emotion.live_transition_time is not None:
        message.emotion_params.CopyFrom(EmotionParameters(live_transition_time=emotion.live_transition_time))
    shapes = BlendShapeParameters(bs_weight_multipliers=settings.multipliers, bs_weight_offsets=settings.offsets)
    if settings.clamp is not None:
        shapes.enable_clamping_bs_weight = settings.clamp
    if shapes.ByteSize():
        message.blendshape_params.CopyFrom(shapes)
    return AudioStream(audio_stream_header=message).SerializeToString()


def audio(pcm: bytes, feelings: Sequence[Feeling] = ()) -> bytes:
    """A piece of sound, at most 10 s of it, with the emotions that begin in it."""
    entries = [EmotionWithTimeCode(time_code=each.time_code, emotion=each.emotions) for each in feelings]
    message = AudioWithEmotion(audio_buffer=pcm, emotions=entries)
    return AudioStream(audio_with_emotion=message).SerializeToString()


END = AudioStream(end_of_audio=AudioStream.EndOfAudio()).SerializeToString()
"""The last message of a clip; the half-close follows."""

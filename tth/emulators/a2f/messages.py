"""The service's messages, built and serialised."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from google.protobuf.any_pb2 import Any

from tth.emulators.a2f.clip import Frame
from tth.wire.a2f.messages_pb2 import (
    AnimationData,
    AnimationDataStream,
    AnimationDataStreamHeader,
    AudioHeader,
    EmotionAggregate,
    Event,
    SkelAnimationHeader,
    Status,
)
from tth.wire.a2f.methods import EMOTION_AGGREGATE, EMOTIONS

_TYPE_URL = f"type.googleapis.com/{EMOTION_AGGREGATE}"


def header_message(audio: AudioHeader, names: Sequence[str]) -> bytes:
    """The header: the sound's own, the blendshapes, and the time."""
    header = AnimationDataStreamHeader(
        audio_header=audio,
        skel_animation_header=SkelAnimationHeader(blend_shapes=names),
        start_time_code_since_epoch=time.time(),
    )
    return AnimationDataStream(animation_data_stream_header=header).SerializeToString()


def frames_message(frames: Sequence[Frame]) -> bytes:
    """One message with at least one frame, their sound and what they feel."""
    message = AnimationDataStream()
    data: AnimationData = message.animation_data
    aggregate = EmotionAggregate()
    for frame in frames:
        weights = data.skel_animation.blend_shape_weights.add()
        weights.time_code = frame.time_code
        weights.values.extend(frame.values.tolist())
        _add(aggregate.input_emotions, frame.time_code, frame.sent)
        _add(aggregate.a2f_smoothed_output, frame.time_code, dict(zip(EMOTIONS, frame.shown.tolist(), strict=True)))
    data.audio.time_code = frames[0].time_code
    data.audio.audio_buffer = frames[0].audio if len(frames) == 1 else b"".join(frame.audio for frame in frames)
    # ``a2e_output`` stays empty: NVIDIA's client of 2026 stops with a KeyError where it is filled.
    data.metadata["emotion_aggregate"].CopyFrom(Any(type_url=_TYPE_URL, value=aggregate.SerializeToString()))
    return message.SerializeToString()


def _add(emotions: object, time_code: float, values: Mapping[str, float]) -> None:
    added = emotions.add()  # type: ignore[attr-defined]  # a repeated field; the stubs do not name its class
    added.time_code = time_code
    added.emotion.update(values)


def processed_message() -> bytes:
    """The event that all sound was worked on."""
    event = Event(event_type=Event.END_OF_A2F_AUDIO_PROCESSING)
    return AnimationDataStream(event=event).SerializeToString()


def status_message(code: Status.Code, text: str) -> bytes:
    """How the clip has ended."""
    return AnimationDataStream(status=Status(code=code, message=text)).SerializeToString()

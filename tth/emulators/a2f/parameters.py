"""A clip's header as it came in: checked against the service's ranges, and what it asks of the face.

Source of the ranges: NVIDIA's documentation of Audio2Face-3D's run-time parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from tth.errors import ProtocolError
from tth.wire.a2f.messages_pb2 import AudioHeader, AudioStreamHeader
from tth.wire.a2f.methods import EMOTIONS, MAX_RATE_HZ, MIN_RATE_HZ

FACE_RANGES: Mapping[str, tuple[float, float]] = {
    "upperFaceStrength": (0.0, 2.0),
    "upperFaceSmoothing": (0.0, 0.1),
    "lowerFaceStrength": (0.0, 2.0),
    "lowerFaceSmoothing": (0.0, 0.1),
    "faceMaskLevel": (0.0, 1.0),
    "faceMaskSoftness": (0.001, 0.5),
    "skinStrength": (0.0, 2.0),
    "eyelidOpenOffset": (-1.0, 1.0),
    "lipOpenOffset": (-0.2, 0.2),
}
"""Of ``face_params``; another key is taken with any number."""

EMOTION_RANGES: Mapping[str, tuple[float, float]] = {
    "emotion_contrast": (0.3, 3.0),
    "live_blend_coef": (0.0, 1.0),
    "preferred_emotion_strength": (0.0, 1.0),
    "emotion_strength": (0.0, 1.0),
    "max_emotions": (1, 6),
}
"""Of ``emotion_post_processing_params``."""

ANY = (-math.inf, math.inf)

_ROUNDING = 1e-6
"""A bound such as 0.1 is a little more as the 32-bit number that travels."""


def check_audio(header: AudioHeader) -> None:
    """Refuse sound that the service does not take.

    Raises:
        ProtocolError: It is no mono PCM16, or its rate is out of range.
    """
    if header.audio_format != AudioHeader.AUDIO_FORMAT_PCM:
        raise refused(f"audio_format is {header.audio_format}; only AUDIO_FORMAT_PCM (0) is taken")
    if header.channel_count != 1:
        raise refused(f"channel_count is {header.channel_count}; only mono (1) is taken")
    if header.bits_per_sample != 16:
        raise refused(f"bits_per_sample is {header.bits_per_sample}; only 16 is taken")
    if not MIN_RATE_HZ <= header.samples_per_second <= MAX_RATE_HZ:
        raise refused(f"samples_per_second is {header.samples_per_second}; it must be {MIN_RATE_HZ} to {MAX_RATE_HZ}")


def check_header(header: AudioStreamHeader) -> None:
    """Refuse a header that the service does not take.

    Raises:
        ProtocolError: The sound's format or a parameter is out of range; names it.
    """
    check_audio(header.audio_header)
    for name, value, (low, high) in _ranged(header):
        check_number(name, value, low, high)
    if header.emotion_params.HasField("live_transition_time") and header.emotion_params.live_transition_time <= 0:
        time = header.emotion_params.live_transition_time
        raise refused(f"emotion_params.live_transition_time is {time:g}; it must be above 0")


def check_number(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number out of its range, or that is none.

    Raises:
        ProtocolError: It is.
    """
    if math.isfinite(value) and low - _ROUNDING <= value <= high + _ROUNDING:
        return
    must = "be a number" if math.isinf(high) else f"be {low:g} to {high:g}"
    raise refused(f"{name} is {value:g}; it must {must}")


def refused(problem: str) -> ProtocolError:
    """What a client did that the service does not take."""
    return ProtocolError("INVALID_ARGUMENT", problem)


def given_parameters(header: AudioStreamHeader) -> dict[str, float]:
    """What the header says about the face, by name; multipliers of 1, offsets and emotions of 0 say nothing."""
    nothing = {"bs_weight_multipliers": 1.0, "bs_weight_offsets": 0.0, "beginning_emotion": 0.0}
    given = {
        name: round(value, 4)
        for name, value, _ in _ranged(header)
        if value != nothing.get(name.partition("[")[0].rpartition(".")[2])
    }
    for group, switch in (
        (header.emotion_post_processing_params, "enable_preferred_emotion"),
        (header.blendshape_params, "enable_clamping_bs_weight"),
    ):
        if group.HasField(switch):
            given[switch] = getattr(group, switch)
    return {name.rpartition(".")[2].rpartition("[")[2].rstrip("]"): value for name, value in given.items()}


def _ranged(header: AudioStreamHeader) -> Iterator[tuple[str, float, tuple[float, float]]]:
    """Every number of the header with its place and range."""
    for name, value in header.face_params.float_params.items():
        yield f"face_params.float_params[{name}]", value, FACE_RANGES.get(name, ANY)
    shapes = header.blendshape_params
    for group in ("bs_weight_multipliers", "bs_weight_offsets"):
        for name, value in getattr(shapes, group).items():
            yield f"blendshape_params.{group}[{name}]", value, ANY
    shown = header.emotion_post_processing_params
    for name, bounds in EMOTION_RANGES.items():
        if shown.HasField(name):
            yield f"emotion_post_processing_params.{name}", getattr(shown, name), bounds
    feeling = header.emotion_params
    if feeling.HasField("live_transition_time"):
        yield "emotion_params.live_transition_time", feeling.live_transition_time, ANY
    for name, value in feeling.beginning_emotion.items():
        yield f"emotion_params.beginning_emotion[{name}]", value, _emotion_range(name)


def _emotion_range(name: str) -> tuple[float, float]:
    return (0.0, 1.0) if name in EMOTIONS else ANY

"""What a header and emotions ask of the face shows in the frames, or is refused with its name."""

from __future__ import annotations

import grpc
import numpy as np
import pytest

from tests.emulators.a2f.client import ah, ask, clip, header
from tth.emulators.a2f.feelings import look
from tth.emulators.a2f.parameters import given_parameters
from tth.testing.emulated_a2f import emulated_a2f
from tth.wire.a2f.messages_pb2 import Status
from tth.wire.a2f.methods import EMOTION_AGGREGATE, EMOTIONS

PCM = ah(16_000)
SURE = {"enable_preferred_emotion": True, "preferred_emotion_strength": 1, "emotion_strength": 1}
AT_ONCE = {"emotion_params": {"live_transition_time": 0.0001}, "emotion_post_processing_params": SURE}


async def face(*emotions, pcm=PCM, **parameters):
    async with emulated_a2f() as (target, _):
        answer = await ask(target, clip(pcm, 16_000, *emotions, **parameters))
    assert answer.code is grpc.StatusCode.OK
    return answer


async def test_multipliers_and_offsets_make_value_times_multiplier_plus_offset():
    plain = await face()
    shapes = {"bs_weight_multipliers": {"JawOpen": 2.5}, "bs_weight_offsets": {"JawOpen": -0.1, "CheekPuff": 0.3}}
    changed = await face(blendshape_params=shapes)
    assert changed.values("JawOpen") == pytest.approx([2.5 * value - 0.1 for value in plain.values("JawOpen")])
    assert changed.values("CheekPuff") == pytest.approx([0.3] * 30)
    assert changed.values("MouthFunnel") == plain.values("MouthFunnel")


async def test_values_are_clamped_only_where_it_is_asked_for():
    shapes = {"bs_weight_multipliers": {"JawOpen": 9.0}, "bs_weight_offsets": {"BrowInnerUp": -0.5}}
    free = await face(blendshape_params=shapes)
    clamped = await face(blendshape_params={**shapes, "enable_clamping_bs_weight": True})
    assert max(free.values("JawOpen")) > 3
    assert min(free.values("BrowInnerUp")) == -0.5
    assert max(clamped.values("JawOpen")) == 1
    assert min(clamped.values("BrowInnerUp")) == 0


@pytest.mark.parametrize(
    ("parameter", "value", "shape", "ratio"),
    [
        ("lowerFaceStrength", 1.5, "JawOpen", 1.5),
        ("lowerFaceStrength", 1.5, "BrowInnerUp", 1),
        ("upperFaceStrength", 0.5, "BrowInnerUp", 0.5),
        ("upperFaceStrength", 0.5, "JawOpen", 1),
        ("faceMaskLevel", 0.1, "JawOpen", 1),
        ("anUnknownOne", 7, "JawOpen", 1),
    ],
)
async def test_strengths_scale_their_half_of_the_face(parameter, value, shape, ratio):
    surprised = {**AT_ONCE}
    plain = await face((0, {"amazement": 1.0}), **surprised)
    scaled = await face((0, {"amazement": 1.0}), face_params={"float_params": {parameter: value}}, **surprised)
    assert scaled.values(shape)[20] == pytest.approx(ratio * plain.values(shape)[20])
    assert plain.values(shape)[20] > 0.1


@pytest.mark.parametrize(
    ("parameter", "value", "shape", "shift"),
    [
        ("eyelidOpenOffset", 0.3, "EyeWideLeft", 0.3),
        ("eyelidOpenOffset", -0.3, "EyeBlinkRight", 0.3),
        ("lipOpenOffset", 0.1, "MouthLowerDownLeft", 0.1),
        ("lipOpenOffset", -0.1, "MouthUpperUpRight", -0.1),
        ("blinkOffset", 0.2, "EyeBlinkLeft", 0.2),
    ],
)
async def test_offsets_shift_their_shapes(parameter, value, shape, shift):
    plain, shifted = await face(), await face(face_params={"float_params": {parameter: value}})
    assert np.subtract(shifted.values(shape), plain.values(shape)) == pytest.approx([shift] * 30)


SIGNS = {
    "amazement": "EyeWideLeft", "anger": "BrowDownLeft", "cheekiness": "MouthSmileLeft", "disgust": "NoseSneerLeft",
    "fear": "MouthStretchLeft", "grief": "MouthFrownLeft", "joy": "CheekSquintLeft", "outofbreath": "BrowOuterUpLeft",
    "pain": "NoseSneerLeft", "sadness": "BrowInnerUp",
}  # fmt: skip


@pytest.mark.parametrize("emotion", EMOTIONS)
async def test_each_emotion_shows(emotion):
    calm, moved = await face(pcm=bytes(32_000)), await face((0, {emotion: 1.0}), pcm=bytes(32_000), **AT_ONCE)
    assert moved.values(SIGNS[emotion])[-1] > calm.values(SIGNS[emotion])[-1] + 0.1


def test_no_two_emotions_look_the_same_and_the_gaze_is_left_alone():
    faces = [look(one) for one in np.eye(10, dtype=np.float32)]
    assert min(np.abs(a - b).max() for n, a in enumerate(faces) for b in faces[:n]) > 0.1
    assert all(not pose[1:5].any() and not pose[8:12].any() for pose in faces)


async def test_an_emotion_begins_at_its_time_and_takes_its_transition():
    parameters = {**AT_ONCE, "emotion_params": {"live_transition_time": 0.5}}
    answer = await face((0.2, {"anger": 1.0}), **parameters)
    anger = [each.a2f_smoothed_output[0].emotion["anger"] for each in answer.feelings]
    assert anger[:7] == [0] * 7
    assert anger[7:21] == pytest.approx([step / 15 for step in range(1, 15)])
    assert anger[21:] == pytest.approx([1] * 9)
    brows = answer.values("BrowDownLeft")
    assert (brows[6], brows[25]) == (0, pytest.approx(0.8))


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, 0.3),
        ({"preferred_emotion_strength": 1}, 0.6),
        ({"preferred_emotion_strength": 1, "emotion_strength": 0.5}, 0.5),
        ({"preferred_emotion_strength": 1, "emotion_strength": 0}, 0),
        ({"enable_preferred_emotion": False, "preferred_emotion_strength": 1}, 0),
    ],
)
async def test_how_much_of_an_emotion_shows_is_the_headers_to_say(settings, shown):
    parameters = {**AT_ONCE, "emotion_post_processing_params": settings}
    answer = await face((0, {"joy": 1.0}), **parameters)
    assert answer.feelings[-1].a2f_smoothed_output[0].emotion["joy"] == pytest.approx(shown)
    assert answer.feelings[-1].input_emotions[0].emotion["joy"] == 1


async def test_only_the_strongest_emotions_show():
    sent = {"joy": 0.9, "fear": 0.5, "anger": 0.7}
    settings = {**AT_ONCE, "emotion_post_processing_params": {**SURE, "max_emotions": 2}}
    shown = (await face((0, sent), **settings)).feelings[-1].a2f_smoothed_output[0].emotion
    assert {name: round(value, 3) for name, value in shown.items() if value} == {"joy": 0.9, "anger": 0.7}


async def test_a_clip_begins_with_the_emotion_of_its_header():
    parameters = {**AT_ONCE, "emotion_params": {"beginning_emotion": {"anger": 1.0}}}
    answer = await face((0.5, {}), **parameters)
    brows = answer.values("BrowDownLeft")
    assert brows[0] == pytest.approx(0.8)
    assert brows[29] < brows[20] < brows[14]


async def test_the_metadata_is_what_nvidias_client_reads():
    answer = await face((0, {"joy": 1.0}))
    metadata = answer.data[3].metadata
    assert list(metadata) == ["emotion_aggregate"]
    assert metadata["emotion_aggregate"].type_url == f"type.googleapis.com/{EMOTION_AGGREGATE}"
    aggregate = answer.feelings[3]
    assert (len(aggregate.input_emotions), len(aggregate.a2e_output), len(aggregate.a2f_smoothed_output)) == (1, 0, 1)
    assert aggregate.a2f_smoothed_output[0].time_code == answer.frames[3].time_code
    assert set(aggregate.a2f_smoothed_output[0].emotion) == set(EMOTIONS)


@pytest.mark.parametrize(
    ("emotions", "parameters", "told"),
    [
        ((), {"face_params": {"float_params": {"lowerFaceStrength": 2.1}}}, "float_params[lowerFaceStrength] is 2.1"),
        ((), {"face_params": {"float_params": {"lipOpenOffset": -0.3}}}, "it must be -0.2 to 0.2"),
        ((), {"face_params": {"float_params": {"anUnknownOne": float("nan")}}}, "[anUnknownOne] is nan"),
        ((), {"blendshape_params": {"bs_weight_multipliers": {"JawOpen": float("inf")}}}, "[JawOpen] is inf"),
        ((), {"blendshape_params": {"bs_weight_offsets": {"JawOpen": float("nan")}}}, "it must be a number"),
        ((), {"emotion_post_processing_params": {"emotion_contrast": 0.2}}, "emotion_contrast is 0.2"),
        ((), {"emotion_post_processing_params": {"live_blend_coef": 1.1}}, "live_blend_coef is 1.1"),
        ((), {"emotion_post_processing_params": {"preferred_emotion_strength": -1}}, "preferred_emotion_strength"),
        ((), {"emotion_post_processing_params": {"emotion_strength": 2}}, "emotion_strength is 2"),
        ((), {"emotion_post_processing_params": {"max_emotions": 7}}, "max_emotions is 7; it must be 1 to 6"),
        ((), {"emotion_params": {"live_transition_time": 0}}, "live_transition_time is 0; it must be above 0"),
        ((), {"emotion_params": {"beginning_emotion": {"joy": 1.5}}}, "beginning_emotion[joy] is 1.5"),
        (((0, {"joy": 1.5}),), {}, "emotions.emotion[joy] is 1.5; it must be 0 to 1"),
        (((-1, {"joy": 1}),), {}, "emotions.time_code is -1"),
        (((float("nan"), {"joy": 1}),), {}, "emotions.time_code is nan"),
    ],
)
async def test_what_is_out_of_range_is_refused_by_its_name(emotions, parameters, told):
    async with emulated_a2f() as (target, _):
        answer = await ask(target, clip(PCM, 16_000, *emotions, **parameters))
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.statuses[-1].code == Status.ERROR
    assert told in answer.details


async def test_the_bounds_themselves_are_in_range():
    lowest = {"lipOpenOffset": -0.2, "upperFaceSmoothing": 0.1, "faceMaskSoftness": 0.001, "lowerFaceStrength": 2}
    await face(
        face_params={"float_params": lowest},
        emotion_post_processing_params={"emotion_contrast": 0.3, "max_emotions": 6},
    )


def test_what_a_header_says_is_told_without_what_says_nothing():
    shapes = {"bs_weight_multipliers": {"JawOpen": 1, "JawLeft": 0.2}, "bs_weight_offsets": {"JawOpen": 0}}
    message = header(
        face_params={"float_params": {"lowerFaceStrength": 1.25}},
        blendshape_params=shapes,
        emotion_post_processing_params={"emotion_strength": 0.5, "enable_preferred_emotion": False},
        emotion_params={"beginning_emotion": {"joy": 0, "fear": 0.5}},
    ).audio_stream_header
    assert given_parameters(message) == {
        "lowerFaceStrength": 1.25,
        "JawLeft": 0.2,
        "emotion_strength": 0.5,
        "fear": 0.5,
        "enable_preferred_emotion": False,
    }

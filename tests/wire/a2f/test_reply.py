"""What a service answers to one clip, read."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.errors import ProtocolError
from tth.face.blendshapes import NAMES, TONGUE
from tth.wire.a2f.messages_pb2 import AnimationDataStream, Status
from tth.wire.a2f.names import lowered, raised
from tth.wire.a2f.reply import Pose, Replies


def header(names) -> bytes:
    message = AnimationDataStream()
    message.animation_data_stream_header.skel_animation_header.blend_shapes.extend(names)
    return message.SerializeToString()


def poses(*given) -> bytes:
    message = AnimationDataStream()
    message.animation_data.SetInParent()
    for time_code, values in given:
        message.animation_data.skel_animation.blend_shape_weights.add(time_code=time_code, values=values)
    return message.SerializeToString()


def reading(names) -> Replies:
    replies = Replies(NAMES, TONGUE)
    replies.read(header(names))
    return replies


def weights(pose: Pose) -> dict[str, float]:
    return dict(zip(NAMES, struct.unpack("<52f", pose.weights), strict=True))


@given(st.permutations([*map(raised, NAMES), *map(raised, TONGUE), "HeadRoll_deprecated", "Ears"]), st.data())
def test_shapes_are_found_by_their_names_in_any_order_and_the_rest_is_left_out(names, data):
    values = data.draw(st.lists(st.floats(-1, 2, width=32), min_size=len(names), max_size=len(names)))
    (pose,) = reading(names).read(poses((0.5, values)))
    given_by_name = {lowered(name): min(1.0, max(0.0, value)) for name, value in zip(names, values, strict=True)}
    assert weights(pose) == {name: given_by_name[name] for name in NAMES}
    assert struct.unpack("<16f", pose.extras) == tuple(given_by_name[name] for name in TONGUE)
    assert pose.time_code == 0.5


def test_shapes_that_the_service_does_not_name_are_at_rest():
    (pose,) = reading(["JawOpen", "TongueUp"]).read(poses((0.0, [0.5, 0.75])))
    assert {name: value for name, value in weights(pose).items() if value} == {"jawOpen": 0.5}
    assert struct.unpack("<16f", pose.extras)[TONGUE.index("tongueUp")] == 0.75


def test_a_service_without_a_tongue_gives_none():
    (pose,) = reading(map(raised, NAMES)).read(poses((0.0, [0.5] * 52)))
    assert pose.extras == b""


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_a_message_may_hold_any_number_of_poses(count):
    found = reading(["JawOpen"]).read(poses(*((n / 30, [0.5]) for n in range(count))))
    assert [pose.time_code for pose in found] == [n / 30 for n in range(count)]


@given(st.lists(st.floats(-1, 10)))
def test_time_codes_that_do_not_rise_are_dropped_and_counted(time_codes):
    replies = reading(["JawOpen"])
    found = [pose.time_code for code in time_codes for pose in replies.read(poses((code, [0.5])))]
    assert found == sorted(set(found))
    assert all(code >= 0 for code in found)
    assert len(found) + replies.dropped == len(time_codes)


@pytest.mark.parametrize(
    ("names", "given", "code"),
    [
        (None, (0.0, [0.5]), "no_header"),
        (["JawOpen"], (0.0, []), "wrong_count"),
        (["JawOpen"], (0.0, [0.5, 0.5]), "wrong_count"),
        (["JawOpen"], (float("inf"), [0.5]), "wrong_time"),
        (["JawOpen"], (0.0, [float("nan")]), "not_finite"),
        (["JawOpen"], (0.0, [float("-inf")]), "not_finite"),
    ],
)
def test_poses_that_are_not_what_the_header_said_are_refused(names, given, code):
    replies = Replies(NAMES) if names is None else reading(names)
    with pytest.raises(ProtocolError) as caught:
        replies.read(poses(given))
    assert caught.value.code == code


@pytest.mark.parametrize("names", [[], ["Ear", "Nose"], ["jaw_open"]])
def test_names_of_which_none_is_wanted_are_refused(names):
    with pytest.raises(ProtocolError, match="none of the wanted shapes"):
        reading(names)


def test_the_latest_status_is_the_verdict():
    replies = reading(["JawOpen"])
    assert replies.verdict is None
    for code in (Status.INFO, Status.ERROR, Status.SUCCESS):
        replies.read(AnimationDataStream(status=Status(code=code, message="so")).SerializeToString())
        assert replies.verdict.message == "so"
        assert replies.refused == (code == Status.ERROR)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(message):
    replies = reading(["JawOpen"])
    try:
        found = replies.read(message)
    except ProtocolError:
        return
    assert all(len(pose.weights) == 208 for pose in found)


def test_shapes_that_the_header_lacks_are_known_by_name():
    assert reading(NAMES).missing == []
    assert reading([name for name in NAMES if name not in ("jawOpen", "noseSneerLeft")]).missing == [
        "jawOpen",
        "noseSneerLeft",
    ]


def test_poses_after_the_status_are_counted():
    replies = reading(["JawOpen"])
    replies.read(poses((0.1, [1])))
    replies.read(AnimationDataStream(status=Status(code=Status.SUCCESS)).SerializeToString())
    assert replies.after_verdict == 0
    replies.read(poses((0.2, [1]), (0.3, [1])))
    assert replies.after_verdict == 2

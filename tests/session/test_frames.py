"""What an avatar gives is looked at before anybody sees it."""

from __future__ import annotations

import struct

import pytest

from tests.session.scene import scene, settle
from tth.core.events import DegradedEvent, FaceFrameEvent
from tth.core.media import FaceFrame, VideoFrame
from tth.errors import MediaError
from tth.session.frames import check_frame
from tth.testing.clock import run


def pose(*weights):
    return FaceFrame(speech_id="", sample=0, weights=struct.pack(f"<{len(weights)}f", *weights))


@pytest.mark.parametrize(
    "frame", [pose(*[0.0] * 52), pose(*[1.00001] * 52), VideoFrame(speech_id="", sample=0, data=b"")]
)
def test_a_pose_of_52_weights_and_a_picture_pass(frame):
    check_frame(frame)


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (pose(*[0.0] * 51), "204 bytes"),
        (pose(*[7.5] * 52), "to 7.5"),
        (pose(-1.0, *[0.0] * 51), "from -1"),
        (pose(float("nan"), *[0.0] * 51), "nan"),
        (pose(*[0.0] * 51, float("nan")), "weights from"),
        (pose(*[0.0] * 51, float("inf")), "inf"),
        ("a string", "gave str"),
    ],
)
def test_what_is_neither_is_refused_with_its_reason(frame, told):
    with pytest.raises(MediaError, match=told):
        check_frame(frame)


def test_an_avatar_that_gives_it_gives_way_to_the_next():
    async def main():
        async with scene(rungs=2) as s:
            s.avatar.frames.put_now(pose(*[7.5] * 52))
            await settle()
            assert s.seen(FaceFrameEvent) == []
            assert [avatar.closed for avatar in s.avatars] == [True, False]

    run(main())


def test_the_hand_over_says_what_was_wrong():
    async def main():
        async with scene(rungs=2) as s:
            s.avatar.frames.put_now(pose(*[0.0] * 51))
            await settle()
            (told,) = s.seen(DegradedEvent)
            assert "give 52 float32" in told.reason

    run(main())

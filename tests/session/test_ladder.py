"""Down the ladder at once, up again at a pause; the sound never waits."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

import pytest

from tests.session.ladder_scene import FRAME, now, show
from tests.session.scene import settle
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    RecoveredEvent,
    TurnCompleteEvent,
    TurnStartedEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.testing.clock import run


@pytest.mark.parametrize("at_s", [0.0, 0.05, 0.4, 1.3])
def test_when_a_face_is_lost_the_next_one_moves_within_150_ms_from_where_it_left_off_and_without_a_jump(at_s):
    async def main():
        async with show() as s:
            turn = await s.speak(4)
            await asyncio.sleep(at_s)
            s.high.fall()
            fell = now()
            await turn.wait()
            (told,) = s.seen(DegradedEvent)
            assert (told.was, told.now, told.reason) == ("high", "low", "the connection is lost")
            frames = s.shown()
            samples = [sample for _, sample, _ in frames]
            assert samples == [n * FRAME for n in range(120)]
            lower = [(time, value) for time, _, value in frames if value < 0.79]
            assert lower[0][0] - fell <= 0.15
            values = [value for *_, value in frames]
            assert max(abs(b - a) for a, b in pairwise(values)) < 0.25
            assert values[-1] == pytest.approx(0.2)

    run(main())


def test_when_frames_stall_the_next_face_moves_400_ms_after_the_last_one_was_due():
    async def main():
        async with show() as s:
            turn = await s.speak(4)
            began = now()
            await asyncio.sleep(0.2)
            s.high.frames = False
            last = s.shown()[-1][1] / MEDIA_RATE_HZ
            await turn.wait()
            (told,) = s.seen(DegradedEvent)
            assert "behind the voice" in told.reason
            low = [(time, sample) for time, sample, value in s.shown() if value < 0.79]
            assert last < low[0][0] - began <= last + 0.4
            heard = (low[0][0] - began) * MEDIA_RATE_HZ
            assert heard - FRAME <= low[0][1] <= heard + FRAME

    run(main())


def test_the_last_fallback_may_be_late_since_there_is_no_other():
    async def main():
        async with show(high_up=False) as s:
            s.low.every = 8
            await (await s.speak(3)).wait()
            s.low.frames = False
            await (await s.speak(3)).wait()
            assert [event.now for event in s.seen(DegradedEvent)] in ([], ["low"])

    run(main())


def test_a_face_of_fewer_than_ten_frames_a_second_gives_way():
    async def main():
        async with show() as s:
            s.high.every = 3
            await (await s.speak(3)).wait()
            assert s.seen(DegradedEvent) == []
            s.high.every = 4
            await (await s.speak(3)).wait()
            (told,) = s.seen(DegradedEvent)
            assert told.reason == "it makes fewer than 10 frames a second"

    run(main())


def test_a_face_that_returns_is_found_within_a_second_and_used_from_the_next_response_on():
    async def main():
        async with show() as s:
            turn = await s.speak(2)
            await asyncio.sleep(0.5)
            s.high.fall()
            await turn.wait()
            await asyncio.sleep(20)
            s.high.up = True
            back, connects = now(), s.session.meters.connects
            while s.session.meters.connects == connects:  # noqa: ASYNC110  # virtual time: a step, not a wait
                await asyncio.sleep(0.01)
            assert now() - back <= 1.0
            assert s.seen(RecoveredEvent) == []
            turn = await s.speak(1)
            await turn.wait()
            assert [event.now for event in s.seen(RecoveredEvent)] == ["high"]
            assert len(s.seen(DegradedEvent)) == 1
            assert [value for _, _, value in s.shown()[-30:]] == pytest.approx([0.8] * 30)

    run(main())


def test_in_a_long_speech_the_better_face_returns_in_the_middle_of_a_pause():
    async def main():
        async with show(high_up=False) as s:
            assert [event.now for event in s.seen(DegradedEvent)] in ([], ["low"])
            turn = await s.speak(12, pauses=range(60, 65))
            await asyncio.sleep(1)
            s.high.up = True
            await turn.wait()
            frames = sorted((sample, value) for _, sample, value in s.shown())
            assert [sample for sample, _ in frames] == [n * FRAME for n in range(360)]
            changed = next(sample for sample, value in frames if value > 0.21) / MEDIA_RATE_HZ
            assert 6.15 <= changed <= 6.5
            assert len(s.seen(RecoveredEvent)) == 1
            assert len(s.low.faces) == 1
            assert s.low.faces[0].closed

    run(main())


def test_without_a_pause_the_lower_face_speaks_to_the_end():
    async def main():
        async with show(high_up=False) as s:
            turn = await s.speak(4)
            s.high.up = True
            await turn.wait()
            assert [value for *_, value in s.shown()] == pytest.approx([0.2] * 120)
            await (await s.speak(1)).wait()
            assert s.shown()[-1][2] == pytest.approx(0.8)

    run(main())


def test_a_service_that_is_reached_and_always_refuses_is_told_once_and_asked_ever_more_rarely():
    async def main():
        async with show() as s:
            s.high.busy = True
            for _ in range(40):
                await (await s.speak(1)).wait()
            assert len(s.seen(DegradedEvent)) == 1
            assert s.seen(RecoveredEvent) == []
            assert sum(len(face.starts) for face in s.high.faces) <= 8
            samples = [sample for _, sample, _ in s.shown()]
            assert samples == [n * FRAME for n in range(30)] * 40
            s.high.busy = False
            await asyncio.sleep(31)
            await (await s.speak(70)).wait()
            assert len(s.seen(RecoveredEvent)) == 1

    run(main())


@pytest.mark.parametrize("trouble", ["stalls", "is slow", "breaks off"])
def test_a_service_that_goes_wrong_in_every_speech_is_told_once_or_twice_and_used_ever_more_rarely(trouble):
    async def main():
        async with show() as s:
            for _ in range(30):
                turn = await s.speak(6, pauses=range(20, 25))
                if trouble == "is slow":
                    s.high.every = 4
                await asyncio.sleep(0.5)
                if trouble == "stalls":
                    s.high.frames = False
                elif trouble == "breaks off":
                    for face in s.high.faces:
                        face.break_off()
                await turn.wait()
                s.high.frames = True
            assert len(s.seen(DegradedEvent)) == len(s.seen(RecoveredEvent)) + 1 <= 2
            assert sum(len(face.starts) for face in s.high.faces) <= 12
            s.high.every = 1
            await asyncio.sleep(31)
            await (await s.speak(70)).wait()
            assert len(s.seen(RecoveredEvent)) == len(s.seen(DegradedEvent))

    run(main())


def test_what_can_never_work_is_tried_once():
    async def main():
        async with show() as s:
            s.high.fall()
            s.high.decision = "fatal"
            await asyncio.sleep(60)
            assert len(s.high.tries) == 2
            await (await s.speak(1)).wait()
            assert s.shown()[-1][2] == pytest.approx(0.2)

    run(main())


def test_a_voice_that_reaches_no_face_is_told_within_a_second_and_speaks_on():
    async def main():
        async with show() as s:
            s.low.up = False
            s.high.fall()
            await settle()
            turn = await s.speak(3)
            began = now()
            assert isinstance(await turn.wait(), TurnCompleteEvent)
            (told,) = [(time, event) for time, event in s.log if isinstance(event, WarningEvent)]
            assert told[1].code == "upload_stuck"
            assert told[0] - began <= 1.1

    run(main())


def sounded(s):
    """Of each turn: when which sound came, and when the last of it was played, from the turn's beginning."""
    turns, began = {}, {}
    for time, event in s.log:
        if isinstance(event, TurnStartedEvent):
            began[event.turn_id] = time
        elif isinstance(event, AudioChunkEvent):
            after_ms = round(1000 * (time - began[event.turn_id]), 3)
            turns.setdefault(event.turn_id, []).append((after_ms, event.sample, event.data))
        elif isinstance(event, TurnCompleteEvent):
            after_ms = round(1000 * (time - began[event.turn_id]), 3)
            turns[event.turn_id].append((after_ms, event.samples))
    return list(turns.values())


def test_with_faces_lost_and_found_at_random_no_sample_of_sound_is_late_and_every_rule_of_the_ladder_holds():
    async def main(troubled):
        rng = random.Random(5)
        async with show() as s:
            for _ in range(60):
                turn = await s.speak(2, pauses=range(9, 12))
                if troubled:
                    await asyncio.sleep(rng.uniform(0, 1.9))
                    s.high.fall()
                    await asyncio.sleep(rng.uniform(0, 0.4))
                    s.high.up = True
                await turn.wait()
                await asyncio.sleep(3)
            return s

    calm, s = run(main(False)), run(main(True))
    heard = sounded(calm)
    assert len(heard) == 60
    assert sounded(s) == heard
    downs, ups = s.seen(DegradedEvent), s.seen(RecoveredEvent)
    assert len(downs) - len(ups) in (0, 1)
    assert len(downs) > 20


def test_after_a_thousand_replies_with_faces_that_come_and_go_nothing_is_left():
    async def main():
        async with show() as s:
            for number in range(1000):
                turn = await s.speak(0.3)
                if number % 3 == 0:
                    s.high.fall()
                    s.high.up = True
                if number % 5 == 0:
                    s.session.interrupt()
                await turn.wait()
            faces = [*s.high.faces, *s.low.faces]
            await asyncio.sleep(3)
            assert sum(not face.closed for face in faces) <= 2
            names = [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("avatar")]
            assert len(names) <= 4
        assert all(face.closed for face in faces)
        assert [t for t in asyncio.all_tasks() if t.get_name().startswith("avatar")] == []

    run(main())


def test_a_client_that_takes_the_sound_faster_than_it_plays_blames_no_face_for_it():
    async def main():
        async with show() as s:
            s.session.attach_client()
            s.high.frames = False
            turn = await s.speak(3)
            for _ in range(2):
                s.session.report_playhead(s.session.turn.number, 72_000, playing=False)
                await asyncio.sleep(0.11)
            assert s.seen(DegradedEvent) == []
            await asyncio.sleep(0.2)
            assert len(s.seen(DegradedEvent)) == 1
            s.session.report_playhead(s.session.turn.number, 72_000, playing=False, ended=True)
            await turn.wait()

    run(main())


def test_a_face_that_does_not_move_while_the_voice_sounds_is_told_once():
    async def main():
        async with show() as s:
            await (await s.speak(8, pauses=range(80))).wait()
            assert s.seen(WarningEvent) == []
            for _ in range(3):
                await (await s.speak(8)).wait()
            told = [event for event in s.seen(WarningEvent) if event.code == "still_face"]
            assert [event.message for event in told] == [
                "high gives poses, and they have all been the same for 3 s of speech"
            ]

    run(main())

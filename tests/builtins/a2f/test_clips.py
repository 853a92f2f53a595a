"""When a clip begins, ends and is followed by another; on virtual time."""

from __future__ import annotations

import asyncio
import itertools
import struct

import pytest

from tests.builtins.a2f.peer import PACKET, MemoryService, Scene, pose
from tests.builtins.a2f.sound import tone
from tth.core.media import MEDIA_RATE_HZ, EmotionMark
from tth.testing.clock import run
from tth.wire.a2f.methods import MAX_CLIP_S, MAX_IDLE_S

LOUD = tone(0.02)


def lengths_s(scene: Scene) -> list[float]:
    """Seconds of sound in each clip, without the tail."""
    return [len(clip.audio) / 32_000 - 0.4 for clip in scene.service.clips]


def assert_one_run(scene: Scene, seconds: float) -> None:
    """The frames are one run at thirty a second, but for a shorter step where a clip begins between two frames."""
    body = [frame.sample for frame in scene.frames if not frame.tail]
    steps = [b - a for a, b in itertools.pairwise(body)]
    seams = len(scene.service.clips) - 1
    assert body[0] == 0
    assert all(0 < step <= 800 for step in steps)
    assert sum(step != 800 for step in steps) <= seams
    assert -1 <= len(body) - seconds * 30 <= 1 + seams
    assert abs(len(scene.frames) - len(body) - 12) <= 1


def test_no_call_is_open_before_the_first_sound():
    async def main():
        async with Scene() as scene:
            await scene.start()
            await asyncio.sleep(60)
            assert scene.service.clips == []

    run(main())


def test_a_speech_is_one_clip_that_ends_with_its_tail_and_a_half_close():
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(3, packet=LOUD)
            await scene.avatar.end_speech()
            await scene.settle()
            (clip,) = scene.service.clips
            assert clip.audio == LOUD * 150 + bytes(640 * 20)
            assert clip.half_closed
            assert_one_run(scene, 3)

    run(main())


def test_what_waits_goes_out_in_one_message_of_at_most_a_second():
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(2.5, pace=0)
            await scene.settle()
            (clip,) = scene.service.clips
            assert [len(piece) for piece in clip.pieces] == [32_000, 32_000, 16_000]

    run(main())


@pytest.mark.parametrize("gap_s", [3.0, 60.0, 600.0])
def test_a_clip_ends_when_no_sound_comes_and_the_next_one_goes_on_where_it_was(gap_s):
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(2)
            await asyncio.sleep(gap_s)
            await scene.speak(2)
            await scene.avatar.end_speech()
            await scene.settle()
            first, second = scene.service.clips
            assert first.ended - first.at == pytest.approx(1.98 + 2, abs=0.1)
            assert second.at - first.at == pytest.approx(2 + gap_s, abs=0.1)
            assert_one_run(scene, 4)

    run(main())


def test_the_silence_after_a_clip_is_shown_only_once_the_speech_is_known_to_be_over():
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(1)
            await asyncio.sleep(5)
            assert len(scene.frames) == 30
            await scene.avatar.end_speech()
            await scene.settle()
            assert [frame.tail for frame in scene.frames[30:]] == [True] * 12

    run(main())


@pytest.mark.parametrize("pace", [0.5, 0.8, 0.9, 0.96])
def test_a_clip_that_falls_behind_the_services_pace_ends_before_it_is_cut_off(pace):
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(1.5, pace=0)
            await scene.speak(20, pace=pace, lump=5)
            await scene.avatar.end_speech()
            await scene.settle()
            assert len(scene.service.clips) > 2
            assert all(clip.ended - clip.at < 7 for clip in scene.service.clips)
            assert_one_run(scene, 21.5)

    run(main())


@pytest.mark.parametrize("lump", [1, 5, 12, 20])
def test_sound_at_the_pace_of_speech_keeps_its_clip_however_it_is_lumped(lump):
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(1.5 / lump * lump, pace=0)
            await scene.speak(48, lump=lump)
            assert len(scene.service.clips) == 1

    run(main())


def test_long_speech_is_cut_at_silences():
    async def main():
        async with Scene() as scene:
            await scene.start()
            for _ in range(30):
                await scene.speak(9.6, packet=LOUD, lump=10)
                await scene.speak(0.4, lump=10)
            await scene.avatar.end_speech()
            await scene.settle()
            lengths = lengths_s(scene)
            assert len(lengths) == 5
            assert all(59.8 < length < 70.1 for length in lengths[:-1])
            assert sum(lengths) == pytest.approx(300)
            joined = b"".join(clip.audio[:-12_800] for clip in scene.service.clips)
            assert joined == (LOUD * 480 + PACKET * 20) * 30
            assert_one_run(scene, 300)

    run(main())


def test_speech_without_any_silence_is_cut_before_the_service_cuts_it():
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(700, packet=LOUD, lump=10)
            await scene.avatar.end_speech()
            await scene.settle()
            assert lengths_s(scene) == pytest.approx([280, 280, 140], abs=0.1)
            assert_one_run(scene, 700)

    run(main())


def test_no_clip_ever_meets_a_limit_of_the_service():
    async def main():
        async with Scene() as scene:
            await scene.start()
            for pace, seconds in ((1, 100), (0.97, 50), (1, 250), (0.5, 20), (1, 40)) * 2:
                await scene.speak(seconds, packet=LOUD, pace=pace, lump=10)
                await asyncio.sleep(seconds / 10)
            await scene.avatar.end_speech()
            await scene.settle()
            for clip in scene.service.clips:
                assert len(clip.audio) / 32_000 < MAX_CLIP_S - 10
                assert clip.ended - clip.at < MAX_CLIP_S - 10
                assert all(len(piece) <= 32_000 for piece in clip.pieces)
            assert_one_run(scene, 920)
            assert MAX_IDLE_S > 5

    run(main())


def test_sound_that_does_not_go_on_where_the_last_ended_begins_a_clip():
    async def main():
        async with Scene() as scene:
            await scene.start()
            await scene.speak(1)
            scene.at += 5 * MEDIA_RATE_HZ
            await scene.speak(1)
            await scene.settle()
            assert len(scene.service.clips) == 2
            samples = [frame.sample for frame in scene.frames]
            assert max(b - a for a, b in itertools.pairwise(samples)) > 5 * MEDIA_RATE_HZ

    run(main())


def test_the_first_frames_of_a_clip_are_led_into_from_the_last_pose():
    async def main():
        service = MemoryService()
        async with Scene(service) as scene:
            await scene.start()
            await scene.speak(1)
            await asyncio.sleep(3)
            service.on_audio = lambda call: None
            await scene.speak(1)
            service.calls[1].reply(*(pose(n / 30, [0.75] * 52) for n in range(30)))
            await scene.settle()
            jaws = [struct.unpack_from("<f", frame.weights)[0] for frame in scene.frames[28:36]]
            assert jaws == sorted(jaws)
            assert max(b - a for a, b in itertools.pairwise(jaws)) < 0.2
            assert jaws[-1] == 0.75

    run(main())


def test_the_next_speech_begins_while_the_service_still_works_on_the_last():
    async def main():
        late: list = []
        async with Scene(MemoryService(on_end=late.append)) as scene:
            await scene.start("one")
            await scene.speak(1)
            await scene.avatar.end_speech()
            await scene.settle()
            await scene.start("two")
            await scene.speak(1)
            await scene.settle()
            for call in late:
                call.make_frames(all_of_it=True)
            await scene.settle()
            by_speech = {name: [f for f in scene.frames if f.speech_id == name] for name in ("one", "two")}
            assert len(by_speech["one"]) == 42
            assert len(by_speech["two"]) == 30
            assert not any(frame.tail for frame in by_speech["two"])

    run(main())


def test_emotions_go_with_the_sound_of_their_moment_on_each_clips_own_clock():
    async def main():
        async with Scene() as scene:
            await scene.start(emotion="sad", intensity=0.5)
            marks = [EmotionMark(start=MEDIA_RATE_HZ, label="angry", intensity=1.0)]
            await scene.avatar.send_marks([*marks, EmotionMark(start=7 * MEDIA_RATE_HZ, label="happy", intensity=1.0)])
            await scene.speak(2)
            await asyncio.sleep(4)
            scene.at = 6 * MEDIA_RATE_HZ
            await scene.speak(2)
            await scene.avatar.send_marks([EmotionMark(start=0, label="fearful", intensity=1.0)])
            await scene.speak(1)
            await scene.avatar.end_speech()
            await scene.settle()
            first, second = (clip.moods for clip in scene.service.clips)
            assert [at for at, _ in first] == [0, 1, 2]
            assert first[0][1] == pytest.approx({"sadness": 0.49, "grief": 0.1225})
            assert first[1][1] == pytest.approx({"anger": 0.98})
            assert first[2][1] == {}
            # The mood in force when the second clip begins, the next one, one that came too late, and rest.
            assert [at for at, _ in second] == pytest.approx([0, 1, 2, 3])
            assert [sorted(mood)[:1] for _, mood in second] == [["anger"], ["cheekiness"], ["amazement"], []]

    run(main())


def test_a_service_that_takes_nothing_makes_the_adapter_wait_and_lets_it_go_on():
    async def main():
        async with Scene() as scene:
            scene.service.room.clear()
            await scene.start()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await scene.speak(10, pace=0)
            scene.service.room.set()
            async with asyncio.timeout(1):
                await scene.speak(10, pace=0)

    run(main())

"""A clip through a real socket: header, frames, event, status; frames that follow the sound."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from tests.emulators.a2f.client import END, ah, ask, begin, clip, connected, converse, header, hear, sound, tone
from tth.emulators.a2f.options import EmulatorOptions
from tth.testing.emulated_a2f import emulated_a2f
from tth.wire.a2f.messages_pb2 import Status

OK = grpc.StatusCode.OK


@pytest.mark.parametrize(
    ("rate_hz", "samples", "frames", "echoed"),
    [
        (16_000, 60_371, 114, 60_800),
        (16_000, 48_000, 90, 48_000),
        (16_000, 1, 1, 533),
        (16_000, 534, 2, 1066),
        (22_050, 22_051, 31, 22_785),
        (24_000, 24_000, 30, 24_000),
        (24_000, 36_001, 46, 36_800),
        (44_100, 50_000, 35, 51_450),
        (48_000, 72_000, 45, 72_000),
        (144_000, 14_400, 3, 14_400),
    ],
)
async def test_a_clip_gives_a_frame_for_each_thirtieth_of_a_second_begun(rate_hz, samples, frames, echoed):
    pcm = tone(samples, rate_hz)
    async with emulated_a2f() as (target, emulator):
        answer = await ask(target, clip(pcm, rate_hz))
        (record,) = emulator.records
    assert answer.code is OK
    assert [frame.time_code for frame in answer.frames] == [number / 30 for number in range(frames)]
    assert answer.audio == pcm.ljust(2 * echoed, b"\0")
    assert answer.header.audio_header.samples_per_second == rate_hz
    assert (record.ended, record.frames, bytes(record.audio), record.rate_hz) == ("complete", frames, pcm, rate_hz)


async def test_an_answer_is_header_frames_event_and_success():
    async with emulated_a2f() as (target, _):
        answer = await ask(target, clip(tone(16_000)))
    frames = ["animation_data"] * 30
    assert answer.kinds == ["animation_data_stream_header", *frames, "event", "status"]
    assert answer.statuses[0].code == Status.SUCCESS
    assert answer.header.start_time_code_since_epoch > 1_700_000_000


@pytest.mark.parametrize(("samples", "told"), [(0, "0 frames"), (100, "1 frame"), (16_000, "30 frames")])
async def test_the_last_status_counts_the_frames(samples, told):
    async with emulated_a2f() as (target, _):
        answer = await ask(target, clip(tone(samples)))
    assert answer.statuses[0].message == told


async def test_a_clip_ends_with_end_of_audio_though_the_client_never_closes_its_side():
    async with emulated_a2f() as (target, _):
        answer = await ask(target, clip(tone(8_000)), half_close=False)
    assert (answer.code, len(answer.frames)) == (OK, 15)


@pytest.mark.parametrize("messages", [[header(), END], [header(), sound(b""), END]])
async def test_a_clip_without_sound_ends(messages):
    async with emulated_a2f() as (target, emulator):
        answer = await ask(target, messages)
    assert answer.kinds == ["animation_data_stream_header", "event", "status"]
    assert emulator.ledger.endings == {"complete": 1}


async def test_an_empty_buffer_may_stand_anywhere():
    async with emulated_a2f() as (target, _):
        answer = await ask(target, [header(), sound(b""), sound(tone(16_000)), sound(b""), END])
    assert (answer.code, len(answer.frames)) == (OK, 30)


async def test_frames_come_while_sound_is_still_to_come():
    async with emulated_a2f() as (target, emulator), connected(target) as channel:
        call = begin(channel)
        await call.write(header())
        await call.write(sound(tone(1_600)))
        kinds = [(await call.read()).WhichOneof("stream_part") for _ in range(3)]
        assert kinds == ["animation_data_stream_header", *["animation_data"] * 2]
        assert emulator.ledger.open == 1
        await call.write(END)
        assert (await hear(call)).kinds == ["animation_data", "event", "status"]


async def test_with_look_ahead_a_frame_waits_for_the_sound_after_it():
    async with emulated_a2f(EmulatorOptions(look_ahead_ms=500)) as (target, _), connected(target) as channel:
        call = begin(channel)
        await call.write(header())
        await call.write(sound(tone(16_000)))
        kinds = [(await call.read()).WhichOneof("stream_part") for _ in range(16)]
        assert kinds == ["animation_data_stream_header", *["animation_data"] * 15]
        await call.write(END)
        assert (await hear(call)).kinds == ["animation_data"] * 15 + ["event", "status"]


@pytest.mark.parametrize("names", [52, 55, 68, 71])
async def test_the_header_names_as_many_shapes_as_there_are_values(names):
    async with emulated_a2f(EmulatorOptions(names=names)) as (target, _):
        answer = await ask(target, clip(tone(1_600)))
    assert len(answer.names) == len(set(answer.names)) == names
    assert answer.names[:2] + answer.names[51:52] == ["EyeBlinkLeft", "EyeLookDownLeft", "TongueOut"]
    assert ("TongueNarrow" in answer.names, "HeadYaw_deprecated" in answer.names) == (names > 60, names in (55, 71))
    assert all(len(frame.values) == names for frame in answer.frames)


async def test_several_frames_may_share_a_message():
    async with emulated_a2f(EmulatorOptions(frames_a_message=4)) as (target, _):
        pcm = tone(16_000)
        answer = await ask(target, clip(pcm))
    assert [len(data.skel_animation.blend_shape_weights) for data in answer.data] == [4] * 7 + [2]
    assert [frame.time_code for frame in answer.frames] == [number / 30 for number in range(30)]
    assert answer.audio == pcm


async def test_the_mouth_follows_the_sound():
    pcm = bytes(16_000) + ah(16_000) + bytes(32_000)
    async with emulated_a2f() as (target, _):
        jaw = (await ask(target, clip(pcm))).values("JawOpen")
    assert max(jaw[:12]) < 0.03
    assert min(jaw[20:42]) > 0.3
    assert max(jaw[55:]) < 0.03


async def test_twenty_clips_at_once_each_get_their_own():
    lengths = [1_600 * number for number in range(1, 21)]
    async with emulated_a2f(EmulatorOptions(streams=20)) as (target, emulator), connected(target) as channel:
        answers = await asyncio.gather(*(converse(channel, clip(tone(samples))) for samples in lengths))
        assert [len(answer.frames) for answer in answers] == [3 * number for number in range(1, 21)]
        assert (emulator.ledger.open, emulator.ledger.frames) == (0, 630)
        assert emulator.ledger.endings == {"complete": 20}


async def test_one_clip_more_than_there_are_streams_is_refused_and_can_come_later():
    async with emulated_a2f(EmulatorOptions(streams=1)) as (target, _), connected(target) as channel:
        first = begin(channel)
        await first.write(header())
        await first.read()
        refused = await converse(channel, clip(tone(1_600)))
        assert (refused.code, refused.kinds) == (grpc.StatusCode.RESOURCE_EXHAUSTED, ["status"])
        assert "all 1 streams are taken" in refused.details
        await first.write(END)
        assert (await hear(first)).code is OK
        assert (await converse(channel, clip(tone(1_600)))).code is OK


async def test_a_cancelled_clip_is_not_complete():
    async with emulated_a2f() as (target, emulator), connected(target) as channel:
        call = begin(channel)
        await call.write(header())
        await call.write(sound(tone(1_600)))
        await call.read()
        call.cancel()
        await emulator.ledger.settled()
        assert emulator.ledger.endings == {"cancelled": 1}


async def test_a_clip_cancelled_after_its_last_sound_is_not_complete_either():
    async with emulated_a2f(EmulatorOptions(fps=1)) as (target, emulator), connected(target) as channel:
        call = begin(channel)
        for message in clip(tone(16_000)):
            await call.write(message)
        await call.read()
        call.cancel()
        await emulator.ledger.settled()
        assert emulator.ledger.endings == {"cancelled": 1}


async def test_a_paced_clip_takes_its_time_on_the_loops_clock():
    async with emulated_a2f(EmulatorOptions(fps=300)) as (target, _):
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert len((await ask(target, clip(tone(32_000)))).frames) == 60
        assert loop.time() - began >= 59 / 300

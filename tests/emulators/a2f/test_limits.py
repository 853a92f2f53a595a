"""What the service does not take: it says so, in the stream and in the status, and goes on serving others."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import grpc
import pytest

from tests.emulators.a2f.client import (
    END,
    ask,
    begin,
    clip,
    connected,
    converse,
    header,
    hear,
    say,
    sound,
    speak_live,
    tone,
)
from tth.emulators.a2f.faults import Fault, Faults
from tth.emulators.a2f.intake import Pace
from tth.emulators.a2f.options import EmulatorOptions, Limits
from tth.testing.emulated_a2f import emulated_a2f
from tth.wire.a2f.messages_pb2 import AnimationDataStream, AudioStream, Status
from tth.wire.a2f.methods import PROCESS_AUDIO_STREAM

INVALID, ABORTED = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.ABORTED
PIECE = sound(tone(1_600))
SHORT = Limits(message_s=1, clip_s=2, idle_s=0.05, slow_s=0.05, drain_s=0.2)


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ([header(channels=2), PIECE, END], "channel_count is 2"),
        ([header(bits=32), PIECE, END], "bits_per_sample is 32"),
        ([header(15_999), PIECE, END], "samples_per_second is 15999"),
        ([header(144_001), PIECE, END], "samples_per_second is 144001"),
        ([header(0), PIECE, END], "samples_per_second is 0"),
        ([PIECE, END], "audio_with_emotion before audio_stream_header"),
        ([END], "end_of_audio before audio_stream_header"),
        ([header(), PIECE, header(), END], "a second audio_stream_header"),
        ([header(), AudioStream(), END], "a message without a part"),
        ([header(), sound(b"\0\0\0"), END], "audio_buffer holds 3 bytes"),
        ([header(), sound(bytes(320_002)), END], "10.0001 s of sound in one message; the most is 10 s"),
        ([header(), *[sound(bytes(320_000))] * 30, PIECE, END], "the clip is longer than 300 s"),
        ([header(), PIECE], "closed without end_of_audio"),
        ([], "closed without end_of_audio"),
    ],
)
async def test_what_cannot_be_is_told_in_the_stream_and_in_the_status(messages, told):
    async with emulated_a2f() as (target, emulator):
        answer = await ask(target, messages)
        (record,) = emulator.records
    assert (answer.code, answer.statuses[-1].code) == (INVALID, Status.ERROR)
    assert told in answer.details
    assert answer.statuses[-1].message == answer.details == record.reason
    assert (record.ended, record.code) == ("refused", "INVALID_ARGUMENT")


@pytest.mark.parametrize("after", [PIECE, header(), AudioStream()])
async def test_what_follows_the_end_of_the_sound_is_not_read(after):
    async with emulated_a2f(EmulatorOptions(fps=300)) as (target, emulator):
        answer = await ask(target, [header(), PIECE, END, after])
        (record,) = emulator.records
    assert (answer.code, len(answer.frames)) == (grpc.StatusCode.OK, 3)
    assert (record.ended, record.audio_bytes) == ("complete", 3_200)


async def test_bytes_that_are_no_message_are_refused():
    async with emulated_a2f() as (target, _), connected(target) as channel:
        call = channel.stream_stream(PROCESS_AUDIO_STREAM, response_deserializer=AnimationDataStream.FromString)()
        await call.write(b"\xff\xff\xff")
        await call.done_writing()
        answer = await hear(call)
    assert (answer.code, answer.details) == (INVALID, "a message of 3 bytes is no AudioStream")


async def test_ten_seconds_in_a_message_and_three_hundred_in_a_clip_are_taken():
    async with emulated_a2f() as (target, _):
        answer = await ask(target, [header(), *[sound(bytes(320_000))] * 30, END])
    assert (answer.code, len(answer.frames)) == (grpc.StatusCode.OK, 9_000)


async def test_a_message_over_grpcs_own_limit_ends_its_call_and_no_other():
    async with emulated_a2f() as (target, emulator), connected(target) as channel:
        beside = begin(channel)
        await beside.write(header())
        await beside.read()
        answer = await converse(channel, [header(144_000), sound(bytes(4_194_304)), END])
        assert answer.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        await beside.write(END)
        assert (await hear(beside)).code is grpc.StatusCode.OK
        assert [record.ended for record in emulator.records] == ["complete", "cancelled"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"streams": 1}, grpc.StatusCode.RESOURCE_EXHAUSTED),
        ({"key": "k"}, grpc.StatusCode.UNAUTHENTICATED),
        ({"function_id": "f"}, grpc.StatusCode.NOT_FOUND),
        ({"faults": Faults(faults=(Fault(refuse="UNAVAILABLE"),))}, grpc.StatusCode.UNAVAILABLE),
    ],
)
async def test_who_is_refused_at_the_door_hears_the_true_status_though_it_is_in_the_middle_of_sending(options, code):
    async with emulated_a2f(EmulatorOptions(**options)) as (target, emulator), connected(target) as channel:
        first = begin(channel)  # has the one stream, where there is one
        await first.write(header())
        await first.read()
        async with asyncio.TaskGroup() as group:
            talking = [group.create_task(speak_live(channel, PIECE)) for _ in range(20)]
        answers = [task.result() for task in talking]
        assert [(answer.code, answer.kinds) for answer in answers] == [(code, ["status"])] * 20
        assert {answer.statuses[0].code for answer in answers} == {Status.ERROR}
        assert {answer.statuses[0].message for answer in answers} == {answers[0].details}
        assert [record.ended for record in emulator.records[1:]] == ["refused"] * 20
        first.cancel()


@pytest.mark.parametrize(
    ("refused", "options", "told"),
    [
        ([header(), sound(b"\0")], {}, "INVALID_ARGUMENT"),
        ([header()], {"key": "k"}, "UNAUTHENTICATED"),
        ([header()], {"faults": Faults(faults=(Fault(refuse="UNAVAILABLE", clip=1),))}, "UNAVAILABLE"),
    ],
)
async def test_a_client_that_is_refused_takes_no_stream_while_it_is_still_read(refused, options, told):
    limits = Limits(drain_s=60)
    async with (
        emulated_a2f(EmulatorOptions(streams=1, limits=limits, **options)) as (target, emulator),
        connected(target) as channel,
    ):
        waiting = begin(channel)
        for message in refused:
            await waiting.write(message)
        while not (await waiting.read()).HasField("status"):
            pass
        assert (emulator.ledger.open, emulator.ledger.taken) == (1, 0)
        answer = await converse(channel, [header(), PIECE, END], authorization="Bearer k")
        assert answer.code is grpc.StatusCode.OK
        await waiting.write(END)
        assert (await hear(waiting)).code.name == told


async def test_a_refused_client_that_leaves_without_waiting_for_the_status_was_refused_and_has_not_cancelled():
    async with emulated_a2f(EmulatorOptions(key="k")) as (target, emulator), connected(target) as channel:
        call = begin(channel)
        await call.write(header())
        await call.read()
        call.cancel()
        await emulator.ledger.settled()
        (record,) = emulator.records
    assert (record.ended, record.code) == ("refused", "UNAUTHENTICATED")


async def test_a_refused_client_that_never_stops_is_read_no_longer_than_it_may_be():
    async with emulated_a2f(EmulatorOptions(limits=SHORT)) as (target, _), connected(target) as channel:
        call = begin(channel)
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(_talk_on(call))
            answer = await hear(call)
            talking.cancel()
    assert "audio_buffer holds 1 bytes" in answer.statuses[-1].message
    assert answer.code in (INVALID, grpc.StatusCode.INTERNAL)


async def _talk_on(call):
    await say(call, [header(), sound(b"\0"), *[PIECE] * 100_000], half_close=False)


async def test_a_client_that_does_not_read_is_held_back_and_loses_nothing_by_it():
    limits = Limits(unsent_s=1, idle_s=0.2, slow_s=0.2)
    minute = [header(144_000), *[sound(bytes(288_000))] * 60, END]
    async with emulated_a2f(EmulatorOptions(limits=limits)) as (target, emulator), connected(target) as channel:
        call = begin(channel)
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(say(call, minute))
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await asyncio.shield(sending)
            assert not sending.done()
            assert emulator.records[0].seconds < 40
            answer = await hear(call)
    assert (answer.code, len(answer.frames)) == (grpc.StatusCode.OK, 1_800)


async def test_a_client_that_sends_nothing_is_cut_off():
    async with emulated_a2f(EmulatorOptions(limits=SHORT)) as (target, emulator), connected(target) as channel:
        answer = await hear(begin(channel))
        assert (answer.code, answer.details) == (ABORTED, "nothing came for 0.05 s")
        assert emulator.ledger.endings == {"refused": 1}


async def test_a_client_that_sends_too_slowly_is_cut_off():
    limits = Limits(slow_s=0.05, drain_s=0.2)
    async with emulated_a2f(EmulatorOptions(limits=limits)) as (target, _), connected(target) as channel:
        call = begin(channel)
        await call.write(header())
        await call.write(PIECE)
        answer = await hear(call)
    assert (answer.code, len(answer.frames)) == (ABORTED, 2)
    assert answer.details == "sound came more slowly than 0.967 times real time for more than 0.05 s"


async def test_a_client_that_has_sent_all_may_wait_for_its_frames_as_long_as_it_takes():
    async with emulated_a2f(EmulatorOptions(limits=SHORT, fps=100)) as (target, _):
        answer = await ask(target, clip(tone(16_000)), half_close=False)
    assert (answer.code, len(answer.frames)) == (grpc.StatusCode.OK, 30)


def deadline(*pieces: tuple[float, float]) -> float:
    """When a client is cut off that sent so many seconds of sound at those times."""
    pace = Pace(Limits(pace=0.5, slow_s=7))
    for now, seconds in pieces:
        assert now <= pace.deadline
        pace.take(seconds, now)
    return pace.deadline


def test_before_the_first_sound_nobody_is_slow():
    assert deadline() == float("inf")


def test_sound_in_time_moves_the_deadline_on():
    assert deadline((100, 1)) == 109
    assert deadline((100, 1), (101, 1)) == 111
    assert deadline((100, 10)) == 127


def test_who_is_behind_must_catch_up_before_the_deadline():
    assert deadline((100, 1), (105, 1)) == 109
    assert deadline((100, 1), (105, 1), (106, 1)) == 113
    assert deadline((100, 1), (105, 1), (106, 1), (106, 9)) == 131


def test_while_a_client_is_held_back_its_time_stands_still():
    pace = Pace(Limits(pace=0.5, slow_s=7))
    pace.pause(3)
    assert pace.deadline == float("inf")
    pace.take(1, 100)
    pace.pause(50)
    assert pace.deadline == 159
    pace.take(1, 155)
    pace.pause(10)
    assert pace.deadline == 169

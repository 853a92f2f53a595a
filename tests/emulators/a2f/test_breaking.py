"""The service goes away at once, as a killed process does, and comes back where it was."""

from __future__ import annotations

import asyncio
import errno
import os

import grpc
import pytest

from tests.emulators.a2f.client import END, ask, begin, clip, connected, converse, header, hear, say, sound, tone
from tth.emulators.a2f.breaking import port_of
from tth.emulators.a2f.emulator import Emulator, serving
from tth.emulators.a2f.faults import Fault, Faults
from tth.emulators.a2f.options import EmulatorOptions
from tth.testing.emulated_a2f import emulated_a2f

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


async def test_breaking_ends_every_clip_and_closes_the_port():
    async with emulated_a2f() as (target, emulator), connected(target) as channel:
        calls = [begin(channel) for _ in range(3)]
        for call in calls:
            await call.write(header())
            await call.write(sound(tone(1_600)))
            await call.read()
        await emulator.break_now()
        assert [(await hear(call)).code for call in calls] == [UNAVAILABLE] * 3
        assert (emulator.ledger.open, emulator.ledger.endings) == (0, {"cut": 3})
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port_of(target))


async def test_it_comes_back_on_the_same_port_again_and_again():
    async with emulated_a2f() as (target, emulator):
        for _ in range(5):
            assert len((await ask(target, clip(tone(1_600)))).frames) == 3
            await emulator.break_now()
            assert (await ask(target, clip(tone(1_600)))).code is UNAVAILABLE
            await emulator.come_back()
        assert emulator.target == target
        assert emulator.ledger.endings == {"complete": 5}


async def test_breaking_twice_and_coming_back_unasked_does_nothing():
    async with emulated_a2f() as (target, emulator):
        await emulator.come_back()
        await emulator.break_now()
        await emulator.break_now()
        await emulator.come_back()
        assert (await ask(target, clip(tone(1_600)))).code is grpc.StatusCode.OK


async def test_one_service_breaks_without_touching_another():
    async with emulated_a2f() as (target, broken), emulated_a2f() as (other_target, _):
        assert (await ask(target, clip(tone(1_600)))).code is grpc.StatusCode.OK
        async with connected(other_target) as channel:
            call = begin(channel)
            await call.write(header())
            await call.read()
            await broken.break_now()
            await call.write(END)
            assert (await hear(call)).code is grpc.StatusCode.OK


async def test_clips_that_run_when_it_stops_are_cut():
    async with emulated_a2f() as (target, emulator), connected(target) as channel:
        call = begin(channel)
        await call.write(header())
        await call.read()
        await emulator.close()
        assert (await hear(call)).code is UNAVAILABLE
        assert emulator.ledger.endings == {"cut": 1}


async def test_however_clips_end_no_call_task_or_file_is_left():
    faults = Faults(faults=(Fault(chance=0.2, drop=True, frame=9), Fault(chance=0.2, abort="INTERNAL", frame=20)))
    async with emulated_a2f(EmulatorOptions(streams=20, faults=faults)) as (target, emulator):
        tasks, files = len(asyncio.all_tasks()), len(os.listdir("/dev/fd"))
        for number in range(40):
            async with connected(target) as channel:
                call = begin(channel)
                await say(call, clip(tone(16_000))[: 2 + number % 2], half_close=False)
                await call.read()
                if number % 2:
                    call.cancel()
                else:
                    await say(call, [END])
                    await hear(call)
                await emulator.ledger.settled()
        assert emulator.ledger.clips == sum(emulator.ledger.endings.values()) == 40
        assert min(emulator.ledger.endings.values()) > 0
        assert len(emulator.ledger.endings) == 3
        # gRPC's own work on the last call may still be ending.
        assert len(asyncio.all_tasks()) <= tasks + 2
        assert len(os.listdir("/dev/fd")) <= files + 2


async def test_a_taken_port_is_an_error_of_the_system():
    async with emulated_a2f() as (target, _):
        with pytest.raises(OSError, match="Address already in use") as caught:
            await Emulator().start(port=port_of(target))
    assert caught.value.errno == errno.EADDRINUSE


async def test_it_listens_on_ipv6_too():
    async with serving(Emulator(), host="::1") as target:
        assert target.startswith("[::1]:")
        async with connected(target) as channel:
            assert (await converse(channel, clip(tone(1_600)))).code is grpc.StatusCode.OK


async def test_without_recording_only_counts_are_kept():
    told = []
    emulator = Emulator(on_clip=told.append)
    async with serving(emulator) as target:
        await ask(target, clip(tone(1_600)))
    assert (emulator.records, emulator.ledger.clips, emulator.ledger.frames) == ([], 1, 3)
    assert [(record.ended, record.seconds, bytes(record.audio)) for record in told] == [("complete", 0.1, b"")]

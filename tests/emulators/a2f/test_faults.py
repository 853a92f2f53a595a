"""Each fault does what it says, in the clips it names; a script that cannot be is told with its line."""

from __future__ import annotations

import asyncio
import math
import re
from pathlib import Path

import grpc
import pytest

from tests.emulators.a2f.client import END, ask, begin, clip, connected, converse, header, hear, sound, tone
from tth.config.mistakes import each_mistake
from tth.emulators.a2f.faults import ACTIONS, Fault, Faults
from tth.emulators.a2f.options import EmulatorOptions
from tth.emulators.a2f.script import Script
from tth.errors import ConfigError
from tth.testing.emulated_a2f import emulated_a2f
from tth.wire.a2f.messages_pb2 import Status

DOCS = Path(__file__).parents[3] / "docs"
SECOND = clip(tone(16_000))
OK, UNAVAILABLE = grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE


def going_wrong(*faults, **options) -> EmulatorOptions:
    return EmulatorOptions(faults=Faults(faults=tuple(Fault(**fault) for fault in faults)), **options)


async def answer_with(*faults, **options):
    """What comes of a second of sound, and the record of it."""
    async with emulated_a2f(going_wrong(*faults, **options)) as (target, emulator):
        answer = await ask(target, SECOND)
        await emulator.ledger.settled()
        return answer, emulator.records[0]


async def test_refuse_ends_the_call_before_its_header():
    answer, record = await answer_with({"refuse": "PERMISSION_DENIED"})
    assert (answer.kinds, answer.code) == (["status"], grpc.StatusCode.PERMISSION_DENIED)
    assert (answer.statuses[0].code, answer.statuses[0].message) == (Status.ERROR, answer.details)
    assert (record.ended, record.code) == ("refused", "PERMISSION_DENIED")


async def test_error_is_said_in_the_stream_and_the_call_ends_well():
    answer, record = await answer_with({"error": "the network has failed", "frame": 12})
    assert (answer.code, len(answer.frames)) == (OK, 12)
    assert answer.kinds[-1] == "status"
    assert (answer.statuses[0].code, answer.statuses[0].message) == (Status.ERROR, "the network has failed")
    assert (record.ended, record.frames) == ("cut", 12)


async def test_abort_ends_the_call_with_its_status():
    answer, record = await answer_with({"abort": "DATA_LOSS", "at_s": 0.3}, fps=300)
    assert (answer.code, len(answer.frames), answer.statuses) == (grpc.StatusCode.DATA_LOSS, 9, [])
    assert record.ended == "cut"


async def test_drop_breaks_the_connection_with_every_call_on_it_and_the_server_goes_on():
    async with emulated_a2f(going_wrong({"drop": True, "frame": 5, "clip": 3})) as (target, emulator):
        async with connected(target) as channel, connected(target) as another:
            beside = begin(channel)
            await beside.write(header())
            await beside.read()
            elsewhere = begin(another)
            await elsewhere.write(header())
            await elsewhere.read()
            dropped = await converse(channel, SECOND)
            assert (dropped.code, dropped.statuses) == (UNAVAILABLE, [])
            assert (await hear(beside)).code is UNAVAILABLE
            await elsewhere.write(END)
            assert (await hear(elsewhere)).code is OK
            assert (await converse(channel, SECOND)).code is OK
        assert [record.ended for record in emulator.records] == ["cut", "complete", "cut", "complete"]


async def test_a_stall_for_ever_ends_when_the_client_gives_up():
    async with emulated_a2f(going_wrong({"stall_s": "forever", "frame": 3})) as (target, emulator):
        async with connected(target) as channel:
            call = begin(channel)
            for message in SECOND:
                await call.write(message)
            assert [(await call.read()).WhichOneof("stream_part") for _ in range(4)][-1] == "animation_data"
            call.cancel()
            await emulator.ledger.settled()
        assert (emulator.records[0].ended, emulator.records[0].frames) == ("cancelled", 3)


async def test_a_stall_holds_frames_back_and_loses_none():
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer, record = await answer_with({"stall_s": 0.1, "frame": 3})
    assert loop.time() - began >= 0.1
    assert (len(answer.frames), record.ended) == (30, "complete")


async def test_slow_frames_come_at_their_pace_for_as_many_as_it_says():
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer, _ = await answer_with({"fps": 100, "frame": 10, "frames": 11})
    assert loop.time() - began >= 0.1
    assert len(answer.frames) == 30


async def test_a_late_header_holds_everything_back():
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer, _ = await answer_with({"late_header_s": 0.1})
    assert loop.time() - began >= 0.1
    assert answer.kinds[0] == "animation_data_stream_header"


async def test_without_a_header_frames_come_all_the_same():
    answer, _ = await answer_with({"no_header": True})
    assert answer.kinds[:2] == ["animation_data", "animation_data"]
    assert answer.code is OK


@pytest.mark.parametrize("count", [0, 3, 55, 71, 200])
async def test_names_may_be_of_any_number_and_values_with_them(count):
    answer, _ = await answer_with({"names": count})
    assert len(set(answer.names)) == count
    assert {len(frame.values) for frame in answer.frames} == {count}


async def test_values_may_be_of_another_number_than_names():
    answer, _ = await answer_with({"values": 51, "frame": 7, "frames": 1})
    assert len(answer.names) == 52
    assert [len(frame.values) for frame in answer.frames] == [52] * 7 + [51] + [52] * 22


@pytest.mark.parametrize(("weight", "told"), [("nan", math.isnan), ("-inf", math.isinf), (7.5, (7.5).__eq__)])
async def test_values_may_be_no_weights(weight, told):
    answer, _ = await answer_with({"weight": weight, "frame": 10})
    assert all(told(value) for frame in answer.frames[10:] for value in frame.values)
    assert not any(told(value) for frame in answer.frames[:10] for value in frame.values)


async def test_time_codes_may_stand_still_or_go_back():
    still, _ = await answer_with({"time_codes": "repeated", "frame": 10})
    back, _ = await answer_with({"time_codes": "descending", "frame": 10})
    assert {frame.time_code for frame in still.frames[10:]} == {10 / 30}
    assert [frame.time_code for frame in back.frames[10:13]] == pytest.approx([10 / 30, 9 / 30, 8 / 30])


async def test_the_final_status_may_be_missing():
    answer, record = await answer_with({"no_status": True})
    assert (answer.code, answer.statuses, answer.kinds[-1]) == (OK, [], "event")
    assert record.ended == "complete"


async def test_frames_may_come_after_the_status():
    answer, _ = await answer_with({"after": 2})
    assert answer.kinds[-4:] == ["event", "status", "animation_data", "animation_data"]


def happening(*faults, clips=4, seed=0):
    script = Script(Faults(seed=seed, faults=tuple(Fault(**fault) for fault in faults)))
    return [script.clip().of("no_status") is not None for _ in range(clips)]


def test_a_fault_happens_in_its_clips_and_no_more_often_than_it_may():
    assert happening({"no_status": True}) == [True] * 4
    assert happening({"no_status": True, "clip": 3}) == [False, False, True, False]
    assert happening({"no_status": True, "times": 2}) == [True, True, False, False]


def test_chance_is_the_same_for_the_same_seed():
    half = {"no_status": True, "chance": 0.5}
    assert happening(half, clips=64, seed=1) == happening(half, clips=64, seed=1)
    assert happening(half, clips=64, seed=1) != happening(half, clips=64, seed=2)
    assert 16 < sum(happening(half, clips=64)) < 48


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{frame: 3}", "does nothing; give one of refuse"),
        ("{drop: true, no_status: true}", "does drop and no_status together"),
        ("{drop: true, frame: 1, at_s: 2}", "frame and at_s say the same"),
        ("{refuse: UNAVAILABLE, frame: 1}", "refuse happens before the first frame"),
        ("{no_status: true, at_s: 1}", "no_status happens at the end"),
        ("{drop: true, frames: 2}", "drop touches none"),
        ("{abort: unavailable}", "did you mean UNAVAILABLE?"),
        ("{abort: 42x}", "gRPC has no status '42x' to fail with; use one of CANCELLED"),
        ("{stall_s: 0}", "above 0, or forever"),
        ("{stall_s: never}", "will not do"),
        ("{clip: 0, drop: true}", "0 will not do"),
        ("{chance: 2, drop: true}", "2 will not do"),
        ("{nth: 2, drop: true}", "nth: no such option"),
        ("{drop: false}", "false will not do"),
    ],
)
def test_a_fault_that_cannot_be_is_told_with_its_line(line, told, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(f"seed: 1\nfaults:\n  - {line}\n")
    with pytest.raises(ConfigError) as caught:
        Faults.read(file)
    assert any("bad.yaml:3" in str(each) and told in str(each) for each in each_mistake(caught.value))


def test_the_script_of_the_docs_is_read(tmp_path):
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("audio2face*.md"))
    (text,) = re.findall(r"```yaml\n(# shaky\.yaml\n.*?)```", pages, re.DOTALL)
    file = tmp_path / "shaky.yaml"
    file.write_text(text)
    assert [fault.action for fault in Faults.read(file).faults] == ["refuse", "stall_s", "drop", "fps", "weight"]


def test_every_action_is_a_field_with_a_meaning():
    assert all(Fault.model_fields[action].description for action in ACTIONS)
    assert len(ACTIONS) == len(set(ACTIONS)) == 14


async def test_sound_that_comes_after_a_fault_does_no_harm():
    async with emulated_a2f(going_wrong({"abort": "ABORTED", "frame": 1})) as (target, emulator):
        async with connected(target) as channel:
            call = begin(channel)
            await call.write(header())
            await call.write(sound(tone(1_600)))
            assert (await hear(call)).code is grpc.StatusCode.ABORTED
        assert emulator.ledger.endings == {"cut": 1}

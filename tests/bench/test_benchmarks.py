"""The benchmarks compare like with like, and say what they found."""

from __future__ import annotations

import asyncio
import json

import pytest

from benchmarks.chunks import Lockstep, floor_s, noise, path_s
from benchmarks.crowd import floor_load, session_load
from benchmarks.figures import Figure, Goal, digits, quantile
from benchmarks.floor import Floor
from benchmarks.interrupts import floor_delays, sessions_delays
from benchmarks.loop import run
from benchmarks.scene import scene
from benchmarks.words import token_s


@pytest.mark.parametrize("ms", [20, 100, 33])
def test_floor_and_session_make_the_same_packets(ms):
    chunk = noise(ms)

    async def at_the_floor(loop):
        source, packets = Lockstep(loop, chunk, 30), bytearray()
        await Floor(source.chunks(), packets.extend).run()
        return bytes(packets)

    async def in_a_session(loop):
        source, packets = Lockstep(loop, chunk, 30), bytearray()
        async with scene(source.chunks, packets.extend) as session:
            session.say("go")
            await source.ended.wait()
            await asyncio.sleep(0)
        return bytes(packets)

    floor, session = run(at_the_floor), run(in_a_session)
    assert len(floor) > 640
    assert session[: len(floor)] == floor


def test_the_clock_of_the_loop_counts_waits_that_nobody_waited_for():
    async def main(loop):
        begun = loop.exact()
        await asyncio.sleep(3600)
        return loop.exact() - begun

    # A clock of so many days and seconds tells its last microsecond roughly.
    assert 3599.99 < run(main) < 3601


def test_a_task_that_nothing_will_wake_is_told():
    async def main(loop):
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="hang for ever"):
        run(main)


def test_each_load_runs():
    assert floor_s(noise(20), 20) > 0
    assert path_s(noise(20), 20) > 0
    for load in (floor_load, session_load):
        delays, cpu_s = load(3, 0.3)
        assert min(delays) > 0
        assert cpu_s > 0
    assert token_s(1) > 0


def test_no_packet_follows_an_interrupt():
    delays, stale = sessions_delays([0.2, 0.2, 0.25])
    assert (len(delays), stale) == (3, 0)
    assert len(floor_delays([0.2, 0.2, 0.25])) == 3


def figure(value, floor=None, goal=None):
    return Figure(part="p", what="w", value=value, floor=floor, unit="ms", goal=goal)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (figure(3.0), ""),
        (figure(3.0, goal=Goal(3)), "holds"),
        (figure(3.1, goal=Goal(3)), "misses"),
        (figure(3.0, floor=2.0, goal=Goal(1.5, "ratio")), "holds"),
        (figure(3.2, floor=2.0, goal=Goal(1.5, "ratio")), "misses"),
        (figure(1.0, floor=2.0, goal=Goal(0.6, "ratio", least=True)), "misses"),
        (figure(1.0, goal=Goal(1.5, "ratio")), "misses"),
    ],
)
def test_a_verdict_is_the_goal_applied_to_the_number(row, verdict):
    assert row.verdict == verdict
    assert row.cells()[-1] == verdict
    assert json.loads(json.dumps(row.record()))["verdict"] == verdict


def test_a_number_has_three_digits_that_mean_something():
    assert [digits(value) for value in (0, 0.01234, 1.234, 12.34, 123.4, 12345)] == [
        "0", "0.0123", "1.23", "12.3", "123", "12,345",
    ]  # fmt: skip
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile(range(1, 101), 0.99) == 99

"""Whatever goes wrong at an Audio2Face-3D service: the right face speaks to the end, and the voice never notices."""

from __future__ import annotations

import asyncio

import numpy as np

from tests.schedules.a2f_scene import scene, words
from tth.core.events import DegradedEvent
from tth.emulators.a2f.faults import Fault, Faults
from tth.emulators.a2f.options import EmulatorOptions
from tth.testing.emulated_a2f import emulated_a2f

AT_ONCE = 6

HARMLESS = {
    "a late header": Fault(late_header_s=0.1),
    "names of the head as well": Fault(names=55),
    "names of the tongue as well": Fault(names=68),
    "few names": Fault(names=10),
    "weights beyond 1": Fault(weight=1.7),
    "weights below 0": Fault(weight=-0.4),
    "frames after the end": Fault(after=3),
    "a short stall": Fault(frame=20, stall_s=0.2),
}
HARMFUL = {
    "busy": (Fault(refuse="RESOURCE_EXHAUSTED"), "refuses it with RESOURCE_EXHAUSTED"),
    "away": (Fault(refuse="UNAVAILABLE"), "refuses it with UNAVAILABLE"),
    "parameters refused": (Fault(refuse="INVALID_ARGUMENT"), "refuses it with INVALID_ARGUMENT"),
    "no key": (Fault(refuse="UNAUTHENTICATED"), "refuses it with UNAUTHENTICATED"),
    "the clip fails": (Fault(frame=5, error="the graphics card is on fire"), "the graphics card is on fire"),
    "broken inside": (Fault(frame=5, abort="INTERNAL"), "INTERNAL"),
    "broken off": (Fault(frame=5, drop=True), "was lost"),
    "no header": (Fault(no_header=True), "before the names"),
    "a very late header": (Fault(late_header_s=30), "behind"),
    "stalled at once": (Fault(frame=0, stall_s="forever"), "behind"),
    "stalled": (Fault(frame=10, stall_s="forever"), "behind"),
    "slow": (Fault(fps=5), "behind"),
    "too few values": (Fault(values=51), "51"),
    "not a number": (Fault(frame=3, weight="nan"), "number"),
    "no end": (Fault(frame=3, weight="inf"), "number"),
    "time stands still": (Fault(time_codes="repeated"), "behind"),
}


async def speak(fault, places):
    pcm = words(np.random.default_rng(1), 2.0)
    options = EmulatorOptions(faults=Faults(faults=(fault,)))
    async with places, emulated_a2f(options) as (target, _), scene(target) as s:
        turn = await s.reply(pcm)
        assert s.sound[turn.id] == pcm
        assert s.frames[turn.id][-1] >= 47_000
        return [move for move in s.moves if isinstance(move, DegradedEvent)]


async def test_every_fault_ends_on_the_right_rung_with_its_reason_told_once():
    places = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        running = {name: group.create_task(speak(fault, places)) for name, (fault, _) in HARMFUL.items()}
    for name, task in running.items():
        assert len(task.result()) == 1, name
        (told,) = task.result()
        assert (told.was, told.now) == ("a2f", "phoneme"), name
        # On a machine that is too slow for it, the delay may be noticed before the fault.
        assert HARMFUL[name][1] in told.reason or "behind the voice" in told.reason, f"{name}: {told.reason}"


async def test_what_does_no_harm_changes_nothing():
    places = asyncio.Semaphore(2)  # late frames are a fault, and these have none
    async with asyncio.TaskGroup() as group:
        running = {name: group.create_task(speak(fault, places)) for name, fault in HARMLESS.items()}
    assert {name: task.result() for name, task in running.items()} == {name: [] for name in HARMLESS}

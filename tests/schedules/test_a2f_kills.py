"""Sessions on a real Audio2Face-3D stand-in that is killed and comes back at random: the voice never notices."""

from __future__ import annotations

import asyncio
import random

import numpy as np

from tests.schedules.a2f_scene import scene, words
from tth.adapters.shared import Shared
from tth.core.events import DegradedEvent, RecoveredEvent
from tth.emulators.a2f.options import EmulatorOptions
from tth.testing.emulated_a2f import emulated_a2f

SESSIONS, REPLIES = 20, 10


async def hold_a_session(number, target, shared, spoken):
    rng = np.random.default_rng(number)
    async with scene(target, shared) as s:
        for _ in range(REPLIES):
            pcm = words(rng, rng.uniform(0.5, 1.3))
            turn = await s.reply(pcm)
            spoken[turn.id] = pcm
        return s, s.session


async def test_a_stand_in_killed_at_random_in_200_replies_costs_no_sound_no_frame_and_leaves_nothing():
    rng = random.Random(11)
    shared, spoken, kills = Shared(), {}, 0
    before = set(asyncio.all_tasks())
    async with emulated_a2f(EmulatorOptions(streams=2 * SESSIONS)) as (target, emulator):
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(hold_a_session(number, target, shared, spoken)) for number in range(SESSIONS)]
            while not all(task.done() for task in running):
                await asyncio.wait(running, timeout=rng.uniform(0.2, 1.6), return_when=asyncio.ALL_COMPLETED)
                if all(task.done() for task in running):
                    break
                await emulator.break_now()
                kills += 1
                await asyncio.wait(running, timeout=rng.uniform(0, 0.4), return_when=asyncio.ALL_COMPLETED)
                await emulator.come_back()
        results = [task.result() for task in running]
    assert kills >= 4
    for seen, _ in results:
        assert [turn.status for turn in seen.turns] == ["completed"] * REPLIES
        for turn in seen.turns:
            assert seen.sound[turn.turn_id] == spoken[turn.turn_id]
            assert turn.samples == len(spoken[turn.turn_id]) // 2
            samples = seen.frames[turn.turn_id]
            # Whoever made them: in order, nothing twice. How far they reach depends on how busy the machine is; that
            # they reach the end is shown on virtual time, in tests/session/test_ladder.py.
            assert samples == sorted(set(samples))
            assert samples[-1] >= turn.samples // 2
        kinds = [type(move) for move in seen.moves]
        assert kinds == [DegradedEvent, RecoveredEvent] * (len(kinds) // 2) + [DegradedEvent] * (len(kinds) % 2)
    assert sum(session.meters.degrades for _, session in results) >= SESSIONS
    assert sum(session.meters.recoveries for _, session in results) >= SESSIONS // 2
    assert emulator.ledger.open == 0
    assert len(shared) == 0
    assert set(asyncio.all_tasks()) == before

"""Sessions on a real Audio2Face-3D stand-in that is killed and comes back at random: the voice never notices."""

from __future__ import annotations

import asyncio
import random

import numpy as np

from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.builtins.phoneme.avatar import PhonemeAvatar
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    FaceFrameEvent,
    Family,
    RecoveredEvent,
    TurnCompleteEvent,
)
from tth.emulators.a2f.options import EmulatorOptions
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.emulated_a2f import emulated_a2f
from tth.testing.peers import ScriptedVoice

SESSIONS, REPLIES = 20, 10
FRAME = 800


class Seen:
    def __init__(self, session):
        self.sound, self.frames, self.turns, self.moves = {}, {}, [], []
        session.bus.observe(self._take, frozenset(Family))

    def _take(self, event):
        match event:
            case AudioChunkEvent():
                self.sound[event.turn_id] = self.sound.get(event.turn_id, b"") + event.data
            case FaceFrameEvent():
                self.frames.setdefault(event.turn_id, []).append(event.frame.sample)
            case TurnCompleteEvent():
                self.turns.append(event)
            case DegradedEvent() | RecoveredEvent():
                self.moves.append(event)


def words(rng, seconds):
    """Noise in syllables: loud and quiet by turns."""
    count = int(24_000 * seconds)
    level = np.abs(np.sin(np.arange(count) * 2 * np.pi * 3 / 24_000)) * 6000
    return (rng.standard_normal(count) * level).astype("<i2").tobytes()


async def hold_a_session(number, target, shared, spoken):
    rng = np.random.default_rng(number)
    voices = []

    def voice():
        voices.append(ScriptedVoice())
        return voices[-1]

    cast = Cast(
        profile="kills",
        persona="test",
        realtime=[Maker("voice", voice)],
        rungs=[
            Rung("a2f", lambda: A2F(A2FOptions(target=target), shared)),
            Rung("phoneme", lambda: PhonemeAvatar(None, shared)),
        ],
    )
    async with Session(cast) as session:
        seen = Seen(session)
        for reply in range(REPLIES):
            turn = session.say("go")
            while len(voices[-1].requests) <= reply:  # noqa: ASYNC110  # a step of the loop, not a wait
                await asyncio.sleep(0)
            pcm = words(rng, rng.uniform(0.5, 1.3))
            spoken[turn.id] = pcm
            voices[-1].start(f"r{reply}", f"i{reply}")
            for at in range(0, len(pcm), 4800):
                voices[-1].emit(AudioChunkEvent(data=pcm[at : at + 4800], response_id=f"r{reply}", item_id=f"i{reply}"))
            voices[-1].finish(f"r{reply}")
            await turn.wait()
        return seen, session


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
            # Whoever made them: in order, nothing twice, up to the end of the sound.
            assert samples == sorted(set(samples))
            assert samples[-1] + 2 * FRAME >= turn.samples
        kinds = [type(move) for move in seen.moves]
        assert kinds == [DegradedEvent, RecoveredEvent] * (len(kinds) // 2) + [DegradedEvent] * (len(kinds) % 2)
    assert sum(session.meters.degrades for _, session in results) >= SESSIONS
    assert sum(session.meters.recoveries for _, session in results) >= SESSIONS // 2
    assert emulator.ledger.open == 0
    assert len(shared) == 0
    assert set(asyncio.all_tasks()) == before

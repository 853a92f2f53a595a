"""The session's promises (I1 to I8) over random schedules, faults and interrupts, on virtual time."""

from __future__ import annotations

import asyncio
import gc
import random
import weakref

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tth.core.bus import Limit, Overflow
from tth.core.events import Family, ItemHeardEvent, TurnCompleteEvent
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.clock import run
from tth.testing.invariants import Witness
from tth.testing.liar import LIES, LyingVoice
from tth.testing.liar_avatar import AVATAR_LIES, LyingAvatar

EVERYTHING = {family: Limit(1 << 20, Overflow.CLOSE) for family in Family}
STEPS = ("say", "interrupt", "hold", "resume", "wait", "wait", "wait", "report", "flush", "read")

schedules = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from((0.0, 0.001, 0.02, 0.3, 1.5))), min_size=1, max_size=30
)
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
thorough = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Run:
    """One session under one schedule."""

    def __init__(self, seed, schedule, *, lies=(), avatar_lies=(), client=False):
        self.rng = random.Random(seed)
        self.schedule = schedule
        self.lies = lies
        self.avatar_lies = avatar_lies
        self.client = client
        self.voices: list[LyingVoice] = []
        self.avatars: list[LyingAvatar] = []
        self.witness = Witness()
        self.heard: dict[str, str] = {}
        self.left: list[str] = []

    def cast(self):
        def voice():
            self.voices.append(LyingVoice(self.rng, self.lies))
            return self.voices[-1]

        def avatar():
            self.avatars.append(LyingAvatar(self.rng, self.avatar_lies))
            return self.avatars[-1]

        return Cast(
            profile="test",
            persona="test",
            realtime=[Maker("a", voice), Maker("b", voice)],
            rungs=[Rung(name, avatar) for name in "xyz"],
        )

    def read(self, session, events):
        while (event := events.get_nowait()) is not None:
            self.witness.take(event)
            if isinstance(event, ItemHeardEvent):
                self.heard[event.item_id] = event.text

    async def main(self):
        before = asyncio.all_tasks()
        async with Session(self.cast()) as session:
            events = session.subscribe(EVERYTHING)
            if self.client:
                session.attach_client()
            for number, (step, delay) in enumerate(self.schedule):
                self.do(session, events, step, number)
                await asyncio.sleep(delay)
            if session.turn is not None:
                session.resume()
                if self.client:
                    session.detach_client()
                async with asyncio.timeout(400):
                    await session.turn.wait()
            await asyncio.sleep(5)
            self.read(session, events)
            self.conversation = list(session.conversation)
        self.read(session, events)
        self.witness.finish()
        self.left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
        self.ref = weakref.ref(session)

    def do(self, session, events, step, number):
        turn = session.turn
        if turn is not None and step in ("say", "interrupt"):
            self.witness.interrupted(turn.id)
        if step == "say":
            session.say(f"question {number}")
        elif step == "interrupt":
            session.interrupt()
            assert session.turn is None
            self.read(session, events)
        elif step == "hold":
            session.hold()
        elif step == "resume":
            session.resume()
        elif step == "read":
            self.read(session, events)
        elif turn is not None and step == "report":
            state = self.rng.choice(("playing", "blocked", "ended"))
            session.report_playhead(
                turn.number, self.rng.randrange(100_000), playing=state != "blocked", ended=state == "ended"
            )
        elif turn is not None and step == "flush":
            session.report_flush(turn.number, self.rng.randrange(100_000))


def play(*args, **kwargs):
    trial = Run(*args, **kwargs)
    run(trial.main())
    assert trial.witness.broken == []
    assert trial.left == []
    return trial


@given(st.integers(), schedules, st.booleans())
@thorough
def test_an_honest_voice_keeps_every_promise(seed, schedule, client):
    trial = play(seed, schedule, client=client)
    assert all(voice.closed for voice in trial.voices)
    assert all(avatar.closed for avatar in trial.avatars)
    for record in trial.witness.turns.values():
        if isinstance(record.ending, TurnCompleteEvent) and record.ending.status == "completed":
            assert record.text == record.ending.text
            spoken = trial.voices[-1].spoken.get(record.ending.response_id, b"")
            assert b"".join(chunk.data for chunk in record.audio) == spoken


@given(st.integers(), schedules, st.sets(st.sampled_from(LIES), min_size=1), st.booleans())
@thorough
def test_a_lying_voice_breaks_no_promise(seed, schedule, lies, client):
    play(seed, schedule, lies=lies, client=client)


@given(st.integers(), schedules, st.sets(st.sampled_from(AVATAR_LIES), min_size=1))
@slow
def test_a_lying_avatar_breaks_no_promise_and_delays_no_sound(seed, schedule, lies):
    trial = play(seed, schedule, avatar_lies=lies)
    honest = play(seed, [step for step in schedule], avatar_lies=())
    assert len(trial.witness.turns) == len(honest.witness.turns)


@given(st.integers(), schedules)
@slow
def test_the_conversation_holds_what_was_heard_and_only_that(seed, schedule):
    trial = play(seed, schedule)
    for item in trial.conversation:
        if item.role == "assistant" and item.id in trial.heard:
            assert item.text == trial.heard[item.id]


def test_two_hundred_random_interrupts_in_one_session_leave_nothing_behind():
    rng = random.Random(7)
    schedule = []
    for _ in range(200):
        schedule += [("say", rng.choice((0.0, 0.02, 0.3, 1.0))), ("interrupt", rng.choice((0.0, 0.02)))]
    trial = play(3, schedule)
    assert len(trial.witness.turns) == 200
    ref = trial.ref
    del trial
    gc.collect()
    assert ref() is None

"""A session that has used up its budget finishes its answer and ends."""

from __future__ import annotations

import asyncio

from tests.session.scene import scene, settle
from tth.config.settings import Budget
from tth.core.events import SessionClosedEvent, TurnCompleteEvent, UsageEvent, WarningEvent
from tth.testing.clock import run


def spend(stage, usd):
    stage.voice.emit(UsageEvent(response_id="r1", usage={"cost_usd": usd}))


async def answered(stage, usd):
    turn = stage.session.say("hello")
    await settle()
    stage.voice.start(tag=turn.id)
    stage.voice.audio(100)
    spend(stage, usd)
    await settle()
    stage.voice.audio(100)
    stage.voice.finish()
    ending = await turn.wait()
    await settle()
    return ending


def test_a_session_ends_after_the_answer_that_spent_its_last_dollar():
    async def main():
        async with scene(budget=Budget(usd=0.05)) as s:
            assert isinstance(await answered(s, 0.04), TurnCompleteEvent)
            assert not s.seen(SessionClosedEvent, WarningEvent)
            ending = await answered(s, 0.02)
            assert isinstance(ending, TurnCompleteEvent)
            assert ending.samples == 4800, "the answer was heard to its end"
            warning, closed = s.seen(SessionClosedEvent, WarningEvent)
            assert warning.code == closed.reason == "budget_spent"
            assert "$0.05" in warning.message

    run(main())


def test_a_session_whose_minutes_are_over_ends_at_once_where_nobody_speaks():
    async def main():
        async with scene(budget=Budget(minutes=1)) as s:
            await asyncio.sleep(59)
            assert not s.seen(SessionClosedEvent)
            await asyncio.sleep(2)
            assert [event.reason for event in s.seen(SessionClosedEvent)] == ["budget_spent"]

    run(main())


def test_without_a_budget_nothing_ends():
    async def main():
        async with scene() as s:
            await answered(s, 1000.0)
            await asyncio.sleep(100_000)
            assert not s.seen(SessionClosedEvent)

    run(main())

"""What a turn and a session cost is told where it is known, and never guessed."""

from __future__ import annotations

import pytest

from tests.session.scene import scene, settle
from tth.core.events import MeasureEvent, UsageEvent
from tth.observers.cost import measure_costs
from tth.testing.clock import run


async def costs_after(stage, *usages):
    turn = stage.session.say("hello")
    await settle()
    stage.voice.start(tag=turn.id)
    stage.voice.emit(*(UsageEvent(response_id="r1", usage=usage) for usage in usages))
    stage.voice.finish()
    await turn.wait()
    await settle()
    return {event.name: event.value for event in stage.seen(MeasureEvent) if event.name.endswith("_usd")}


def test_each_turn_tells_its_own_cost_and_the_sessions():
    async def main():
        async with scene() as s:
            measure_costs(s.session.bus)
            assert await costs_after(s, {"cost_usd": 0.25}, {"cost_usd": 0.5}) == {
                "turn_cost_usd": 0.75,
                "session_cost_usd": 0.75,
            }
            assert await costs_after(s, {"cost_usd": 0.25}) == {"turn_cost_usd": 0.25, "session_cost_usd": 1.0}

    run(main())


@pytest.mark.parametrize(
    "usages", [(), ({"input_text_tokens": 12.0},), ({"cost_usd": 1.0}, {"input_text_tokens": 9.0})]
)
def test_nothing_is_told_where_a_cost_is_unknown(usages):
    async def main():
        async with scene() as s:
            measure_costs(s.session.bus)
            assert await costs_after(s, *usages) == {}

    run(main())

"""Many turns on one connection, and hours over several."""

from __future__ import annotations

import asyncio

import pytest

from tests.schedules.schedule import stage
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.conversation import tool_call, tool_result
from tth.core.events import DegradedEvent, ErrorEvent, TurnCompleteEvent, WarningEvent
from tth.testing.clock import run

TROUBLE = (ErrorEvent, WarningEvent, DegradedEvent)


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


async def ask(made, text, control=None):
    ending = await made.session.say(text, control).wait()
    assert isinstance(ending, TurnCompleteEvent)
    assert ending.status == "completed"
    return ending.text.strip()


def trouble(made):
    return [event for event in made.sink.seen if isinstance(event, TROUBLE)]


def test_fifty_turns_are_held_on_one_connection():
    async def main():
        async with stage() as made:
            for number in range(50):
                assert await ask(made, f"number {number}") == f"You said: number {number}"
            assert len(made.emulator.records) == 1
            assert trouble(made) == []

    run(main())


def test_three_hours_pass_over_four_connections_and_nobody_notices():
    async def main():
        options = OpenAIRealtimeOptions(session_s=3600, renew_before_s=300)
        async with stage(options=options) as made:
            conversation = made.session.conversation
            assert await ask(made, "what is the code?") == "You said: what is the code?"
            conversation.put(tool_call("c1", "call_1", "look_up", '{"what":"code"}'))
            conversation.put(tool_result("o1", "call_1", "4711"))
            began = asyncio.get_running_loop().time()
            number = 0
            while asyncio.get_running_loop().time() - began < 3 * 3600:
                number += 1
                assert await ask(made, f"turn {number}") == f"You said: turn {number}"
                await asyncio.sleep(400)
            records = made.emulator.records
            assert len(records) == 4
            for record in records[1:]:
                assert record.of("error") == []
                items = [event["item"] for event in record.asked("conversation.item.create")]
                call, result = (item for item in items if item["type"] != "message")
                assert (call["call_id"], call["name"]) == ("call_1", "look_up")
                assert (result["call_id"], result["output"]) == ("call_1", "4711")
            assert trouble(made) == []

    run(main())


def test_an_emotion_changes_the_voice_at_the_next_turn():
    async def main():
        voices = {None: "alloy", EmotionLabel.SAD: "cedar"}

        def choose(control):
            return voices[control.emotion.label]

        async with stage(choose_voice=choose) as made:
            await ask(made, "hello")
            await ask(made, "and sadly", TurnControl(EmotionControl(EmotionLabel.SAD)))
            await ask(made, "again sadly", TurnControl(EmotionControl(EmotionLabel.SAD)))
            spoken_with = [
                record.of("session.updated")[-1]["session"]["audio"]["output"]["voice"]
                for record in made.emulator.records
            ]
            assert spoken_with == ["alloy", "cedar"]
            assert [len(record.of("response.done")) for record in made.emulator.records] == [1, 2]
            assert all(record.of("error") == [] for record in made.emulator.records)
            assert trouble(made) == []

    run(main())

"""Voices, paces and moods, and every option before a strict server."""

from __future__ import annotations

import pytest

from tests.builtins.openai_realtime.scene import connected, of, until, wire, words
from tth.adapters.realtime import ResponseRequest, SessionChange
from tth.builtins.openai_realtime.models import EMOTION_VOICES, table, voice_of
from tth.builtins.openai_realtime.options import SemanticVad, Transcription
from tth.core.controls import CharacterControl, EmotionControl, EmotionLabel, TurnControl
from tth.core.conversation import message
from tth.core.events import (
    WarningEvent,
)
from tth.testing.clock import run


def test_seven_emotions_are_seven_voices_that_every_model_of_today_has():
    assert len(set(EMOTION_VOICES.values())) == len(EMOTION_VOICES) == len(EmotionLabel)
    assert set(EMOTION_VOICES.values()) <= set(table().voices)


@pytest.mark.parametrize(
    ("wish", "voice"), [("onyx", "echo"), ("nova", "shimmer"), ("fable", "ballad"), ("marin", "marin"), ("bob", None)]
)
def test_a_wish_becomes_the_nearest_voice_there_is(wish, voice):
    assert voice_of(wish, table().voices) == voice


def test_the_voice_is_the_wished_ones_nearest_and_an_unknown_one_is_told():
    async def main():
        async with connected(voice="onyx") as (made, _):
            (update,) = made.record.asked("session.update")
            assert update["session"]["audio"]["output"]["voice"] == "echo"
        async with connected(voice="bob") as (made, adapter):
            (update,) = made.record.asked("session.update")
            assert "voice" not in update["session"]["audio"]["output"]
            (warning,) = await until(adapter, WarningEvent)
            assert "'bob'" in warning.message

    run(main())


def test_the_voice_changes_until_the_model_has_spoken_and_then_at_the_next_connection():
    async def main():
        async with connected() as (made, adapter):
            applied = await adapter.configure(SessionChange(voice="coral"))
            assert applied.fields == {"voice": "now"}
            await adapter.send_user_text("hello")
            await until(adapter)
            assert made.record.of("session.updated")[-1]["session"]["audio"]["output"]["voice"] == "coral"
            assert (await adapter.configure(SessionChange(voice="coral"))).fields == {"voice": "now"}
            assert (await adapter.configure(SessionChange(voice="cedar"))).fields == {"voice": "at_renewal"}
            assert (await adapter.configure(SessionChange(voice="bob"))).fields == {"voice": "never"}
            assert made.record.of("error") == []

    run(main())


def test_an_emotion_becomes_delivery_instructions_for_that_answer_alone():
    async def main():
        async with connected() as (made, adapter):
            sad = TurnControl(EmotionControl(EmotionLabel.SAD, 0.5))
            await adapter.add_items([message("u1", "user", "hello")])
            for control in (sad, None):
                await adapter.respond(ResponseRequest(control=control))
                await until(adapter)
            told, plain = made.record.asked("response.create")
            assert told["response"]["instructions"].startswith(
                "Be brief.\n\nDeliver this answer so that you sound clearly sad"
            )
            assert "instructions" not in plain["response"]

    run(main())


def test_a_pace_is_told_once_and_what_cannot_be_done_is_said():
    async def main():
        async with connected() as (made, adapter):
            quick = TurnControl(character=CharacterControl(speech_rate=4.0, pitch_shift=0.5))
            for _ in range(2):
                await adapter.respond(ResponseRequest(control=quick))
                events = await until(adapter)
            assert {event.code for event in of(events, WarningEvent)} == {"control_speech_rate", "control_pitch_shift"}
            speeds = [
                update["session"]["audio"]["output"].get("speed") for update in made.record.asked("session.update")
            ]
            assert speeds == [None, 1.5]
            assert made.record.of("error") == []

    run(main())


@pytest.mark.parametrize(
    "options",
    [
        {"turn_detection": SemanticVad(type="semantic_vad", eagerness="low")},
        {"noise_reduction": "near_field", "transcription": Transcription(language="en", prompt="tth")},
        {"reasoning_effort": "high", "max_output_tokens": 900, "truncation": 0.8},
        {"reasoning_effort": "high", "model": "gpt-realtime-1.5"},
        {"tool_choice": "none", "truncation": "disabled", "speed": 1.2},
        {
            "mcp": (
                {
                    "type": "mcp",
                    "server_label": "docs",
                    "server_url": "https://example.com",
                    "require_approval": "never",
                },
            )
        },
    ],
)
def test_every_option_is_taken_by_a_strict_server(options):
    async def main():
        async with wire() as made:
            adapter = made.adapter(**options)
            await adapter.connect("Be brief.", "alloy")
            await adapter.send_user_text("hello")
            events = await until(adapter)
            assert events[-1].status == "completed"
            assert made.record.of("error") == []
            assert [event for event in of(events, WarningEvent) if event.code == "not_as_asked"] == []

    run(main())


def test_temperature_is_for_servers_of_the_beta_dialect_only():
    async def main():
        for dialect, sent in (("ga", False), ("beta", True)):
            async with wire(dialect=dialect) as made:
                adapter = made.adapter(temperature=0.7)
                await adapter.connect("Be brief.", "alloy")
                await adapter.send_user_text("hello")
                events = await until(adapter)
                (update,) = made.record.asked("session.update")
                assert ("temperature" in update["session"]) is sent
                assert bool([e for e in of(events, WarningEvent) if e.code == "control_temperature"]) is not sent
                assert words(events) == "You said: hello"
                assert made.record.of("error") == []

    run(main())

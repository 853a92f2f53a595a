"""How a lost, stalled or outgrown voice is replaced."""

from __future__ import annotations

import asyncio

from tests.session.scene import scene, settle
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.events import (
    DegradedEvent,
    ErrorEvent,
    ExpiringSoonEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    WarningEvent,
)
from tth.errors import AdapterError
from tth.testing.clock import run
from tth.testing.peers import ScriptedVoice


def test_a_silent_voice_is_replaced_and_asked_once_more():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            await asyncio.sleep(10.5)
            assert len(s.voices) == 2
            assert s.voices[0].closed
            assert s.voice.requests[-1].tag == turn.id
            s.voice.start("r2", "i2")
            s.voice.text("here", "r2", "i2")
            s.voice.finish("r2")
            assert isinstance(await turn.wait(), TurnCompleteEvent)

    run(main())


def test_a_voice_that_fails_twice_fails_the_turn_and_not_the_session():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.drop()
            await settle()
            s.voice.drop()
            ending = await turn.wait()
            assert isinstance(ending, TurnFailedEvent)
            await settle()
            again = s.session.say("still there?")
            await settle()
            s.voice.start("r9", "i9")
            s.voice.finish("r9")
            assert isinstance(await again.wait(), TurnCompleteEvent)

    run(main())


def test_a_renewed_voice_gets_the_conversation_and_the_question_once():
    async def main():
        async with scene() as s:
            first = s.session.say("my name is Ada")
            await settle()
            s.voice.start()
            s.voice.text("Hello Ada.")
            s.voice.finish()
            await first.wait()
            s.session.say("who am I?")
            await settle()
            s.voice.drop()
            await settle()
            said = [(item.role, item.text) for item in s.voice.items]
            assert said == [("user", "my name is Ada"), ("assistant", "Hello Ada."), ("user", "who am I?")]
            assert len(s.voice.requests) == 1

    run(main())


def test_the_next_voice_of_the_profile_takes_over_within_the_turn():
    async def main():
        async with scene(voices=2) as s:
            turn = s.session.say("hello")
            await settle()
            began = asyncio.get_running_loop().time()
            s.voice.emit(ErrorEvent(code="quota", message="no money left", decision="fatal"))
            await settle()
            assert asyncio.get_running_loop().time() - began < 1.0
            assert s.session.components["realtime"] == "voice1"
            s.voice.start("r2", "i2")
            s.voice.audio(100, "r2", "i2")
            s.voice.finish("r2")
            assert isinstance(await turn.wait(), TurnCompleteEvent)

    run(main())


def test_an_emotion_s_voice_comes_with_the_next_renewal_between_turns():
    voices = {EmotionLabel.NEUTRAL: "alloy", EmotionLabel.HAPPY: "echo"}

    async def main():
        async with scene(choose_voice=lambda control: voices[control.label]) as s:
            assert s.voice.voice == "alloy"
            s.session.say("be glad", TurnControl(EmotionControl(EmotionLabel.HAPPY)))
            await settle()
            assert len(s.voices) == 2
            assert s.voice.voice == "echo"
            assert s.voice.requests[-1].control.label is EmotionLabel.HAPPY

    run(main())


def test_an_expiring_voice_is_replaced_between_turns_by_one_made_beside_it():
    async def main():
        async with scene() as s:
            turn = s.session.say("my name is Ada")
            await settle()
            old = s.voice
            old.start()
            old.text("Hello Ada.")
            old.emit(ExpiringSoonEvent(in_s=60))
            await settle()
            assert len(s.voices) == 2, "the new one is connected while the old one speaks"
            assert not old.closed
            old.text(" How are you?")
            old.finish()
            await turn.wait()
            await settle()
            assert old.closed
            assert [(item.role, item.text) for item in s.voice.items] == [
                ("user", "my name is Ada"),
                ("assistant", "Hello Ada. How are you?"),
            ]
            again = s.session.say("who am I?")
            await settle()
            assert s.voice.requests[-1].tag == again.id
            assert [item.text for item in s.voice.items][-1] == "who am I?"
            assert not [event for event in s.seen() if isinstance(event, DegradedEvent | TurnFailedEvent)]

    run(main())


def test_a_voice_that_cannot_be_made_ahead_of_time_is_told_and_the_old_one_goes_on():
    async def main():
        made = []

        def make():
            made.append(ScriptedVoice())
            if len(made) > 1:
                made[-1].refuse = AdapterError("voice", "too busy", decision="retry")
            return made[-1]

        async with scene(make_voice=make) as s:
            s.voice.emit(ExpiringSoonEvent(in_s=60))
            await settle()
            await asyncio.sleep(1)
            assert [event.code for event in s.seen() if isinstance(event, WarningEvent)] == ["renewal_failed"]
            assert len(made) == 3, "it was tried again once"
            assert not s.voices[0].closed
            turn = s.session.say("still there?")
            await settle()
            assert s.voices[0].requests[-1].tag == turn.id

    run(main())


def test_a_voice_that_is_lost_is_replaced_by_the_one_that_was_ready():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voices[0].emit(ExpiringSoonEvent(in_s=60))
            await settle()
            s.voices[0].drop()
            await settle()
            assert len(s.voices) == 2
            assert [item.text for item in s.voice.items] == ["hello"]
            assert s.voice.requests[-1].tag == turn.id

    run(main())


def test_a_session_that_closes_releases_the_voice_that_was_ready():
    async def main():
        async with scene() as s:
            s.session.say("hello")
            await settle()
            s.voices[0].emit(ExpiringSoonEvent(in_s=60))
            await settle()
        assert [voice.closed for voice in s.voices] == [True, True]

    run(main())


def test_a_voice_that_says_it_is_finished_is_not_tried_again_for_the_same_turn():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.emit(ErrorEvent(code="insufficient_quota", message="no credit", decision="fatal"))
            ending = await turn.wait()
            assert isinstance(ending, TurnFailedEvent)
            assert "no credit" in ending.message
            assert len(s.voices) == 1
            s.session.say("and now?")
            await settle()
            assert len(s.voices) == 2, "the next turn tries again"

    run(main())

"""How a lost, stalled or outgrown voice is replaced."""

from __future__ import annotations

import asyncio

from tests.session.scene import scene, settle
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.events import ErrorEvent, TurnCompleteEvent, TurnFailedEvent
from tth.testing.clock import run


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

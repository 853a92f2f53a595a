"""The voice that the person chose: over persona and emotion, between turns, and kept where it cannot be had."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.builtins.openai_realtime.scene import wire
from tests.session.scene import scene, settle
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.events import (
    ErrorEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnStartedEvent,
    VoiceChangedEvent,
    WarningEvent,
)
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.session import Session
from tth.testing.clock import run
from tth.testing.peers import ScriptedVoice

VOICES = {EmotionLabel.NEUTRAL: "alloy", EmotionLabel.HAPPY: "echo"}
HAPPY = TurnControl(EmotionControl(EmotionLabel.HAPPY))


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")


def by_emotion(control):
    return VOICES[control.label]


def with_voices(*names):
    def make():
        voice = ScriptedVoice()
        voice.voices = names
        return voice

    return make


def chosen(s):
    return s.seen(VoiceChangedEvent)


def test_the_chosen_voice_speaks_at_once_where_nobody_is_answered():
    async def main():
        async with scene(choose_voice=by_emotion, make_voice=with_voices("alloy", "echo", "marin")) as s:
            ready = s.session.ready()
            assert (ready.voice, ready.voices, ready.voice_wish) == ("alloy", ("alloy", "echo", "marin"), None)
            s.session.update_voice("marin")
            await settle()
            assert s.voice.voice == "marin"
            assert [voice.closed for voice in s.voices] == [True, False]
            assert (s.session.ready().voice, s.session.ready().voice_wish) == ("marin", "marin")
            assert (chosen(s)[-1].voice, s.session.ready().voice) == ("marin", "marin")

    run(main())


def test_a_running_answer_keeps_its_voice_and_the_next_one_is_told_what_was_said():
    async def main():
        async with scene(choose_voice=by_emotion, make_voice=with_voices("alloy", "echo", "marin")) as s:
            turn = s.session.say("my name is Ada")
            await settle()
            s.voice.start()
            s.session.update_voice("marin")
            await settle()
            assert len(s.voices) == 1, "it speaks on"
            s.voice.text("Hello Ada.")
            s.voice.finish()
            assert isinstance(await turn.wait(), TurnCompleteEvent)
            await settle()
            assert s.voice.voice == "marin"
            assert [(item.role, item.text) for item in s.voice.items] == [
                ("user", "my name is Ada"),
                ("assistant", "Hello Ada."),
            ]
            assert s.voice.requests == [], "nothing is asked twice"

    run(main())


def test_the_choice_lies_over_the_emotion_s_voice_until_it_is_given_back():
    async def main():
        async with scene(choose_voice=by_emotion, make_voice=with_voices("alloy", "echo", "marin")) as s:
            s.session.update_voice("marin")
            await settle()
            turn = s.session.say("be glad", HAPPY)
            await settle()
            assert s.voice.voice == "marin"
            s.voice.start()
            s.voice.finish()
            await turn.wait()
            s.session.update_voice(None)
            await settle()
            assert s.voice.voice == "alloy"
            s.session.say("be glad", HAPPY)
            await settle()
            assert s.voice.voice == "echo"

    run(main())


def test_a_session_may_begin_with_the_choice():
    async def main():
        made = []

        def make():
            made.append(with_voices("marin")())
            return made[-1]

        cast = Cast(profile="p", persona="q", realtime=[Maker("voice", make)], choose_voice=by_emotion)
        async with Session(cast, voice="marin") as session:
            assert made[-1].voice == "marin"
            assert session.ready().voice == "marin"

    run(main())


def test_a_fallback_that_lacks_the_choice_tells_so_once_and_the_choice_is_back_with_the_best():
    async def main():
        made = []

        def maker(*names):
            def make():
                made.append(with_voices(*names)())
                return made[-1]

            return make

        makers = [Maker("best", maker("alloy", "marin")), Maker("other", maker("alloy", "echo"))]
        cast = Cast(profile="p", persona="q", realtime=makers, choose_voice=by_emotion)
        async with Session(cast, voice="marin") as session:
            session.attach_client()
            events = session.subscribe()
            turn = session.say("hello")
            await settle()
            made[-1].emit(ErrorEvent(code="quota", message="no money left", decision="fatal"))
            await settle()
            assert [voice.voice for voice in made] == ["marin", "alloy"]
            made[-1].start()
            made[-1].finish()
            await turn.wait()
            await asyncio.sleep(60)
            made[-1].emit(ErrorEvent(code="quota", message="no money left", decision="fatal"))
            await settle()
            assert made[-1].voice == "marin"
            told = []
            while (event := events.get_nowait()) is not None:
                if isinstance(event, VoiceChangedEvent):
                    told.append((event.voice, event.voices, event.wish))
                elif isinstance(event, WarningEvent):
                    told.append(event.message)
            assert told == [
                ("alloy", ("alloy", "echo"), "marin"),
                "other has no voice 'marin'; it speaks as if none was chosen",
                ("marin", ("alloy", "marin"), "marin"),
            ]

    run(main())


@asynccontextmanager
async def emulated(**cast):
    """A session whose voice is the real adapter, at an emulated provider."""
    async with wire() as made:
        whole = Cast(
            profile="p",
            persona="q",
            realtime=[Maker("openai_realtime", made.adapter)],
            choose_voice=lambda control: "alloy",
        )
        async with Session(whole, **cast) as session:
            yield made, session


async def answer(session, text):
    events = session.subscribe()
    turn = session.say(text)
    assert isinstance(await turn.wait(), TurnCompleteEvent)
    said = ""
    while (event := events.get_nowait()) is not None:
        if isinstance(event, TextDeltaEvent):
            said += event.token
    events.close()
    return said.strip()


async def warnings_of(session, *wishes):
    """What is told to a client that comes now, chooses a voice, and talks twice."""
    events = session.subscribe()
    for wish in wishes:
        session.update_voice(wish)
    session.attach_client()
    session.detach_client()
    await answer(session, "hello")
    await answer(session, "again")
    told = []
    while (event := events.get_nowait()) is not None:
        told += [event.message] if isinstance(event, WarningEvent) else []
    return told


def voices_of(made):
    return [event["session"]["audio"]["output"]["voice"] for event in made.emulator.records[-1].of("session.updated")]


def test_the_provider_s_voice_is_changed_by_a_renewal_that_loses_and_repeats_nothing():
    async def main():
        async with emulated() as (made, session):
            assert "marin" in session.ready().voices
            await answer(session, "hello")
            events = session.subscribe()
            session.update_voice("marin")
            await asyncio.sleep(1)
            assert len(made.emulator.records) == 2
            assert voices_of(made)[-1] == "marin"
            told = [item["item"] for item in made.record.asked("conversation.item.create")]
            assert [item["role"] for item in told] == ["user", "assistant"]
            assert made.record.asked("response.create") == []
            assert await answer(session, "again") == "You said: again"
            assert len(made.emulator.records) == 2
            seen = []
            while (event := events.get_nowait()) is not None:
                seen.append(event)
            assert [event.voice for event in seen if isinstance(event, VoiceChangedEvent)][-1] == "marin"
            assert len([event for event in seen if isinstance(event, TurnStartedEvent)]) == 1

    run(main())


def test_before_the_provider_has_spoken_its_voice_changes_without_a_new_connection():
    async def main():
        async with emulated() as (made, session):
            session.update_voice("cedar")
            await asyncio.sleep(1)
            assert len(made.emulator.records) == 1
            assert voices_of(made)[-1] == "cedar"

    run(main())


@pytest.mark.parametrize(
    ("wish", "speaks", "told"),
    [
        ("onyx", "echo", ["openai_realtime has no voice 'onyx'; 'echo' speaks in its place"]),
        ("heart", "alloy", ["openai_realtime has no voice 'heart'; it speaks as if none was chosen"]),
        ("marin", "marin", []),
        (
            "voice_of_my_own",
            "alloy",
            ["openai_realtime has no voice 'voice_of_my_own'; it speaks as if none was chosen"],
        ),
    ],
)
def test_a_voice_of_another_profile_becomes_its_nearest_here_and_that_is_told_once(wish, speaks, told):
    async def main():
        async with emulated(voice=wish) as (made, session):
            assert voices_of(made)[-1] == speaks
            assert (session.ready().voice, session.ready().voice_wish) == (speaks, wish)
            assert await warnings_of(session) == told
        async with emulated() as (made, session):
            session.update_voice("coral")
            await asyncio.sleep(1)
            assert await warnings_of(session, wish, wish) == told
            assert session.ready().voice == speaks

    run(main())

"""Who may speak: a voice over the avatar's holds it, words interrupt it, a 'mhm' lets it go on from the same sample."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.session.scene import scene, settle
from tth.config.settings import Listening
from tth.core.events import (
    ListeningEvent,
    ListeningUpdateEvent,
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
    UserSpeechStartedEvent,
    UserSpeechStoppedEvent,
    UserTranscriptEvent,
)
from tth.core.media import AudioChunk
from tth.session.manners import Manners
from tth.testing.clock import run
from tth.testing.peers import ScriptedVoice

CHUNK = AudioChunk(bytes(960))


def hearing_voice(how="voice"):
    def make():
        voice = ScriptedVoice()
        voice.hears = how
        return voice

    return make


@asynccontextmanager
async def listening(how="voice", **settings):
    async with scene(make_voice=hearing_voice(how), listening=Listening(**settings)) as s:
        yield s


@asynccontextmanager
async def speaking(how="voice", **settings):
    """A session in the midst of an answer of ten seconds, half a second of it played."""
    async with listening(how, **settings) as s:
        s.session.hear(CHUNK)
        s.session.say("tell me a story")
        await settle()
        s.voice.start()
        s.voice.text("Once upon a time")
        s.voice.audio(10_000)
        s.voice.finish()
        await asyncio.sleep(0.5)
        s.seen()
        yield s


def begins(s, item="u1"):
    s.voice.emit(UserSpeechStartedEvent(item_id=item))


def stops(s, item="u1"):
    s.voice.emit(UserSpeechStoppedEvent(item_id=item))


def says(s, text, item="u1", *, final=True):
    s.voice.emit(UserTranscriptEvent(item_id=item, text=text, final=final))


def states(s):
    return [event.state for event in s.seen(TurnStateEvent)]


def test_a_voice_that_finds_speech_is_told_to_leave_the_turns_to_the_session():
    async def main():
        async with listening() as s:
            s.session.hear(CHUNK)
            await settle()
            (hearing,) = [change.hearing for change in s.voice.changes if change.hearing is not None]
            assert (hearing.ends, hearing.answers) == ("voice", False)

    run(main())


def test_what_is_said_is_answered_when_it_ends_and_knows_its_item():
    async def main():
        async with listening() as s:
            s.session.hear(CHUNK)
            begins(s)
            stops(s)
            await settle()
            (started,) = s.seen(TurnStartedEvent)
            assert (started.item_id, started.text) == ("u1", "")
            (request,) = s.voice.requests
            assert request.tag == started.turn_id
            says(s, "hello there")
            await settle()
            assert [item.text for item in s.session.conversation] == ["hello there"]

    run(main())


@pytest.mark.parametrize("words", ["mhm", "Mm-hmm.", "Yeah, right.", "Okay, I see.", "", "Uh-huh, uh-huh."])
def test_a_filler_holds_the_avatar_and_lets_it_go_on_from_the_same_sample(words):
    async def main():
        async with speaking() as s:
            begins(s)
            await settle()
            held = s.session.playhead
            assert states(s) == ["held"]
            await asyncio.sleep(0.4)
            stops(s)
            says(s, words)
            await settle()
            assert states(s) == ["speaking"]
            assert 0 <= s.session.playhead - held <= 24 * 2
            assert len(s.voice.requests) == 1
            assert isinstance(await s.session.turn.wait(), TurnCompleteEvent)
            assert [item.role for item in s.session.conversation] == ["user", "assistant"]

    run(main())


@pytest.mark.parametrize("words", ["stop", "No.", "wait a moment", "okay but tell me about Paris", "What?"])
def test_words_interrupt_the_avatar_and_are_answered(words):
    async def main():
        async with speaking() as s:
            begins(s)
            await asyncio.sleep(0.4)
            stops(s)
            says(s, words)
            await settle()
            (interrupted,) = s.seen(TurnInterruptedEvent)
            assert interrupted.reason == "user_speech"
            assert len(s.voice.requests) == 2
            assert [item.text for item in s.session.conversation if item.role == "user"][-1] == words

    run(main())


def test_words_that_are_understood_while_they_are_spoken_do_not_wait_for_their_end():
    async def main():
        async with speaking() as s:
            begins(s)
            says(s, "yes but what is that", final=False)
            await settle()
            assert s.seen(TurnInterruptedEvent)
            assert len(s.voice.requests) == 1
            stops(s)
            await settle()
            assert len(s.voice.requests) == 2

    run(main())


def test_who_goes_on_speaking_is_no_listener_even_where_nothing_is_understood():
    async def main():
        async with speaking(judge_ms=1500) as s:
            begins(s)
            await asyncio.sleep(1.4)
            assert not s.seen(TurnInterruptedEvent)
            await asyncio.sleep(0.2)
            assert s.session.turn is None

    run(main())


@pytest.mark.parametrize(("lasted_s", "answered"), [(0.9, False), (1.4, True)])
def test_an_utterance_of_which_nobody_says_the_words_is_judged_by_its_length(lasted_s, answered):
    async def main():
        async with speaking() as s:
            begins(s)
            await asyncio.sleep(lasted_s)
            stops(s)
            await asyncio.sleep(3)
            assert (len(s.voice.requests) == 2) is answered
            assert (s.session.turn is None or s.session.turn.number == 1) is not answered

    run(main())


def test_a_second_voice_while_the_first_is_judged_keeps_the_avatar_held():
    async def main():
        async with speaking() as s:
            begins(s)
            await asyncio.sleep(0.3)
            stops(s)
            begins(s, "u2")
            says(s, "mhm")
            await settle()
            assert states(s) == ["held"]
            stops(s, "u2")
            says(s, "yeah", "u2")
            await settle()
            assert states(s) == ["speaking"]

    run(main())


def test_barge_in_that_stops_waits_for_nothing():
    async def main():
        async with speaking(barge_in="stop") as s:
            begins(s)
            await settle()
            assert s.seen(TurnInterruptedEvent)

    run(main())


def test_barge_in_that_is_off_hears_nothing_while_a_turn_is_open():
    async def main():
        async with speaking(barge_in="off") as s:
            heard = s.voice.sound
            for _ in range(10):
                s.session.hear(AudioChunk(b"\1\1" * 480))
            await settle()
            assert s.voice.sound == heard

    run(main())


def test_settings_change_in_the_midst_of_speech_and_are_told():
    async def main():
        async with speaking() as s:
            s.session.bus.publish(ListeningUpdateEvent(barge_in="stop", silence_ms=900))
            await settle()
            (told,) = s.seen(ListeningEvent)
            assert (told.barge_in, told.silence_ms, told.threshold) == ("stop", 900, 0.5)
            assert s.voice.changes[-1].hearing.silence_ms == 900
            assert s.voice.changes[-1].hearing.answers

    run(main())


def test_a_button_that_is_held_says_one_utterance_with_one_answer():
    async def main():
        async with listening("caller") as s:
            s.session.microphone("held")
            for _ in range(20):
                s.session.hear(AudioChunk(b"\1\1" * 480))
            s.session.microphone("off")
            await settle()
            assert [len(sound) for sound in s.voice.utterances] == [20 * 960]
            assert len(s.voice.requests) == 1
            s.session.hear(CHUNK)
            await settle()
            assert s.voice.sound == b""

    run(main())


@pytest.mark.parametrize("discard", [True, False])
def test_a_button_that_is_held_in_vain_says_nothing_and_the_avatar_goes_on(discard):
    async def main():
        async with speaking("caller") as s:
            s.session.microphone("held")
            await settle()
            assert states(s) == ["held"]
            for _ in range(20 if discard else 5):
                s.session.hear(CHUNK)
            s.session.microphone("open", discard=discard)
            await settle()
            assert states(s) == ["speaking"]
            assert s.voice.utterances[-1] is None
            assert len(s.voice.requests) == 1

    run(main())


def test_a_voice_that_finds_speech_does_not_while_the_button_is_held():
    async def main():
        async with listening() as s:
            for state in ("open", "held", "open"):
                s.session.microphone(state)
            await settle()
            asked = [change.hearing.ends for change in s.voice.changes if change.hearing is not None]
            assert asked == ["voice", "caller", "voice"]

    run(main())


def test_a_session_says_whether_it_hears_and_why_not():
    async def main():
        async with scene() as s:
            told = [event for event in s.session.standing() if isinstance(event, ListeningEvent)]
            assert [(each.hears, each.why) for each in told] == [(False, "it has no ears")]

    run(main())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mhm.", []),
        ("Oh, I see! Okay.", []),
        ("Yeah, that’s right", []),
        ("right, but why", ["but", "why"]),
        ("no", ["no"]),
        ("I see a dog", ["a", "dog"]),
        ("", []),
    ],
)
def test_fillers_are_told_from_words(text, words):
    assert Manners().beside(text) == words


def test_a_profile_may_have_fillers_of_its_own():
    assert Manners(["ach so", "genau"]).beside("Ach so, genau!") == []


@pytest.mark.parametrize(
    ("text", "lasted_s", "meant"),
    [
        ("Mama", 0.4, False),  # what a recogniser makes of a hum
        ("Everett.", 0.6, False),
        ("Stop.", 0.3, True),
        ("No, no.", 0.5, True),
        ("Paris.", 0.9, True),
        ("Tell me about Paris", 0.7, True),
        ("Yeah, right.", 1.2, False),
    ],
)
def test_short_and_unknown_is_no_interruption_but_a_word_that_is_meant_is(text, lasted_s, meant):
    assert Manners().interrupts(text, lasted_s) is meant

from __future__ import annotations

import asyncio

import pytest

from tests.session.scene import scene, settle
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    FaceFrameEvent,
    InterruptEvent,
    ItemHeardEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
    UserTextEvent,
)
from tth.core.media import SpeechMark
from tth.errors import SessionClosed, TthError
from tth.testing.clock import run


def test_a_turn_is_complete_when_its_last_sample_was_played_not_when_it_was_generated():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            s.voice.text("Hi.")
            s.voice.audio(2000)
            s.voice.finish()
            began = asyncio.get_running_loop().time()
            ending = await turn.wait()
            assert isinstance(ending, TurnCompleteEvent)
            assert ending.samples == 48_000
            assert ending.text == "Hi."
            assert asyncio.get_running_loop().time() - began == pytest.approx(2.0, abs=0.01)

    run(main())


def test_late_events_of_an_interrupted_response_do_not_touch_the_next_turn():
    async def main():
        async with scene() as s:
            s.session.say("one")
            await settle()
            s.voice.start("r1", "i1")
            s.voice.text("old", "r1", "i1")
            s.voice.audio(500, "r1", "i1")
            await settle()
            s.session.interrupt()
            second = s.session.say("two")
            await settle()
            s.events.get_nowait()
            s.voice.text("late", "r1", "i1")
            s.voice.audio(500, "r1", "i1")
            s.voice.finish("r1", status="cancelled")
            s.voice.start("r2", "i2")
            s.voice.text("new", "r2", "i2")
            s.voice.audio(100, "r2", "i2")
            s.voice.finish("r2")
            ending = await second.wait()
            assert ending.text == "new"
            assert ending.samples == 2400
            texts = [event.token for event in s.seen(TextDeltaEvent)]
            assert "late" not in texts

    run(main())


def test_nothing_old_is_delivered_once_interrupt_has_returned():
    async def main():
        async with scene() as s:
            s.session.say("one")
            await settle()
            s.voice.start()
            s.voice.text("words")
            s.voice.audio(1000)
            await settle()
            sent = len(s.avatar.sent[s.avatar.speech_id])
            s.session.interrupt()
            media = s.seen(TextDeltaEvent, AudioChunkEvent, FaceFrameEvent, SpeechMarkEvent)
            assert media == []
            s.voice.audio(1000)
            await settle()
            assert len(s.avatar.sent[s.avatar.speech_id]) == sent
            assert s.seen(TextDeltaEvent, AudioChunkEvent, FaceFrameEvent) == []
            assert s.avatar.interrupted == 1

    run(main())


def test_the_conversation_keeps_the_words_whose_marks_were_passed():
    async def main():
        async with scene() as s:
            s.session.say("tell me")
            await settle()
            s.voice.start()
            s.voice.text("one two three four")
            words = [("one", 0), ("two", 4), ("three", 8), ("four", 14)]
            marks = tuple(
                SpeechMark(
                    kind="word",
                    value=word,
                    start=n * 12_000,
                    end=(n + 1) * 12_000,
                    text_start=at,
                    text_end=at + len(word),
                )
                for n, (word, at) in enumerate(words)
            )
            s.voice.emit(SpeechMarkEvent(marks=marks, response_id="r1", item_id="i1"))
            s.voice.audio(2000)
            await asyncio.sleep(1.1)
            s.session.interrupt()
            await settle()
            (heard,) = s.seen(ItemHeardEvent)
            assert (heard.text, heard.estimated) == ("one two", False)
            assert s.session.conversation.get("i1").text == "one two"
            assert s.voice.cancelled == ["r1"]
            ((told,),) = s.voice.heard
            assert told.item_id == "i1"
            assert told.samples == pytest.approx(1.1 * 24_000, abs=100)

    run(main())


def test_without_marks_what_was_heard_is_a_proportional_prefix_cut_to_a_word():
    async def main():
        async with scene() as s:
            s.session.say("tell me")
            await settle()
            s.voice.start()
            s.voice.text("aaaa bbbb cccc dddd")
            s.voice.audio(2000)
            s.voice.finish()
            await asyncio.sleep(1.0)
            s.session.interrupt()
            await settle()
            (heard,) = s.seen(ItemHeardEvent)
            assert (heard.text, heard.estimated) == ("aaaa bbbb", True)

    run(main())


def test_a_client_s_flush_report_outranks_the_clock():
    async def main():
        async with scene() as s:
            s.session.attach_client()
            turn = s.session.say("tell me")
            await settle()
            s.voice.start()
            s.voice.text("aaaa bbbb cccc dddd")
            s.voice.audio(2000)
            s.voice.finish()
            await settle()
            s.session.report_playhead(turn.number, 0, playing=True)
            await asyncio.sleep(1.5)
            s.session.interrupt()
            s.session.report_flush(turn.number, 12_000)
            await settle()
            ((told,),) = s.voice.heard
            assert told.samples == 12_000

    run(main())


def test_a_silent_client_delays_the_next_request_by_the_flush_deadline_at_most():
    async def main():
        async with scene() as s:
            s.session.attach_client()
            s.session.say("one")
            await settle()
            s.voice.start()
            s.voice.text("words")
            s.voice.audio(2000)
            await settle()
            began = asyncio.get_running_loop().time()
            s.session.say("two")
            while len(s.voice.requests) < 2:  # noqa: ASYNC110  # virtual time: a step, not a wait
                await asyncio.sleep(0.01)
            assert asyncio.get_running_loop().time() - began <= 0.42

    run(main())


def test_a_turn_driven_only_by_the_bus_behaves_like_one_driven_by_methods():
    async def main():
        async with scene() as s:
            s.session.bus.publish(UserTextEvent(text="hello", turn_id="mine"))
            assert s.session.turn.id == "mine"
            await settle()
            assert s.voice.requests[-1].tag == "mine"
            s.voice.start()
            s.voice.audio(1000)
            await settle()
            s.session.bus.publish(InterruptEvent(reason="bus"))
            (ending,) = s.seen(TurnInterruptedEvent)
            assert (ending.turn_id, ending.reason) == ("mine", "bus")
            assert s.session.turn is None

    run(main())


def test_hold_stops_the_playhead_and_resume_goes_on_from_the_same_sample():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            s.voice.audio(1000)
            await asyncio.sleep(0.4)
            s.session.hold()
            at = s.session.playhead
            s.voice.audio(1000)
            s.voice.finish()
            await asyncio.sleep(30)
            assert s.session.playhead == at
            assert turn.ending is None
            s.session.resume()
            began = asyncio.get_running_loop().time()
            await turn.wait()
            assert asyncio.get_running_loop().time() - began == pytest.approx(2.0 - at / 24_000, abs=0.01)
            states = [event.state for event in s.seen(TurnStateEvent)]
            assert states == ["thinking", "speaking", "held", "speaking"]

    run(main())


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_000])
def test_text_that_cannot_be_answered_is_refused_and_nothing_starts(text):
    async def main():
        async with scene() as s:
            with pytest.raises(TthError):
                s.session.say(text)
            assert s.seen(TurnStartedEvent) == []
            assert s.session.turn is None

    run(main())


def test_a_closed_session_takes_nothing():
    async def main():
        async with scene() as s:
            session = s.session
        with pytest.raises(SessionClosed):
            session.say("anyone?")

    run(main())


def test_a_response_longer_than_five_minutes_ends_with_a_reason():
    async def main():
        async with scene() as s:
            turn = s.session.say("read me a book")
            await settle()
            s.voice.start()
            for _ in range(310):
                s.voice.audio(1000)
            ending = await turn.wait()
            assert ending.status == "incomplete"
            assert "longer than a session may hold" in ending.reason
            assert s.voice.cancelled == ["r1"]

    run(main())


@pytest.mark.parametrize("flood", ["text", "marks", "items"])
def test_a_flood_of_words_ends_the_response_and_not_the_memory(flood):
    async def main():
        async with scene() as s:
            turn = s.session.say("go")
            await settle()
            s.voice.start()
            mark = SpeechMark(kind="phoneme", value="a", start=0, end=1)
            for n in range(3000):
                if flood == "text":
                    s.voice.text("x" * 1000)
                elif flood == "marks":
                    s.voice.emit(SpeechMarkEvent(marks=(mark,) * 100, response_id="r1", item_id="i1"))
                else:
                    s.voice.text("x" * 200, item_id=f"i{n}")
            ending = await turn.wait()
            assert ending.status == "incomplete"
            assert turn.speech.chars < 500_000

    run(main())


def test_a_turn_id_is_good_for_one_turn():
    async def main():
        async with scene() as s:
            s.session.bus.publish(UserTextEvent(text="one", turn_id="mine"))
            s.session.bus.publish(UserTextEvent(text="two", turn_id="mine"))
            assert s.session.turn.text == "one"
            (error,) = s.seen(ErrorEvent)
            assert (error.code, error.turn_id) == ("turn_id_taken", "mine")

    run(main())


def test_a_client_that_goes_silent_while_the_response_is_made_gets_all_of_it_by_the_clock():
    async def main():
        async with scene() as s:
            s.session.attach_client()
            turn = s.session.say("go")
            await settle()
            s.voice.start()
            for _ in range(100):
                s.voice.audio(100)
                await asyncio.sleep(0.1)
            assert s.session.playhead > 7 * 24_000
            s.voice.finish()
            assert isinstance(await turn.wait(), TurnCompleteEvent)

    run(main())

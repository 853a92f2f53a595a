from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from tth.core.bus import Limit, Overflow
from tth.core.controls import CharacterControl, EmotionControl, EmotionLabel, TurnControl
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    EmotionEvent,
    Family,
    SpeechMarkEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    WarningEvent,
)
from tth.core.media import AudioChunk, SpeechMark
from tth.errors import AdapterError, AdapterUnavailable
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.session import Session
from tth.testing.clock import run

ALL = {family: Limit(1 << 16, Overflow.CLOSE) for family in Family}


class Writer:
    """A model that yields what it is given; an exception is raised, a float slept."""

    def __init__(self, *script):
        self.script = script
        self.asked = []

    async def generate(self, messages, *, control, tools=()):
        self.asked.append((list(messages), control))
        for piece in self.script:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, float):
                await asyncio.sleep(piece)
            else:
                yield piece

    async def close(self):
        pass


class Speaker:
    """A voice of 50 ms a character with exact word marks; fails after ``fail_after`` chunks."""

    voices = ()

    def __init__(self, *, fail_after=None, rate_hz=24_000, marks=True, hang=False):
        self.said = []
        self.voice = []
        self.controls = []
        self._fail_after = fail_after
        self._rate_hz = rate_hz
        self._marks = marks
        self._hang = hang

    async def synthesize(self, text, *, control, context):
        self.said.append(text)
        self.voice.append(context.voice)
        self.controls.append(control)
        if self._hang:
            await asyncio.sleep(3600)
        at = 0
        for word in text.split(" ") if self._marks else ():
            span = (at * 1200, (at + len(word)) * 1200)
            yield SpeechMark(
                kind="word", value=word, start=span[0], end=span[1], text_start=at, text_end=at + len(word)
            )
            at += len(word) + 1
        for number in range(len(text)):
            if self._fail_after is not None and number >= self._fail_after:
                raise ConnectionError("the line went dead")
            yield AudioChunk(b"\x01\x00" * (self._rate_hz // 20), self._rate_hz)

    async def close(self):
        pass


@asynccontextmanager
async def talking(llms, voices, **cast):
    whole = Cast(
        profile="test",
        persona="test",
        llms=[Maker(f"llm{n}", lambda made=made: made) for n, made in enumerate(llms)],
        voices=[Maker(f"tts{n}", lambda made=made: made) for n, made in enumerate(voices)],
        **cast,
    )
    async with Session(whole) as session:
        yield session, session.subscribe(ALL)


def drain(events, *kinds):
    found = []
    while (event := events.get_nowait()) is not None:
        if isinstance(event, kinds):
            found.append(event)
    return found


def test_speech_starts_while_the_model_still_writes():
    async def main():
        writer, speaker = Writer("Hello there! ", 5.0, "More."), Speaker()
        async with talking([writer], [speaker]) as (session, events):
            turn = session.say("hi")
            await asyncio.sleep(0.01)
            assert speaker.said == ["Hello there!"]
            assert drain(events, AudioChunkEvent)
            await turn.wait()
            assert speaker.said == ["Hello there!", "More."]

    run(main())


def test_the_next_model_goes_on_after_the_words_already_said():
    async def main():
        first = Writer("The sky is ", ConnectionError("gone"))
        second = Writer("blue.")
        speaker = Speaker()
        async with talking([first, second], [speaker]) as (session, events):
            began = asyncio.get_running_loop().time()
            turn = session.say("what colour is the sky?")
            await asyncio.sleep(0.001)
            assert asyncio.get_running_loop().time() - began < 1.0
            ending = await turn.wait()
            assert isinstance(ending, TurnCompleteEvent)
            assert ending.text == "The sky is blue."
            begun = second.asked[0][0][-1]
            assert (begun.role, begun.text, begun.complete) == ("assistant", "The sky is ", False)
            (told,) = drain(events, DegradedEvent)
            assert (told.component, told.was, told.now) == ("llm", "llm0", "llm1")

    run(main())


def test_a_model_that_keeps_silent_gives_way_to_the_next():
    async def main():
        async with talking([Writer(100.0, "late"), Writer("Here I am.")], [Speaker()]) as (session, events):
            turn = session.say("hi")
            ending = await turn.wait()
            assert ending.text == "Here I am."
            (told,) = drain(events, DegradedEvent)
            assert told.reason == "it did not answer in time"

    run(main())


def test_the_next_voice_goes_on_at_the_first_word_not_wholly_sent():
    async def main():
        first, second = Speaker(fail_after=6), Speaker()
        async with talking([Writer("one two three four.")], [first, second]) as (session, events):
            turn = session.say("count")
            await turn.wait()
            assert second.said == ["two three four."]
            words = [mark for event in drain(events, SpeechMarkEvent) for mark in event.marks]
            assert [word.value for word in words] == ["one", "two", "two", "three", "four."]
            assert words[-1].text_end == len("one two three four.")

    run(main())


def test_without_marks_a_barely_begun_sentence_is_said_again_whole():
    async def main():
        first, second = Speaker(fail_after=3, marks=False), Speaker()
        async with talking([Writer("one two three.")], [first, second]) as (session, _):
            await session.say("count").wait()
            assert second.said == ["one two three."]

    run(main())


def test_a_failed_voice_rests_while_another_works():
    async def main():
        first, second = Speaker(fail_after=0), Speaker()
        async with talking([Writer("Hello.")], [first, second]) as (session, _):
            await session.say("one").wait()
            await session.say("two").wait()
            assert (len(first.said), len(second.said)) == (1, 2)
            await asyncio.sleep(31)
            await session.say("three").wait()
            assert len(first.said) == 2

    run(main())


def test_a_voice_that_never_speaks_gives_way_within_its_deadline():
    async def main():
        async with talking([Writer("Hello.")], [Speaker(hang=True), Speaker()]) as (session, events):
            began = asyncio.get_running_loop().time()
            await session.say("hi").wait()
            assert asyncio.get_running_loop().time() - began < 6
            assert drain(events, DegradedEvent)[0].component == "tts"

    run(main())


def test_voices_of_different_rates_follow_each_other_on_one_clock():
    async def main():
        first, second = Speaker(fail_after=8, rate_hz=16_000), Speaker(rate_hz=48_000)
        async with talking([Writer("one two three four.")], [first, second]) as (session, events):
            ending = await session.say("count").wait()
            chunks = drain(events, AudioChunkEvent)
            end = 0
            for chunk in chunks:
                assert chunk.sample == end
                end += len(chunk.data) // 2 * 24_000 // chunk.sample_rate
            assert ending.samples == end

    run(main())


def test_when_every_voice_fails_the_turn_fails_with_the_reason():
    async def main():
        async with talking([Writer("Hello.")], [Speaker(fail_after=0)]) as (session, _):
            ending = await session.say("hi").wait()
            assert isinstance(ending, TurnFailedEvent)
            assert "the line went dead" in ending.message

    run(main())


def test_when_every_model_fails_the_turn_fails_and_the_next_is_tried_again():
    async def main():
        model = Writer(AdapterError("llm0", "no key"))
        async with talking([model], [Speaker()]) as (session, _):
            ending = await session.say("hi").wait()
            assert isinstance(ending, TurnFailedEvent)
            assert "no key" in ending.message
            model.script = ("Now.",)
            assert (await session.say("hi").wait()).text == "Now."

    run(main())


def test_an_adapter_that_cannot_be_made_is_told_before_the_first_turn():
    def missing():
        raise AdapterUnavailable("hibari", "install tth[voice]")

    async def main():
        cast = Cast(
            profile="t",
            persona="t",
            llms=[Maker("llm", lambda: Writer("Hi."))],
            voices=[Maker("hibari", missing), Maker("tones", Speaker)],
        )
        async with Session(cast) as session:
            events = session.subscribe(ALL)
            await session.say("hi").wait()
            (told,) = drain(events, DegradedEvent)
            assert (told.was, told.now, told.reason) == ("hibari", "tones", "install tth[voice]")
            assert session.components["tts"] == "tones"

    run(main())


def test_the_model_s_emotion_lies_over_the_persona_and_under_the_caller():
    happy, sad = EmotionControl(EmotionLabel.HAPPY), EmotionControl(EmotionLabel.SAD)

    async def main():
        speaker = Speaker()
        persona = TurnControl(EmotionControl(EmotionLabel.NEUTRAL), CharacterControl(speech_rate=1.2))
        async with talking(
            [Writer(happy, "Good news!")], [speaker], control=persona, choose_voice=lambda control: control.label.value
        ) as (session, events):
            await session.say("tell me").wait()
            await session.say("tell me", TurnControl(sad)).wait()
            assert speaker.voice == ["happy", "sad"]
            assert [control.speech_rate for control in speaker.controls] == [1.2, 1.2]
            assert [event.label for event in drain(events, EmotionEvent)] == ["happy"]

    run(main())


def test_emotions_within_one_answer_change_at_their_own_sentence():
    happy, sad = EmotionControl(EmotionLabel.HAPPY), EmotionControl(EmotionLabel.SAD)

    async def main():
        speaker = Speaker()
        async with talking([Writer(happy, "I am glad. ", sad, "Now I am sad.")], [speaker]) as (session, events):
            await session.say("go").wait()
            assert [control.label for control in speaker.controls] == [EmotionLabel.HAPPY, EmotionLabel.SAD]
            first, second = drain(events, EmotionEvent)
            assert (first.label, first.sample) == ("happy", 0)
            assert (second.label, second.sample) == ("sad", len("I am glad.") * 1200)

    run(main())


def test_markup_is_shown_but_not_spoken_and_marks_point_into_what_is_shown():
    async def main():
        speaker = Speaker()
        async with talking([Writer("Say **hello** [now](http://x.org)!")], [speaker]) as (session, events):
            await session.say("go").wait()
            assert speaker.said == ["Say hello now!"]
            shown = "".join(event.token for event in session_texts(events))
            marks = [mark for event in marks_of(events) for mark in event.marks]
            assert shown.startswith("Say **hello**")
            assert [shown[mark.text_start : mark.text_end].strip("*!])(") for mark in marks][:2] == ["Say", "hello"]

    def session_texts(events):
        taken.extend(drain(events, TextDeltaEvent, SpeechMarkEvent))
        return [event for event in taken if isinstance(event, TextDeltaEvent)]

    def marks_of(events):
        return [event for event in taken if isinstance(event, SpeechMarkEvent)]

    taken: list = []
    run(main())


def test_a_control_that_cannot_be_honoured_warns_once():
    from tth.adapters.tts import Notice

    class Slow(Speaker):
        async def synthesize(self, text, *, control, context):
            yield Notice("speech_rate", "4 is too fast; 2 is used")
            async for piece in super().synthesize(text, control=control, context=context):
                yield piece

    async def main():
        async with talking([Writer("One. Two. Three.")], [Slow()]) as (session, events):
            await session.say("go").wait()
            await session.say("again").wait()
            (warning,) = drain(events, WarningEvent)
            assert warning.code == "control_speech_rate"
            assert warning.message == "tts0: 4 is too fast; 2 is used"

    run(main())


def test_an_interrupt_stops_model_and_voice_at_once():
    stopped = []

    class Endless(Writer):
        async def generate(self, messages, *, control, tools=()):
            try:
                while True:
                    yield "word "
                    await asyncio.sleep(0.05)
            finally:
                stopped.append("llm")

    async def main():
        async with talking([Endless()], [Speaker()]) as (session, _):
            session.say("talk")
            await asyncio.sleep(3)
            session.interrupt()
            await asyncio.sleep(0.1)
            assert stopped == ["llm"]

    run(main())


def test_the_voice_stays_near_the_clock_on_a_long_answer():
    async def main():
        speaker = Speaker()
        async with talking([Writer(*["This is one sentence of a long answer. "] * 60)], [speaker]) as (session, _):
            turn = session.say("tell me everything")
            await asyncio.sleep(1)
            assert 20 <= len(speaker.said) * 1.95 <= 28
            ending = await turn.wait()
            assert ending.status == "completed"
            assert len(speaker.said) == 60

    run(main())


@pytest.mark.parametrize("wrong", [(42,), (None,), (b"bytes",), ()])
def test_a_model_that_gives_what_is_no_answer_gives_way_to_the_next(wrong):
    async def main():
        async with talking([Writer(*wrong), Writer("Here I am.")], [Speaker()]) as (session, events):
            ending = await session.say("hello").wait()
            assert isinstance(ending, TurnCompleteEvent)
            assert ending.text == "Here I am."
            (told,) = drain(events, DegradedEvent)
            assert "it gave" in told.reason

    run(main())


def test_a_voice_that_gives_no_sound_gives_way_to_the_next():
    class Half(Speaker):
        async def synthesize(self, text, *, control, context):
            yield AudioChunk(b"\0", 24_000)

    async def main():
        async with talking([Writer("Hello there.")], [Half(), Speaker()]) as (session, events):
            ending = await session.say("hello").wait()
            assert ending.samples > 0
            (told,) = drain(events, DegradedEvent)
            assert told.reason == "it gave no sound"

    run(main())

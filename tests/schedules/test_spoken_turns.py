"""A session whose voice hears: what is said aloud is answered, cuts an answer off, survives a broken connection."""

from __future__ import annotations

import asyncio

import pytest

from tests.schedules.schedule import stage, truncation_problems
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions, Transcription
from tth.core.events import (
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    UserSpeechStartedEvent,
    UserTranscriptEvent,
)
from tth.core.media import AudioChunk
from tth.emulators.openai.faults import Fault
from tth.errors import MediaError
from tth.testing.clock import run

SPEECH = AudioChunk(b"\x00\x20\x00\xe0" * 240)
SILENCE = AudioChunk(bytes(960))
OPTIONS = OpenAIRealtimeOptions(transcription=Transcription())
WORDS = "a b c d e f g h i j k l m n o p"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


async def say(session, ms, chunk=SPEECH):
    """Speak (or be silent) for so long, at the pace of speech."""
    for _ in range(ms // 20):
        session.hear(chunk)
        await asyncio.sleep(0.02)


async def wait_for(made, kind, count=1):
    async with asyncio.timeout(60):
        while len([event for event in made.sink.seen if isinstance(event, kind)]) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return [event for event in made.sink.seen if isinstance(event, kind)][count - 1]


def test_what_is_said_aloud_is_a_turn_and_stands_in_the_conversation():
    async def main():
        async with stage(options=OPTIONS, hears=("how are you",)) as made:
            await say(made.session, 600)
            await say(made.session, 800, SILENCE)
            ending = await wait_for(made, TurnCompleteEvent)
            assert ending.text.strip() == "You said: how are you"
            assert [event.text for event in made.sink.seen if isinstance(event, UserTranscriptEvent)] == ["how are you"]
            said = [(item.role, item.text.strip()) for item in made.session.conversation]
            assert said == [("user", "how are you"), ("assistant", "You said: how are you")]
            typed = await made.session.say("and typed").wait()
            assert typed.text.strip() == "You said: and typed"
            assert made.emulator.records[0].of("error") == []

    run(main())


def test_a_voice_that_breaks_in_stops_the_answer_and_is_answered_itself():
    async def main():
        async with stage(options=OPTIONS, pace=2, hears=(WORDS, "stop"), delay_s=0.1) as made:
            await say(made.session, 600)
            await say(made.session, 2500, SILENCE)
            assert made.session.playhead > 0
            await say(made.session, 600)
            interrupted = await wait_for(made, TurnInterruptedEvent)
            assert interrupted.reason == "user_speech"
            await say(made.session, 800, SILENCE)
            ending = await wait_for(made, TurnCompleteEvent)
            assert ending.text.strip() == "You said: stop"
            assert len([event for event in made.sink.seen if isinstance(event, UserSpeechStartedEvent)]) == 2
            await asyncio.sleep(1)
            (record,) = made.emulator.records
            assert record.asked("conversation.item.truncate")
            assert truncation_problems(record, made.sink) == []
            assert made.sink.witness.broken == []

    run(main())


@pytest.mark.parametrize(
    "event", ["input_audio_buffer.speech_started", "input_audio_buffer.committed", "response.created"]
)
def test_an_utterance_whose_connection_breaks_is_said_again_and_answered_once(event):
    async def main():
        fault = Fault(on=event, drop=1006, times=1)
        async with stage([fault], options=OPTIONS, hears=("once more",)) as made:
            await say(made.session, 600)
            await say(made.session, 2000, SILENCE)
            ending = await wait_for(made, TurnCompleteEvent)
            assert ending.text.strip() == "You said: once more"
            await asyncio.sleep(10)
            assert len([e for e in made.sink.seen if isinstance(e, TurnCompleteEvent)]) == 1
            assert len([e for e in made.sink.seen if isinstance(e, TurnStartedEvent)]) == 1
            assert len(made.emulator.records) == 2

    run(main())


def test_half_a_minute_of_what_was_not_answered_is_kept_and_no_more():
    async def main():
        async with stage(options=OPTIONS) as made:
            ears = made.session._line.ears
            for _ in range(3000):
                made.session.hear(SILENCE)
            assert sum(len(chunk.data) for chunk in ears._kept) <= 30 * 48_000

    run(main())


def test_what_is_no_sound_is_refused():
    async def main():
        async with stage(options=OPTIONS) as made:
            with pytest.raises(MediaError, match="Hz"):
                made.session.hear(AudioChunk(b"\0\0", 7))

    run(main())


def test_pieces_that_end_within_a_sample_are_joined():
    async def main():
        async with stage(options=OPTIONS, hears=("joined",)) as made:
            sound = SPEECH.data * 30 + SILENCE.data * 50
            for at in range(0, len(sound), 1001):
                made.session.hear(AudioChunk(sound[at : at + 1001]))
                await asyncio.sleep(0.02)
            ending = await wait_for(made, TurnCompleteEvent)
            assert ending.text.strip() == "You said: joined"

    run(main())

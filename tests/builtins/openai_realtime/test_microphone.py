"""What the person says aloud, to a server that hears."""

from __future__ import annotations

import base64

import pytest

from tests.builtins.openai_realtime.scene import connected, of, until, words
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions, Transcription
from tth.core.events import (
    AudioChunkEvent,
    ResponseStartedEvent,
    UserSpeechStartedEvent,
    UserSpeechStoppedEvent,
    UserTranscriptEvent,
)
from tth.core.media import AudioChunk
from tth.testing.clock import run

VOICE = b"\x00\x20\x00\xe0" * 1200
"""100 ms that an ear takes for speech."""


def test_an_utterance_is_committed_and_answered_by_our_word():
    async def main():
        options = OpenAIRealtimeOptions(turn_detection=None, transcription=Transcription())
        async with connected(options=options, hears=("how are you",)) as (made, adapter):
            assert adapter.capabilities.turns == "client"
            for _ in range(5):
                await adapter.send_user_audio(AudioChunk(VOICE))
            await adapter.end_user_audio()
            await adapter.respond()
            events = await until(adapter)
            assert words(events) == "You said: how are you"
            assert [event.text for event in of(events, UserTranscriptEvent)] == ["how are you"]
            assert made.record.of("error") == []

    run(main())


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_an_utterance_of_any_rate_arrives_as_long_as_it_was(rate_hz):
    async def main():
        async with connected(options=OpenAIRealtimeOptions(turn_detection=None)) as (made, adapter):
            second = b"\x00\x10\x00\xf0" * (rate_hz // 2)
            for at in range(0, len(second), 1000):
                await adapter.send_user_audio(AudioChunk(second[at : at + 1000], rate_hz))
            await adapter.end_user_audio()
            await until(adapter)
            appended = made.record.asked("input_audio_buffer.append")
            size = sum(len(base64.b64decode(event["audio"])) for event in appended)
            assert abs(size - 48_000) <= 48

    run(main())


def test_a_forgotten_utterance_is_not_answered():
    async def main():
        async with connected(options=OpenAIRealtimeOptions(turn_detection=None)) as (made, adapter):
            await adapter.send_user_audio(AudioChunk(VOICE * 5))
            await adapter.end_user_audio(discard=True)
            await adapter.send_user_text("typed")
            assert words(await until(adapter)) == "You said: typed"
            assert made.record.of("input_audio_buffer.committed") == []

    run(main())


def test_the_servers_own_ear_begins_an_answer_and_a_voice_that_breaks_in_ends_it():
    async def main():
        async with connected(pace=2, hears=("a b c d e f g h i j k l m n",)) as (made, adapter):
            assert adapter.capabilities.turns == "server"

            async def speak():
                for _ in range(5):
                    await adapter.send_user_audio(AudioChunk(VOICE))

            await speak()
            for _ in range(8):
                await adapter.send_user_audio(AudioChunk(bytes(4800)))
            events = await until(adapter, AudioChunkEvent)
            assert of(events, UserSpeechStartedEvent)
            assert of(events, UserSpeechStoppedEvent)
            assert [event.tag for event in of(events, ResponseStartedEvent)] == [""]
            await speak()
            later = await until(adapter)
            assert (later[-1].status, later[-1].reason) == ("cancelled", "turn_detected")
            assert made.record.asked("response.cancel") == []

    run(main())

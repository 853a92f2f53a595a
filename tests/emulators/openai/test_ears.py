"""The emulator understands what is said, over both of its ways in."""

from __future__ import annotations

from dataclasses import replace

import openai
import pytest

from tests.builtins.moonshine.speech import pcm, quiet, spoken
from tests.emulators.openai.test_transcriptions import wav
from tth.builtins.openai_realtime.adapter import OpenAIRealtime
from tth.builtins.openai_realtime.options import Transcription
from tth.core.events import UserTranscriptEvent, WarningEvent
from tth.core.media import AudioChunk
from tth.testing.emulated import QUICK, emulated_openai

TEXT = "What is the weather like in Paris tomorrow?"


@pytest.fixture
def said():
    return pcm(quiet(0.3), spoken(TEXT), quiet(0.3))


async def test_the_recogniser_writes_down_a_file_and_an_utterance_of_a_session(said):
    async with emulated_openai(replace(QUICK, ears="moonshine")) as (url, _):
        async with openai.AsyncOpenAI(base_url=url, api_key="any") as api:
            told = await api.audio.transcriptions.create(file=("a.wav", wav(said)), model="gpt-transcribe")
        assert told.text == TEXT
        assert await heard(url, said) == TEXT


async def test_a_session_with_nobody_who_listens_is_told_so(said):
    async with emulated_openai(replace(QUICK, ears="none")) as (url, _):
        assert "no recogniser" in await heard(url, said)


async def heard(url, said):
    adapter = OpenAIRealtime.at(url, key="any", turn_detection=None, transcription=Transcription())
    await adapter.connect("You are brief.")
    try:
        await adapter.send_user_audio(AudioChunk(said, 16_000))
        await adapter.end_user_audio()
        async for event in adapter.stream_events():
            if isinstance(event, UserTranscriptEvent) and event.final:
                return event.text
            if isinstance(event, WarningEvent):
                return event.message
    finally:
        await adapter.close()

"""Real clients at the server: the official one, and our own voice with its referee."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients import openai_sdk
from tests.clients.claims import LIMIT_S
from tests.server.peer import make_house, serving
from tests.server.realtime_plugins import registry
from tth.adapters.realtime import Heard, ResponseRequest
from tth.builtins.openai_realtime.adapter import OpenAIRealtime
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.core.conversation import message, tool_result
from tth.core.events import AudioChunkEvent, ItemStartedEvent, TextDeltaEvent, ToolCallEvent, TurnCompleteEvent
from tth.core.tools import Tool
from tth.testing.conformance import RealtimeConformance

HEARING = {
    openai_sdk.speech_is_found_transcribed_and_answered,
    openai_sdk.speech_cuts_off_the_answer,
    openai_sdk.push_to_talk_is_committed_by_hand,
}
"""What a profile without a recogniser cannot do."""

OF_OPENAI = {openai_sdk.models_are_listed}
CLAIMS = [claim for claim in openai_sdk.CLAIMS if claim not in HEARING | OF_OPENAI]
WEATHER = Tool("get_weather", "Tells the weather.", {"type": "object", "properties": {"city": {"const": "Oslo"}}})


@pytest.fixture(autouse=True)
def no_key(monkeypatch) -> None:
    """On loopback the adapter needs none."""
    for name in ("OPENAI_API_KEY", "OPENAI_API_KEY_FILE", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest_asyncio.fixture
async def url():
    """A profile whose mind calls tools."""
    house = make_house("components.llm.primary=tool_caller", registry=registry())
    async with serving(house=house) as site:
        yield f"{site.base}/v1"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
async def test_the_official_client_finds_that(claim, url) -> None:
    async with asyncio.timeout(LIMIT_S):
        await claim(url)


def voice_at(url, **options):
    return OpenAIRealtime(OpenAIRealtimeOptions(base_url=url, turn_detection=None, **options))


async def read(voice, until):
    """Events up to the first of that class."""
    found = []
    async with asyncio.timeout(LIMIT_S), aclosing(voice.stream_events()) as events:
        async for event in events:
            found.append(event)
            if isinstance(event, until):
                return found
    raise AssertionError("the voice is gone")


def words(events):
    return "".join(event.token for event in events if isinstance(event, TextDeltaEvent))


class TestOurVoiceAtTheServer(RealtimeConformance):
    @pytest_asyncio.fixture(autouse=True)
    async def at_the_server(self):
        async with serving() as site:
            self.url = f"{site.base}/v1"
            yield

    def make(self, shared):
        return voice_at(self.url)


async def test_our_voice_speaks_and_writes(url) -> None:
    voice = voice_at(url)
    try:
        await voice.connect("Be brief.")
        await voice.send_user_text("hello")
        events = await read(voice, TurnCompleteEvent)
        assert words(events) == "You said: hello "
        assert sum(len(event.data) for event in events if isinstance(event, AudioChunkEvent)) > 24_000
        await voice.add_items([message("m1", "user", "in writing")])
        await voice.respond(ResponseRequest(modality="text"))
        events = await read(voice, TurnCompleteEvent)
        assert words(events) == "You said: in writing "
        assert not [event for event in events if isinstance(event, AudioChunkEvent)]
    finally:
        await voice.close()


async def test_our_voice_calls_a_tool_and_is_told_its_result(url) -> None:
    voice = voice_at(url)
    try:
        await voice.connect("Be brief.", tools=[WEATHER])
        await voice.send_user_text("get weather, please")
        events = await read(voice, TurnCompleteEvent)
        (call,) = (event for event in events if isinstance(event, ToolCallEvent))
        assert (call.name, call.arguments) == ("get_weather", '{"city": "Oslo"}')
        await voice.add_items([tool_result("t1", call.call_id, "eleven degrees")])
        await voice.respond()
        assert words(await read(voice, TurnCompleteEvent)) == "The answer is eleven degrees. "
    finally:
        await voice.close()


async def test_our_voice_is_cut_to_what_was_heard(url) -> None:
    house = make_house('components.llm.reply="{heard}|one two three four five six seven"')
    async with serving(house=house) as site:
        voice = voice_at(f"{site.base}/v1")
        try:
            await voice.connect("Be brief.")
            await voice.send_user_text("hello")
            begun = await read(voice, AudioChunkEvent)
            (item,) = (event for event in begun if isinstance(event, ItemStartedEvent))
            for _ in range(15):
                await read(voice, AudioChunkEvent)
            await voice.cancel_response()
            await voice.set_heard([Heard(item.item_id, 0, 24 * 500)])
            assert (await read(voice, TurnCompleteEvent))[-1].status == "cancelled"
            await voice.send_user_text("and now?")
            heard, _, _ = words(await read(voice, TurnCompleteEvent)).partition("|one two three four five six seven")
            assert heard.startswith("|one")
            assert "seven" not in heard
        finally:
            await voice.close()


async def test_the_program_of_the_docs_works_as_it_is_pasted() -> None:
    page = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    async with serving() as site:
        text = program.replace("http://127.0.0.1:8000", site.base).replace('model="offline"', 'model="offline_mock"')
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", text, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
    assert (process.returncode, said) == (0, b"You said: What is seven times six?")

"""A Realtime client in front of a profile that itself talks to a Realtime provider."""

from __future__ import annotations

from base64 import b64encode
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.clients.sound import utterance
from tests.server.peer import make_house, serving
from tests.server.realtime_peer import done, realtime, sound, words
from tth.emulators.openai.faults import Fault, Faults
from tth.testing.emulated import QUICK, emulated_openai

HEARS = "How are you?"


@asynccontextmanager
async def chain(monkeypatch, *faults):
    """A client, the provider behind the server, and the server."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    options = replace(QUICK, hears=(HEARS,), faults=Faults(faults=faults))
    async with emulated_openai(options) as (url, emulator):
        house = make_house(f"components.realtime.base_url={url}", profile="openai_realtime")
        async with serving(house=house) as site, realtime(site) as peer:
            yield peer, emulator


async def test_text_and_sound_come_from_the_provider(monkeypatch) -> None:
    async with chain(monkeypatch) as (peer, _):
        await peer.say("good morning")
        events = await peer.answer()
        assert words(events).strip() == "You said: good morning"
        assert sound(events)


async def test_voices_are_those_of_the_provider(monkeypatch) -> None:
    async with chain(monkeypatch) as (peer, emulator):
        assert (await peer.configure(audio={"output": {"voice": "cedar"}}))["audio"]["output"]["voice"] == "cedar"
        await peer.send("session.update", session={"type": "realtime", "audio": {"output": {"voice": "nobody"}}})
        assert (await peer.the("error"))["error"]["param"] == "session.audio.output.voice"
        await peer.ask("hi")
        voices = [
            event["response"]["audio"]["output"]["voice"] for event in emulator.records[-1].of("response.created")
        ]
        assert voices == ["cedar"]


async def test_what_is_said_aloud_is_heard_by_the_provider(monkeypatch) -> None:
    async with chain(monkeypatch) as (peer, emulator):
        await peer.send("input_audio_buffer.append", audio=b64encode(utterance()).decode())
        events = await peer.until("response.done")
        assert done(events)["status"] == "completed"
        (told,) = emulator.records[-1].asked("conversation.item.create")
        assert told["item"]["content"][0]["type"] == "input_audio"


@pytest.mark.parametrize("code", [1006, 1011])
async def test_a_provider_that_drops_the_line_before_it_answers_is_asked_once_more(monkeypatch, code) -> None:
    async with chain(monkeypatch, Fault(on="response.created", drop=code, times=1)) as (peer, emulator):
        assert (await peer.ask("are you there?")).strip() == "You said: are you there?"
        assert len(emulator.records) == 2


async def test_a_provider_that_drops_the_line_in_its_answer_ends_it_as_failed_and_the_next_one_is_whole(monkeypatch):
    drop = Fault(on="response.output_audio_transcript.delta", nth=2, drop=1006, times=1)
    async with chain(monkeypatch, drop) as (peer, emulator):
        await peer.say("one two three")
        response = done(await peer.answer())
        assert response["status"] == "failed"
        assert (await peer.ask("and now?")).strip() == "You said: and now?"
        told = [event["item"]["content"][0] for event in emulator.records[-1].asked("conversation.item.create")]
        assert [part.get("text", "").strip() for part in told] == ["one two three", "You", "and now?"]

"""Calls over WebRTC at the emulator: as the official client makes them, and as they go wrong."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import asynccontextmanager

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from websockets.asyncio.client import connect

from tests.clients.sound import utterance
from tests.hosting.rtc.caller import Caller, calling, post
from tests.server.peer import WAIT_S
from tests.server.realtime_peer import RealtimePeer
from tth.emulators.openai.faults import Fault, Faults
from tth.hosting.rtc.candidates import new_connection
from tth.testing.emulated import QUICK, emulated_openai


def failing(**fault):
    return dataclasses.replace(QUICK, faults=Faults(faults=(Fault(**fault),)))


@asynccontextmanager
async def server(options=QUICK):
    async with emulated_openai(options) as (url, emulator):
        yield url.removesuffix("/v1"), emulator


@asynccontextmanager
async def offering():
    caller = Caller(new_connection())
    try:
        yield caller, await caller.offer()
    finally:
        await caller.leave()


async def over(caller):
    async with asyncio.timeout(WAIT_S):
        await caller.closed.wait()


async def test_the_official_client_calls_with_a_session_joins_its_call_and_hangs_up() -> None:
    async with server() as (base, _), offering() as (caller, sdp):
        client = AsyncOpenAI(api_key="any", base_url=f"{base}/v1", max_retries=0)
        session = {"type": "realtime", "model": "gpt-realtime-2.1", "audio": {"output": {"voice": "cedar"}}}
        made = await client.realtime.calls.create(sdp=sdp, session=session)
        await caller.take(made.text)
        assert made.response.status_code == 201
        assert made.response.headers["content-type"].startswith("application/sdp")
        call_id = made.response.headers["location"].rpartition("/")[2]
        created = await caller.the("session.created")
        assert created["session"]["audio"]["output"]["voice"] == "cedar"
        async with client.realtime.connect(call_id=call_id) as beside:
            assert (await beside.recv()).type == "session.created"
            await beside.response.create()
            await caller.until("output_audio_buffer.stopped")
            kinds = []
            while "output_audio_buffer.stopped" not in kinds:
                kinds.append((await beside.recv()).type)
            assert "response.output_audio.delta" not in kinds
            await client.realtime.calls.hangup(call_id)
        await over(caller)
        with pytest.raises(NotFoundError):
            await client.realtime.calls.hangup(call_id)
        await client.close()


async def test_a_page_calls_with_a_secret_and_the_session_it_carries_and_is_understood() -> None:
    async with server() as (base, emulator):
        client = AsyncOpenAI(api_key="any", base_url=f"{base}/v1")
        hears = {"input": {"transcription": {"model": "gpt-transcribe"}}}
        secret = await client.realtime.client_secrets.create(session={"type": "realtime", "audio": hears})
        await client.close()
        async with calling(base, secret.value) as caller:
            caller.say(utterance())
            events = await caller.until("output_audio_buffer.stopped")
            (heard,) = [each for each in events if each["type"].endswith("transcription.completed")]
            assert heard["transcript"] == "Hello there."
        emulator.secrets.keep(secret.value, 0, {})
        async with offering() as (_, sdp):
            assert (await post(base, sdp, secret.value)).status == 401
            assert (await post(base, sdp, "")).status == 401


async def test_a_session_that_cannot_be_is_refused_before_there_is_a_call() -> None:
    async with server() as (base, _), offering() as (_, sdp):
        client = AsyncOpenAI(api_key="any", base_url=f"{base}/v1", max_retries=0)
        for wrong in ({"type": "realtime", "mood": "bright"}, {"type": "song"}, {"type": "realtime", "audio": 7}):
            with pytest.raises(BadRequestError) as caught:
                await client.realtime.calls.create(sdp=sdp, session=wrong)
            assert caught.value.param
        await client.close()


async def test_a_call_is_refused_broken_off_or_expired_by_script() -> None:
    async with server(failing(on="connect", status=429)) as (base, _), offering() as (_, sdp):
        assert (await post(base, sdp)).status == 429
    dropping = failing(on="output_audio_buffer.started", drop=1006)
    for options in (dropping, failing(on="connect", expire_s=0.3)):
        async with server(options) as (base, _), calling(base) as caller:
            await caller.ask("hello there my friend")
            await over(caller)


async def test_what_passes_in_a_call_is_recorded_like_what_passes_over_a_socket() -> None:
    async with server() as (base, emulator), calling(base) as caller:
        await caller.ask("hi")
        await caller.until("output_audio_buffer.stopped")
        (record,) = emulator.records
        assert len(record.asked("response.create")) == 1
        assert record.of("output_audio_buffer.stopped")


async def test_one_who_joins_needs_a_key_and_a_call_that_is_there() -> None:
    async with server() as (base, _), calling(base) as caller:
        address = f"{base.replace('http', 'ws')}/v1/realtime?call_id="
        call_id = caller.location.rpartition("/")[2]
        for wrong, headers in ((call_id, {}), ("rtc_none", {"Authorization": "Bearer any"})):
            with pytest.raises(Exception, match=r"40[14]"):
                async with connect(address + wrong, additional_headers=headers):
                    pass
        async with connect(address + call_id, additional_headers={"Authorization": "Bearer any"}) as socket:
            beside = RealtimePeer(socket)
            await beside.send("session.update", session={"type": "realtime", "instructions": "Be curt."})
            assert (await beside.the("session.updated"))["session"]["instructions"] == "Be curt."

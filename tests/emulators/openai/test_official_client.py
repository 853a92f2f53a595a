"""The official client against the emulator; other clients are tried by ``make clients``."""

import asyncio
import dataclasses

import pytest
from openai import AsyncOpenAI

from tests.clients.claims import KEY, LIMIT_S, MODEL
from tests.clients.openai_sdk import CLAIMS
from tth.emulators.openai.faults import Fault, Faults
from tth.testing.emulated import QUICK, emulated_openai

# Slow enough that a long answer can be cut, quick enough for a short one to take no time.
PACED = dataclasses.replace(QUICK, pace=20)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
async def test_the_official_client_finds_that(claim) -> None:
    async with asyncio.timeout(LIMIT_S), emulated_openai(PACED) as (url, _):
        await claim(url)


@pytest.mark.parametrize("code", [1001, 1006, 1011, 1012, 1013])
async def test_the_official_client_dials_again_after_a_drop(code) -> None:
    dropping = dataclasses.replace(PACED, faults=Faults(faults=(Fault(on="response.created", drop=code, times=1),)))
    redialled = []
    async with (
        asyncio.timeout(LIMIT_S),
        emulated_openai(dropping) as (url, _),
        AsyncOpenAI(base_url=url, api_key=KEY) as client,
        client.realtime.connect(
            model=MODEL, initial_delay=0.0, on_reconnecting=lambda event: redialled.append(event.close_code)
        ) as connection,
    ):
        async for event in connection:
            if event.type == "session.created":
                await connection.response.create()
            if event.type == "response.done":
                break
    assert redialled == [code]

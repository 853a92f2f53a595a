"""The official client against the emulator; other clients are tried by ``make clients``."""

import asyncio
import dataclasses

import pytest

from tests.clients.claims import LIMIT_S
from tests.clients.openai_sdk import CLAIMS
from tth.testing.emulated import QUICK, emulated_openai

# Slow enough that a long answer can be cut, quick enough for a short one to take no time.
PACED = dataclasses.replace(QUICK, pace=20)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
async def test_the_official_client_finds_that(claim) -> None:
    async with asyncio.timeout(LIMIT_S), emulated_openai(PACED) as (url, _):
        await claim(url)

"""Checks what is claimed of one client: each claim is a coroutine function whose name says what holds."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

Claim: TypeAlias = Callable[[str], Awaitable[None]]
"""Takes the server's base URL, ending in ``/v1``; raises where it does not hold."""

LIMIT_S = 30.0
"""No claim may take longer."""

MODEL = "gpt-realtime-2.1"
KEY = "any"
LONG = " ".join(["a long story about the sea"] * 20)
"""What takes half a minute to say back."""


def main(claims: Sequence[Claim]) -> None:
    """Check each against the server whose URL is the program's argument; print a line for each; exit 1 if one fails."""
    (url,) = sys.argv[1:]
    held = [_holds(claim, url) for claim in claims]
    sys.exit(not all(held))


def _holds(claim: Claim, url: str) -> bool:
    words = claim.__name__.replace("_", " ")
    began = time.monotonic()
    try:
        asyncio.run(_within_limit(claim, url))
    except Exception:  # whatever foreign code raises is what the line below is for
        print(f"FAILS  {words}\n{traceback.format_exc()}", flush=True)
        return False
    print(f"holds  {words} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


async def _within_limit(claim: Claim, url: str) -> None:
    async with asyncio.timeout(LIMIT_S):
        await claim(url)

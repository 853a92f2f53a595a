"""Calling into adapters: whatever a stranger's code does, the session goes on."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from tth.errors import AdapterError, TthError, place_of

log = logging.getLogger(__name__)

CLOSE_S = 2.0
"""How long an adapter may take to close before it is left to itself."""


class Closable(Protocol):
    """Anything with an adapter's ``close``."""

    async def close(self) -> None:
        """Release everything."""


async def close_adapter(adapter: Closable, name: str) -> None:
    """Close ``adapter``; failure and delay are told in the log only, since nothing depends on it any more."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await adapter.close()
    except TimeoutError:
        log.warning("%s took longer than %g s to close and was left behind", name, CLOSE_S)
    except Exception:  # foreign code; there is nobody left to tell but the log
        log.exception("%s failed while closing", name)


def explain(error: BaseException) -> str:
    """One line that says what went wrong, whoever raised it."""
    if isinstance(error, AdapterError):
        return error.problem
    if isinstance(error, TimeoutError) and not str(error):
        return "it did not answer in time"
    if isinstance(error, TthError):
        return str(error)
    text = str(error).strip().splitlines()
    told = f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
    return told + place_of(error)

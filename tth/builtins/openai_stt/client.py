"""The official client, shared by all sessions that talk to the same server."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from tth.adapters.shared import Lease, Shared

RETRIES = 1
"""A person waits for the answer: the client's own two tries more would take too long."""


async def lease_client(shared: Shared, url: str, response_s: float) -> Lease[Any]:
    """A hold on the client for ``url``, with its connections; the last user's end closes them."""

    async def make() -> Any:
        # In a thread: it takes a second, in which nothing else would move.
        openai = await asyncio.to_thread(importlib.import_module, "openai")
        http_url = url.replace("ws", "http", 1) if url.startswith("ws") else url
        return openai.AsyncOpenAI(api_key="none", base_url=http_url, timeout=response_s, max_retries=RETRIES)

    return await shared.lease(("openai_stt", url, response_s), make, lambda client: client.close())

"""Bodies of requests, read no further than they may go."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from tth.errors import TthError

BODY_BYTES = 65_536
"""Largest body of a request."""

BODY_S = 10.0
"""How long a client may take to send it."""


class TooLarge(TthError):
    """A request's body is larger than any that makes sense."""


async def read_body(request: Request) -> bytes:
    """The body.

    Raises:
        TooLarge: It goes further.
        TimeoutError: It does not come.
    """
    body = bytearray()
    async with asyncio.timeout(BODY_S):
        async for part in request.stream():
            body += part
            if len(body) > BODY_BYTES:
                raise TooLarge(f"the body is larger than {BODY_BYTES} bytes")
    return bytes(body)

"""Keys, tickets and secrets that are guessed."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tth.hosting.keys import refusal as realtime_refusal
from tth.hosting.keys import token_of
from tth.server.answers import refusal, retry_later
from tth.server.quota import GUESSES, Books, TooMuch
from tth.wire.native import CloseCode

SECRETS = ("ticket", "resume")
"""What a stream's address may carry in the place of a key."""

REALTIME = ("/v1/realtime", "/v1/models")
"""Where refusals have OpenAI's words."""


class Guesses:
    """ASGI middleware: an address that brought too many wrong keys is not asked for another for a while.

    It looks at what the doors answer, so that none of them can forget to count.
    """

    def __init__(self, app: ASGIApp, books: Books) -> None:
        self._app = app
        self._books = books

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429 to who guesses; hand the rest on."""
        if scope["type"] == "lifespan" or not brings_a_key(connection := HTTPConnection(scope)):
            await self._app(scope, receive, send)
            return
        caller = self._books.caller("" if connection.client is None else connection.client.host)
        try:
            caller.check(GUESSES, 1)
        except TooMuch as error:
            await _refused(scope["path"], error)(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if _was_wrong(message):
                caller.count(GUESSES)
            await send(message)

        await self._app(scope, receive, sending)


def brings_a_key(connection: HTTPConnection) -> bool:
    """Whether a request carries anything that may be wrong."""
    return bool(token_of(connection)) or any(connection.query_params.get(name) for name in SECRETS)


def _was_wrong(message: Message) -> bool:
    if message["type"] in ("http.response.start", "websocket.http.response.start"):
        return bool(message["status"] == 401)
    return message["type"] == "websocket.close" and message.get("code") == CloseCode.NO_TICKET


def _refused(path: str, error: TooMuch) -> Response:
    if path.startswith(REALTIME):
        return retry_later(realtime_refusal(429, str(error), code=error.code), error.retry_s)
    return retry_later(refusal(429, "rate_limit_exceeded", str(error)), error.retry_s)

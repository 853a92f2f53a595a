"""The strict policy that the real server sends with every page."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tth.server.security import PAGE_POLICY


class Policy:
    """Sends the strict policy with every page, as the real server does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", PAGE_POLICY.encode())]
            await send(message)

        await self.app(scope, receive, with_policy if scope["type"] == "http" else send)

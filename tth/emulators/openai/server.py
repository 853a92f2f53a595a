"""The emulator as a server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from tth.emulators.openai.account import Account
from tth.emulators.openai.calls import CallRoutes
from tth.emulators.openai.connection import BROKEN_OFF, Connection
from tth.emulators.openai.emulator import Emulator
from tth.emulators.openai.transcriptions import TRANSPORT, Transcriptions
from tth.hosting.keys import refusal
from tth.transports.listening import listen
from tth.wire.realtime.server.options import MOST_FRAME_CHARS


class BreakableProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket protocol, which can also break off as a cable does."""

    async def send(self, message: Any) -> None:
        """Send an ASGI message; a close with 1006 says nothing and drops the connection."""
        if message["type"] == "websocket.close" and message.get("code") == BROKEN_OFF:
            self.close_sent = True
            self.transport.abort()
            return
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # Uvicorn forgets that this too ends a handshake, and would log that it had no answer.
            self.handshake_complete = True


class BreakableRequests(H11Protocol):
    """Uvicorn's HTTP protocol, whose requests can also be broken off."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Keep the transport where a route finds it."""
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)


def create_app(emulator: Emulator) -> Starlette:
    """The routes of an OpenAI-compatible server: Realtime and transcription."""
    account, calls = Account(emulator), CallRoutes(emulator)

    async def realtime(socket: WebSocket) -> None:
        if "call_id" in socket.query_params:
            await calls.listen_in(socket)
        else:
            await Connection(emulator, socket.query_params).serve(socket)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await calls.close()

    async def nowhere(request: Request) -> Response:
        return refusal(404)

    async def no_socket(socket: WebSocket) -> None:
        await socket.send_denial_response(refusal(404))

    return Starlette(
        routes=[
            WebSocketRoute("/v1/realtime", realtime),
            Route("/v1/realtime/client_secrets", account.secrets, methods=["POST"]),
            Route("/v1/realtime/calls", calls.call, methods=["POST"]),
            Route("/v1/realtime/calls/{call_id}", calls.hang_up, methods=["DELETE"]),
            Route("/v1/realtime/calls/{call_id}/hangup", calls.hang_up, methods=["POST"]),
            Route("/v1/audio/transcriptions", Transcriptions(emulator).answer, methods=["POST"]),
            Route("/v1/models", account.models),
            Route("/v1/models/{model}", account.model),
            Route("/{path:path}", nowhere, methods=["GET", "POST", "PUT", "DELETE"]),
            WebSocketRoute("/{path:path}", no_socket),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=["Location"],
            )
        ],
        lifespan=lifespan,
    )


class _Quiet(uvicorn.Server):
    """Uvicorn that leaves signals to whoever started it."""

    def install_signal_handlers(self) -> None:
        """Not ours to handle."""

    @asynccontextmanager
    async def _nothing(self) -> AsyncIterator[None]:
        yield


@asynccontextmanager
async def serving(emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve ``emulator`` on the running loop for as long as the block runs; gives its base URL, ending in ``/v1``.

    Raises:
        OSError: The address cannot be listened on.
    """
    await emulator.warm_up()
    listening = listen(host, port)
    config = uvicorn.Config(
        create_app(emulator),
        http=BreakableRequests,
        ws=BreakableProtocol,
        ws_max_size=MOST_FRAME_CHARS,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
    )
    server = _Quiet(config)
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(server._serve([listening]))
            try:
                yield f"http://{host}:{listening.getsockname()[1]}/v1"
            finally:
                server.should_exit = True
                await asyncio.wait({running})
    finally:
        await emulator.close()

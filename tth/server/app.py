"""The ASGI application: page, sessions, streams, health."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Annotated

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from tth.core.bus import Lagged
from tth.core.controls import TurnControl
from tth.core.events import ErrorEvent
from tth.errors import AdapterError, ConfigError, TthError
from tth.server.health import health_report
from tth.server.house import Busy, House, Request
from tth.server.security import Gate, key_is_right, refusal
from tth.server.stream import ClientStream, Media
from tth.wire.native import encode_event

log = logging.getLogger(__name__)


class _SessionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    profile: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    persona: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    control: TurnControl = TurnControl()
    media: Media = "binary"


def create_app(house: House) -> ASGIApp:
    """The application in front of ``house``; it warms up when the server starts and lets go when it stops."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await house.warm_up()
        try:
            yield
        finally:
            await house.close()

    pages = Pages(house)
    app = Starlette(
        routes=[
            Route("/health", pages.health),
            Route("/v1/health", pages.health),
            Route("/v1/profiles", pages.profiles),
            Route("/v1/personas", pages.personas),
            Route("/v1/sessions", pages.new_session, methods=["POST"]),
            WebSocketRoute("/v1/sessions/{session_id}/stream", pages.stream),
            Mount("/", StaticFiles(directory=str(files("tth") / "web"), html=True)),
        ],
        lifespan=lifespan,
    )
    return Gate(app, house.settings)


class Pages:
    """What answers each route."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def health(self, request: HttpRequest) -> Response:
        """Whether the default profile can be used, and each of its components."""
        report = health_report(self._house)
        return JSONResponse(report, status_code=200 if report["status"] == "ok" else 503)

    async def profiles(self, request: HttpRequest) -> Response:
        """Every profile."""
        return JSONResponse({"default": self._house.profile.name, "profiles": self._house.profiles()})

    async def personas(self, request: HttpRequest) -> Response:
        """Every persona."""
        return JSONResponse({"default": self._house.profile.persona.id, "personas": self._house.personas()})

    async def new_session(self, request: HttpRequest) -> Response:
        """A session to be claimed by a socket."""
        if not key_is_right(request, self._house.settings):
            return refusal(401, "unauthorized", "send this server's key as 'Authorization: Bearer …' or 'X-API-Key: …'")
        body = await request.body()
        try:
            asked = msgspec.json.decode(body or b"{}", type=_SessionRequest)
            ticket = self._house.admit(Request(asked.profile, asked.persona, asked.control, asked.media))
        except msgspec.DecodeError as error:
            return refusal(400, "bad_request", str(error))
        except Busy as error:
            return refusal(503, "busy", str(error))
        except ConfigError as error:
            return refusal(404, "no_such_profile", f"{error.problem}; {error.fix}")
        except TthError as error:
            return refusal(404, "no_such_persona", str(error))
        log.info("session %s: asked for profile %s", ticket.session_id, ticket.cast.profile)
        return JSONResponse(
            {
                "id": ticket.session_id,
                "ticket": ticket.secret,
                "stream": f"/v1/sessions/{ticket.session_id}/stream?ticket={ticket.secret}",
                "profile": ticket.cast.profile,
                "persona": dict(ticket.cast.details),
            },
            status_code=201,
        )

    async def stream(self, socket: WebSocket) -> None:
        """The socket of one session."""
        ticket = self._house.claim(socket.path_params["session_id"], socket.query_params.get("ticket", ""))
        await socket.accept()
        if ticket is None:
            await socket.close(4401, "no such ticket, or it was used or is too old; ask for a new session")
            return
        try:
            async with self._house.open(ticket) as session:
                stream = ClientStream(session, socket, ticket.media)
                session.attach_client()
                await _converse(socket, stream)
        except AdapterError as error:
            log.warning("session %s: %s", ticket.session_id, error)
            told = encode_event(ErrorEvent(code=error.code, message=str(error)), 1)
            if told is not None and socket.application_state is WebSocketState.CONNECTED:
                await socket.send_text(told.decode())
                await socket.close(1011, "no voice of this profile could be reached")


async def _converse(socket: WebSocket, stream: ClientStream) -> None:
    """Read and write until one side ends it."""
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(_write(socket, stream))
        try:
            while True:
                stream.read(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError, KeyError):
            pass  # gone, closed by our writer, or a binary frame, which this protocol has no use for
        finally:
            stream.close()
            writer.cancel()


async def _write(socket: WebSocket, stream: ClientStream) -> None:
    try:
        await stream.write()
        await socket.close(1012, "the session has ended")
    except Lagged as error:
        await socket.close(1013, str(error)[:120])
    except (WebSocketDisconnect, RuntimeError):
        pass  # the client is gone; the reader sees it too

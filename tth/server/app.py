"""The ASGI application: page, sessions, streams, health."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from tth.config.finding import UnknownProfile
from tth.config.models import LIBRARIES, MOST_BYTES, is_model_name, list_models
from tth.errors import ConfigError
from tth.server.answers import failed, refusal, retry_later, told
from tth.server.body import BODY_S, TooLarge, read_body
from tth.server.face import hold_face
from tth.server.guesses import Guesses
from tth.server.health import health_report
from tth.server.house import Busy, House, NotRecording, Request, UnknownPersona
from tth.server.link import hold_link
from tth.server.pagefiles import PageFiles
from tth.server.proxies import Proxies, Trusted
from tth.server.quota import TooMuch
from tth.server.realtime.doors import RealtimeDoors
from tth.server.recordings import Folder
from tth.server.relay import hold_relay
from tth.server.security import Gate, key_is_right
from tth.server.stream import Media
from tth.server.tickets import Ticket
from tth.wire.controls import ControlWish, VoiceName
from tth.wire.mistakes import explained

log = logging.getLogger(__name__)

WEB = Path(str(files("tth") / "web"))
"""The page's files."""


class SessionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``POST /v1/sessions``; every field may be left out."""

    profile: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    persona: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    voice: VoiceName | None = None
    control: ControlWish = ControlWish()
    media: Media = "binary"
    meters: bool = False
    resume: bool = False
    record: bool = False


def create_app(house: House) -> ASGIApp:
    """The application in front of ``house``; it warms up when the server starts and lets go when it stops."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await house.warm_up()
        try:
            yield
        finally:
            await realtime.calls.close()
            await house.close()

    pages = Pages(house)
    realtime = RealtimeDoors(house)
    app = Starlette(
        routes=[
            Route("/health", pages.health),
            Route("/metrics", pages.metrics),
            # A mount of their own, so that a wrong method is told as one and not looked for among the page's files.
            Mount(
                "/v1",
                routes=[
                    Route("/health", pages.health),
                    Route("/meters", pages.meters),
                    Route("/profiles", pages.profiles),
                    Route("/personas", pages.personas),
                    Route("/faces", pages.faces),
                    Route("/recordings", pages.recordings),
                    Route("/recordings/{name}", pages.recording),
                    Route("/sessions", pages.new_session, methods=["POST"]),
                    WebSocketRoute("/sessions/{session_id}/stream", pages.stream),
                    WebSocketRoute("/sessions/{session_id}/face", pages.face),
                    WebSocketRoute("/realtime", realtime.connect),
                    Route("/realtime/client_secrets", realtime.client_secrets, methods=["POST"]),
                    Route("/realtime/token", realtime.tokens.token, methods=["POST"]),
                    Route("/realtime/calls", realtime.calls.call, methods=["POST"]),
                    Route("/realtime/calls/{call_id}", realtime.calls.hang_up, methods=["DELETE"]),
                    Route("/realtime/calls/{call_id}/hangup", realtime.calls.hang_up, methods=["POST"]),
                    Route("/models", realtime.models),
                ],
            ),
            WebSocketRoute("/ws/conversation", pages.relay),
            Route("/lips.npz", pages.lips),
            Route("/models/{name}", pages.model),
            Mount("/", PageFiles(str(WEB))),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: told, Exception: failed},
    )
    return Proxies(Gate(Guesses(app, house.books), house.settings), Trusted(house.settings.trusted_proxies))


class Pages:
    """What answers each route."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lips = StaticFiles(directory=str(files("tth.face.lipsync")))
        self._models = StaticFiles(directory=house.models, check_dir=False)

    async def health(self, request: HttpRequest) -> Response:
        """Whether the default profile can be used, and each of its components."""
        report = health_report(self._house)
        return JSONResponse(report, status_code=200 if report["status"] == "ok" else 503)

    async def meters(self, request: HttpRequest) -> Response:
        """The server's numbers, and those of each session that is open."""
        if not key_is_right(request, self._house.settings):
            return _no_key()
        return JSONResponse(self._house.ledger.report())

    async def metrics(self, request: HttpRequest) -> Response:
        """The server's numbers for Prometheus."""
        if not key_is_right(request, self._house.settings):
            return _no_key()
        # The library takes a seventh of a second to import: sessions must not wait for that.
        module = await asyncio.to_thread(import_module, "tth.server.metrics")
        return Response(module.exposition(self._house), media_type=module.CONTENT_TYPE)

    async def profiles(self, request: HttpRequest) -> Response:
        """Every profile."""
        found = await self._house.profile_list.get()
        told = {"default": self._house.profile.name, "profiles": found, "recordable": self._house.recordable}
        return JSONResponse(told)

    async def personas(self, request: HttpRequest) -> Response:
        """Every persona."""
        found = await self._house.persona_list.get()
        return JSONResponse({"default": self._house.profile.persona.id, "personas": found})

    async def faces(self, request: HttpRequest) -> Response:
        """The model files that the page may show, and whether it has the libraries for them."""
        if not key_is_right(request, self._house.settings):
            return _no_key()
        found = await asyncio.to_thread(list_models, self._house.models)
        return JSONResponse({"models": found, "drawable": LIBRARIES.is_dir()})

    async def model(self, request: HttpRequest) -> Response:
        """One of them; a page that has it asks only whether it is still the same."""
        if not key_is_right(request, self._house.settings):
            return _no_key()
        name = request.path_params["name"]
        if not is_model_name(name):
            raise HTTPException(404)
        response = await self._models.get_response(name, request.scope)
        if int(response.headers.get("Content-Length", 0)) > MOST_BYTES:
            problem = f"{name} has more than {MOST_BYTES >> 20} MB; make its textures smaller or leave parts out"
            return refusal(413, "too_large", problem)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Type"] = "model/gltf-binary"
        return response

    async def recordings(self, request: HttpRequest) -> Response:
        """The recordings of this server, those that are still being written too."""
        if not key_is_right(request, self._house.settings):
            return _no_key()
        folder = self._recordings()
        return JSONResponse({"recordings": await asyncio.to_thread(folder.entries)})

    async def recording(self, request: HttpRequest) -> Response:
        """One of them, as a file."""
        if not key_is_right(request, self._house.settings):
            return _no_key()
        folder, name = self._recordings(), request.path_params["name"]
        path = await asyncio.to_thread(folder.find, name)
        if path is None:
            raise HTTPException(404)
        headers = {"Cache-Control": "no-store"}
        return FileResponse(path, media_type="application/octet-stream", filename=name, headers=headers)

    def _recordings(self) -> Folder:
        """Where they are; a server that records nobody has no such pages."""
        if self._house.recordings is None:
            raise HTTPException(404)
        return self._house.recordings

    async def lips(self, request: HttpRequest) -> Response:
        """The lip-sync model, for a page whose sound does not pass the server; sent once, then only checked."""
        response = await self._lips.get_response("lips.npz", request.scope)
        # A page of one version must not meet the model of another.
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Type"] = "application/octet-stream"
        return response

    async def new_session(self, request: HttpRequest) -> Response:
        """A session to be claimed by a socket."""
        if not key_is_right(request, self._house.settings):
            return _no_key()
        try:
            asked = msgspec.json.decode(await read_body(request) or b"{}", type=SessionRequest)
            control = asked.control.control()
            wish = Request(
                asked.profile,
                asked.persona,
                control,
                asked.media,
                asked.meters,
                asked.resume,
                asked.record,
                asked.voice,
            )
            ticket = await self._house.admit(wish, self._house.books.caller_of(request))
        except msgspec.ValidationError as error:
            return refusal(400, "bad_request", explained(error, [SessionRequest]))
        except (msgspec.DecodeError, RecursionError) as error:
            return refusal(400, "bad_request", f"{error}; send one JSON object")
        except TooLarge as error:
            return refusal(413, "too_large", str(error))
        except TimeoutError:
            return refusal(408, "too_slow", f"the body did not come within {BODY_S:g} s")
        except Busy as error:
            return refusal(503, "busy", str(error))
        except TooMuch as error:
            return retry_later(refusal(429, "rate_limit_exceeded", str(error)), error.retry_s)
        except NotRecording as error:
            return refusal(409, "not_recording", str(error))
        except UnknownProfile as error:
            return refusal(404, "no_such_profile", f"there is no profile {asked.profile!r}; {error.fix}")
        except UnknownPersona as error:
            return refusal(404, "no_such_persona", str(error))
        except ConfigError as error:
            log.warning("a profile was asked for that cannot be used: %s", error)
            # Not the whole error: where the server's files lie is none of the client's business.
            return refusal(409, "unusable_profile", f"{error.key or 'the profile'}: {error.problem}; {error.fix}")
        log.info("asked for with profile %s", ticket.cast.profile, extra={"session": ticket.session_id})
        return JSONResponse(_described(ticket), status_code=201)

    async def stream(self, socket: WebSocket) -> None:
        """The socket of one session."""
        await hold_link(self._house, socket)

    async def face(self, socket: WebSocket) -> None:
        """The socket of one face that moves to its client's own sound."""
        await hold_face(self._house, socket)

    async def relay(self, socket: WebSocket) -> None:
        """The socket of one conversation in the relay protocol."""
        await hold_relay(self._house, socket)


def _no_key() -> Response:
    return refusal(401, "unauthorized", "send this server's key as 'Authorization: Bearer …' or 'X-API-Key: …'")


def _described(ticket: Ticket) -> dict[str, Any]:
    path = f"/v1/sessions/{ticket.session_id}"
    return {
        "id": ticket.session_id,
        "ticket": ticket.secret,
        "stream": f"{path}/stream?ticket={ticket.secret}",
        "face": f"{path}/face?ticket={ticket.secret}",
        **({"resume": f"{path}/stream?resume={ticket.resume}"} if ticket.resume else {}),
        **({"recorded": True} if ticket.record else {}),
        "profile": ticket.cast.profile,
        "persona": dict(ticket.cast.details),
    }

"""The routes of the Realtime protocol: who may come in, to which profile, with what."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from tth.config.finding import UnknownProfile
from tth.errors import ConfigError, TthError
from tth.hosting.keys import Secrets, is_secret, refusal, token_of
from tth.server.body import BODY_S, TooLarge, read_body
from tth.server.house import Busy, House, UnknownPersona
from tth.server.house import Request as Wish
from tth.server.realtime.client import RealtimeClient, Wishes
from tth.session.cast import Cast
from tth.wire.realtime.server.doors import client_secret
from tth.wire.realtime.server.models import models_listing
from tth.wire.realtime.server.options import EngineOptions

log = logging.getLogger(__name__)

MODEL_CHARS = 200
"""Longest name of a model, profile or persona."""


class RealtimeDoors:
    """What answers ``/v1/realtime`` and what belongs to it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._secrets = Secrets()

    async def connect(self, socket: WebSocket) -> None:
        """The socket of one client."""
        carried = self._carried(socket)
        if carried is None:
            await socket.send_denial_response(_no_key())
            return
        query = socket.query_params
        try:
            cast = await self._cast(query, carried)
        except TthError as error:
            await socket.send_denial_response(_refused(error))
            return
        beta = "realtime=v1" in socket.headers.get("openai-beta", "")
        wishes = Wishes(
            model=_model(query, carried) or cast.profile,
            transcription=query.get("intent") == "transcription",
            dialect="beta" if beta else "ga",
            carried=carried,
            face=query.get("face") == "1",
        )
        client = RealtimeClient(socket, cast, wishes)
        try:
            with self._house.visit(client):
                log.info("realtime client with profile %s", cast.profile, extra={"session": client.id})
                await socket.accept("realtime" if "realtime" in socket.scope.get("subprotocols", ()) else None)
                await client.serve()
        except Busy as error:
            await socket.send_denial_response(_refused(error))

    async def client_secrets(self, request: Request) -> Response:
        """A secret that opens sessions until it expires; what it was asked for with comes along."""
        carried = self._carried(request)
        if carried is None or is_secret(token_of(request)):
            return _no_key()
        try:
            body = await read_body(request)
        except TooLarge as error:
            return refusal(413, str(error))
        except TimeoutError:
            return refusal(408, f"the body did not come within {BODY_S:g} s")
        options = EngineOptions(model=self._house.profile.name, strict=False, voices=())
        status, answer = client_secret(body, options, int(time.time()))
        if status != 200:
            return JSONResponse(answer, status_code=status)
        asked = msgspec.json.decode(body or b"{}").get("session") or {}
        try:
            cast = await self._cast(request.query_params, asked)
        except TthError as error:
            return _refused(error)
        if answer["session"]["type"] == "realtime":
            answer["session"]["instructions"] = asked.get("instructions", cast.instructions)
        self._secrets.keep(answer["value"], answer["expires_at"], asked)
        return JSONResponse(answer)

    async def models(self, request: Request) -> Response:
        """The profiles, as models."""
        if self._carried(request) is None:
            return _no_key()
        names = tuple(entry["name"] for entry in await asyncio.to_thread(self._house.profiles))
        return JSONResponse(models_listing(int(time.time()), names))

    def _carried(self, connection: HTTPConnection) -> dict[str, Any] | None:
        """The settings that a key or secret brings; ``None`` where it is not taken."""
        token, key = token_of(connection), self._house.settings.api_key
        if key is not None and hmac.compare_digest(token.encode(), key.get_secret_value().encode()):
            return {}
        if is_secret(token):
            return self._secrets.carried(token)
        return {} if key is None else None

    async def _cast(self, query: Mapping[str, str], carried: Mapping[str, Any]) -> Cast:
        """What answers: the profile asked for, or the one that the model names, or the default one."""
        persona, profile, model = query.get("persona"), query.get("profile"), _model(query, carried)
        if profile is None and model and len(model) <= MODEL_CHARS:
            try:
                return await self._house.cast(Wish(profile=model, persona=persona))
            except UnknownProfile:
                pass  # a model of OpenAI's, as real clients name one
        return await self._house.cast(Wish(profile=profile, persona=persona))


def _model(query: Mapping[str, str], carried: Mapping[str, Any]) -> str:
    named = carried.get("model")
    return named if isinstance(named, str) and named else query.get("model", "")


def _no_key() -> Response:
    return refusal(401, "Incorrect API key provided: send this server's key, or a client secret of it.")


def _refused(error: TthError) -> Response:
    match error:
        case Busy():
            return refusal(503, str(error), code="server_busy")
        case UnknownProfile():
            return refusal(404, f"{error.problem}; {error.fix}")
        case UnknownPersona():
            return refusal(404, str(error), code="persona_not_found")
        case ConfigError():
            log.warning("a profile was asked for that cannot be used: %s", error)
            # Not the whole error: where the server's files lie is none of the client's business.
            return refusal(409, f"{error.key or 'the profile'}: {error.problem}; {error.fix}", code="unusable_profile")
    return refusal(500)

"""The routes of the Realtime protocol: who may come in, to which profile, with what."""

from __future__ import annotations

import logging
import time

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from tth.errors import TthError
from tth.hosting.keys import is_secret, refusal, token_of
from tth.server.body import BODY_S, TooLarge, read_body
from tth.server.house import Busy, House
from tth.server.quota import BEGUN, TooMuch
from tth.server.realtime.calls import CallDoors
from tth.server.realtime.client import RealtimeClient, Wishes
from tth.server.realtime.entrance import Entrance, model_of, no_key, refused
from tth.server.realtime.token import TokenDoor
from tth.wire.realtime.server.doors import client_secret
from tth.wire.realtime.server.models import models_listing
from tth.wire.realtime.server.options import EngineOptions

log = logging.getLogger(__name__)


class RealtimeDoors:
    """What answers ``/v1/realtime`` and what belongs to it.

    Attributes:
        calls: What answers the routes of calls over WebRTC.
        tokens: What answers pages that want to talk without this server between.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._entrance = Entrance(house)
        self.calls = CallDoors(house, self._entrance)
        self.tokens = TokenDoor(house, self._entrance)

    async def connect(self, socket: WebSocket) -> None:
        """The socket of one client, or of one who listens in on a call."""
        query = socket.query_params
        if "call_id" in query:
            await self.calls.listen_in(socket, query["call_id"])
            return
        carried = self._entrance.carried(socket)
        if carried is None:
            await socket.send_denial_response(no_key())
            return
        caller = self._house.books.caller_of(socket)
        try:
            caller.begin()
            cast = await self._entrance.cast(socket, carried)
        except TthError as error:
            await socket.send_denial_response(refused(error))
            return
        beta = "realtime=v1" in socket.headers.get("openai-beta", "")
        wishes = Wishes(
            model=model_of(query, carried) or cast.profile,
            transcription=query.get("intent") == "transcription",
            dialect="beta" if beta else "ga",
            carried=carried,
            face=query.get("face") == "1",
        )
        client = RealtimeClient(socket, cast, wishes, caller)
        try:
            with self._house.visit(client, caller):
                log.info("realtime client with profile %s", cast.profile, extra={"session": client.id})
                await socket.accept("realtime" if "realtime" in socket.scope.get("subprotocols", ()) else None)
                await client.serve()
        except (Busy, TooMuch) as error:
            await socket.send_denial_response(refused(error))

    async def client_secrets(self, request: Request) -> Response:
        """A secret that opens sessions until it expires; what it was asked for with comes along."""
        carried = self._entrance.carried(request)
        if carried is None or is_secret(token_of(request)):
            return no_key()
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
            self._house.books.caller_of(request).take(BEGUN)
            cast = await self._entrance.cast(request, asked)
        except TthError as error:
            return refused(error)
        if answer["session"]["type"] == "realtime":
            answer["session"]["instructions"] = asked.get("instructions", cast.instructions)
        self._entrance.secrets.keep(answer["value"], answer["expires_at"], asked)
        return JSONResponse(answer)

    async def models(self, request: Request) -> Response:
        """The profiles, as models."""
        if self._entrance.carried(request) is None:
            return no_key()
        names = tuple(entry["name"] for entry in await self._house.profile_list.get())
        return JSONResponse(models_listing(int(time.time()), names))

"""Calls over WebRTC: a caller's offer is answered, and any profile answers the caller."""

from __future__ import annotations

import logging
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from tth.errors import TthError
from tth.hosting.keys import token_of
from tth.hosting.rtc.calls import Call, Calls, answered, no_call
from tth.hosting.rtc.offers import read_offer, read_session
from tth.hosting.rtc.sideband import listen_in
from tth.server.house import Busy, House
from tth.server.quota import TooMuch
from tth.server.realtime.client import RealtimeClient, Wishes
from tth.server.realtime.entrance import Entrance, model_of, no_key, refused
from tth.wire.realtime.server.options import EngineOptions

log = logging.getLogger(__name__)


class CallDoors:
    """What answers ``/v1/realtime/calls`` and what belongs to it."""

    def __init__(self, house: House, entrance: Entrance) -> None:
        self._house = house
        self._entrance = entrance
        self._calls = Calls()

    def __len__(self) -> int:
        return len(self._calls)

    async def call(self, request: Request) -> Response:
        """Answer an offer; the session begins before the caller has connected."""
        carried = self._entrance.carried(request)
        if carried is None:
            return no_key()
        try:
            offer = await read_offer(request)
            session = {**carried, **offer.session}
            read_session(session, EngineOptions(strict=False, voices=()))
            call, sdp = await self._open(request, offer.sdp, session)
        except TthError as error:
            return refused(error)
        return answered(call, sdp)

    async def _open(self, request: Request, sdp: str, session: dict[str, Any]) -> tuple[Call, str]:
        caller = self._house.books.caller_of(request)
        caller.begin()
        cast, query = await self._entrance.cast(request, session), request.query_params
        model, face = model_of(query, session) or cast.profile, query.get("face") == "1"
        wishes = Wishes(model=model, carried=session, face=face)

        async def serve(call: Call) -> None:
            client = RealtimeClient(call.line, cast, wishes, caller, call)
            try:
                with self._house.visit(client, caller):
                    log.info("call %s with profile %s", call.id, cast.profile, extra={"session": client.id})
                    try:
                        await client.serve()
                    finally:
                        # While its seat is taken: who waits until everybody has left finds no socket open.
                        await call.close()
            except (Busy, TooMuch) as error:
                # There was room when it was answered.
                log.info("call %s is refused: %s", call.id, error, extra={"session": client.id})
            log.info("call %s is over", call.id, extra={"session": client.id})

        return await self._calls.open(sdp, token_of(request), serve)

    async def hang_up(self, request: Request) -> Response:
        """End a call; when this returns, nothing of it is left."""
        call = self._calls.find(request.path_params["call_id"])
        if not self._may(request, call):
            return no_key()
        if call is None:
            return no_call()
        await self._calls.hang_up(call)
        return Response(status_code=200)

    async def listen_in(self, socket: WebSocket, call_id: str) -> None:
        """A socket that sees every event of a call."""
        call = self._calls.find(call_id)
        if not self._may(socket, call):
            await socket.send_denial_response(no_key())
        elif call is None:
            await socket.send_denial_response(no_call())
        else:
            await listen_in(call, socket)

    def _may(self, connection: HTTPConnection, call: Call | None) -> bool:
        """Whoever has the server's key may; who made the call with a secret may with that."""
        if self._entrance.has_key(connection):
            return True
        return call is not None and call.token != "" and token_of(connection) == call.token

    async def close(self) -> None:
        """End every call."""
        await self._calls.close()

"""The emulator's calls over WebRTC: the same mind, voice and faults as over a WebSocket."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from tth.emulators.openai.connection import Connection
from tth.emulators.openai.emulator import Emulator
from tth.hosting.keys import refusal, token_of
from tth.hosting.rtc.calls import Call, Calls, answered, no_call
from tth.hosting.rtc.offers import Refused, read_offer, read_session
from tth.hosting.rtc.sideband import listen_in


class CallRoutes:
    """What answers ``/v1/realtime/calls`` and what belongs to it."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._calls = Calls()

    async def call(self, request: Request) -> Response:
        """Answer an offer."""
        connection = Connection(self._emulator, request.query_params)
        carried, status = await connection.admit(token_of(request))
        if status is not None:
            return refusal(status)
        try:
            offer = await read_offer(request)
            session = {**carried, **offer.session}
            read_session(session, connection.engine_options({}))

            async def serve(call: Call) -> None:
                await connection.serve_call(call, session)

            call, sdp = await self._calls.open(offer.sdp, token_of(request), serve)
        except Refused as error:
            return refusal(error.status, str(error), code=error.code or "", param=error.param)
        return answered(call, sdp)

    async def hang_up(self, request: Request) -> Response:
        """End a call; when this returns, nothing of it is left."""
        if self._emulator.admit(token_of(request)) is None:
            return refusal(401)
        call = self._calls.find(request.path_params["call_id"])
        if call is None:
            return no_call()
        await self._calls.hang_up(call)
        return Response(status_code=200)

    async def listen_in(self, socket: WebSocket) -> None:
        """A socket that sees every event of a call."""
        call = self._calls.find(socket.query_params["call_id"])
        if self._emulator.admit(token_of(socket)) is None:
            await socket.send_denial_response(refusal(401))
        elif call is None:
            await socket.send_denial_response(no_call())
        else:
            await listen_in(call, socket)

    async def close(self) -> None:
        """End every call."""
        await self._calls.close()

"""What belongs to a key beside conversations: client secrets, and the list of models."""

from __future__ import annotations

import asyncio
import time

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tth.emulators.openai.emulator import Emulator
from tth.emulators.openai.faults import ON_SECRET, SECRET
from tth.hosting.keys import refusal, token_of
from tth.wire.realtime.server.doors import client_secret
from tth.wire.realtime.server.models import models_listing
from tth.wire.realtime.server.options import EngineOptions

NO_CONNECTION = 0
"""A request is none of the connections that a script of faults counts."""


class Account:
    """The routes. Requests for secrets are counted over the server's life."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._asked = 0

    async def secrets(self, request: Request) -> Response:
        """A secret that opens sessions until it expires; what it was asked for with comes along."""
        emulator = self._emulator
        if emulator.admit(token_of(request)) is None:
            return refusal(401)
        self._asked += 1
        for fault in emulator.script.due(
            SECRET, nth=self._asked, event=None, connection=NO_CONNECTION, actions=ON_SECRET
        ):
            if fault.status is not None:
                return refusal(fault.status)
            await asyncio.sleep(fault.delay_s or 0.0)
        options = EngineOptions(dialect=emulator.options.dialect, strict=emulator.options.strict)
        body = await request.body()
        status, answer = client_secret(body, options, int(time.time()))
        if status == 200:
            session = msgspec.json.decode(body or b"{}").get("session") or {}
            emulator.secrets.keep(answer["value"], answer["expires_at"], session)
        return JSONResponse(answer, status_code=status)

    async def models(self, request: Request) -> Response:
        """All models."""
        if self._emulator.admit(token_of(request)) is None:
            return refusal(401)
        return JSONResponse(models_listing(int(time.time())))

    async def model(self, request: Request) -> Response:
        """One of them."""
        if self._emulator.admit(token_of(request)) is None:
            return refusal(401)
        listed = models_listing(int(time.time()))["data"]
        found = [each for each in listed if each["id"] == request.path_params["model"]]
        return JSONResponse(found[0]) if found else refusal(404)

"""The calls of one server: each lives in a task of its own, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from starlette.responses import Response

from tth.core.tasks import Tasks
from tth.hosting.keys import refusal
from tth.hosting.rtc.line import Line
from tth.hosting.rtc.offers import Refused
from tth.hosting.rtc.sounding import Sounding
from tth.wire.realtime.server.options import random_id

log = logging.getLogger(__name__)

CALLS_PATH = "/v1/realtime/calls"

NOT_INSTALLED = Refused("this server takes no calls; install them: pip install 'tth[webrtc]'", status=501)


class Call:
    """One call.

    Attributes:
        id: ``rtc_…``; whoever knows it and has the caller's key may hang up.
        token: The key or secret it was made with.
        line: Its socket, to the session.
    """

    def __init__(self, peer: Any, token: str) -> None:
        self.id = random_id("rtc")
        self.token = token
        self.line: Line = peer.line
        self.over = asyncio.Event()
        self._peer = peer
        self._sounding: Sounding | None = None

    @property
    def greeting(self) -> str:
        """What one who joins is told first; empty while there is no session, which will greet everybody."""
        return "" if self._sounding is None else self._sounding.greeting()

    @contextmanager
    def talking(self, sounding: Sounding) -> Iterator[None]:
        """Let the caller hear and be heard by ``sounding``, for as long as the block runs."""
        self._sounding = sounding
        self._peer.talk(sounding)
        try:
            yield
        finally:
            self._sounding = None
            self._peer.mute()

    async def close(self) -> None:
        """Hang up, and let go of everything."""
        await self._peer.close()


def answered(call: Call, sdp: str) -> Response:
    """The HTTP answer to a caller."""
    location = {"Location": f"{CALLS_PATH}/{call.id}"}
    return Response(sdp, status_code=201, media_type="application/sdp", headers=location)


def no_call() -> Response:
    """The answer to one who asks for a call that is not there."""
    return refusal(404, "there is no such call; it may be over", code="call_not_found")


class Calls:
    """The running ones, by id."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._tasks = Tasks(self._broke)

    def __len__(self) -> int:
        return len(self._calls)

    def find(self, call_id: str) -> Call | None:
        """The call of that id, while it goes on."""
        return self._calls.get(call_id)

    async def open(self, sdp: str, token: str, serve: Callable[[Call], Awaitable[None]]) -> tuple[Call, str]:
        """Make a call of an offer; ``serve`` runs until it returns or the call ends.

        Returns:
            The call, and the SDP answer.

        Raises:
            Refused: The offer cannot be used, or calls are not installed.
        """
        if find_spec("aiortc") is None:
            raise NOT_INSTALLED
        # It takes half a second: what else runs must not wait for that.
        module = await asyncio.to_thread(import_module, "tth.hosting.rtc.peer")
        peer = module.Peer()
        call = Call(peer, token)
        try:
            answer: str = await peer.answer(sdp)
        except BaseException:
            await call.close()
            raise
        self._calls[call.id] = call
        self._tasks.start(self._run(call, serve), call.id)
        return call, answer

    async def _run(self, call: Call, serve: Callable[[Call], Awaitable[None]]) -> None:
        try:
            await serve(call)
        finally:
            del self._calls[call.id]
            await call.close()
            call.over.set()

    async def hang_up(self, call: Call) -> None:
        """End a call; returns when nothing of it is left."""
        call.line.hang_up()
        await call.over.wait()

    async def close(self) -> None:
        """End all of them."""
        for call in self._calls.values():
            call.line.hang_up()
        await self._tasks.close()

    @staticmethod
    def _broke(error: Exception) -> None:
        log.error("a call broke", exc_info=error)

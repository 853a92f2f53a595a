"""A dialogue on a socket: one task reads, one writes, and every wait has a deadline."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping

from tth.adapters.realtime import RealtimeEvent
from tth.builtins.openai_realtime.address import NAME
from tth.builtins.openai_realtime.dialogue import Dialogue
from tth.core.channel import Channel
from tth.core.clock import LoopClock, Timer
from tth.core.events import ErrorEvent
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.errors import AdapterError
from tth.transports.socket import Socket, SocketClosed, SocketRefused
from tth.wire.realtime.client.faults import BETA_REFUSED, FATAL_HANDSHAKES

OpenSocket = Callable[..., Awaitable[Socket]]
"""``open_socket(url, headers, limit_s=…)``."""

EVENTS = 4096
"""Events that may wait for the reader; then the socket is read no further."""

FRAMES = 4096
"""Frames that may wait for a server that takes none; then it counts as lost."""

BACK_OFF_S, MOST_BACK_OFF_S = 0.5, 4.0
"""Before the first time that a server which was too busy is asked again; doubles each time, to at most the second."""

_FATAL_CLOSES = frozenset({BETA_REFUSED, 1008, 3000})
"""Close codes after which a new connection would end the same way."""


class Connection:
    """Carries what a ``Dialogue`` wants to say, and hands it what the server says.

    Args:
        dialogue: What is said.
        response_s: Longest wait for the server to answer a request, and longest silence within a response.

    Attributes:
        events: For the adapter's reader; closed when the connection is over.
    """

    def __init__(self, dialogue: Dialogue, *, response_s: float) -> None:
        self.dialogue = dialogue
        self.events: Channel[RealtimeEvent] = Channel(EVENTS)
        self._response_s = response_s
        self._frames: Channel[str] = Channel(FRAMES)
        self._tasks = Tasks(self._broke)
        self._socket: Socket | None = None
        self._news: asyncio.Future[None] | None = None
        self._clock = LoopClock()
        self._watchdog = Watchdog(self._clock)
        self._watch = self._watchdog.watch(response_s, self._stalled)
        self._watch.pause()
        self._tries = 0
        self._backing_off: Timer | None = None

    async def open(self, opener: OpenSocket, url: str, headers: Mapping[str, str], *, limit_s: float) -> None:
        """Connect, configure and wait until the server has confirmed the configuration.

        Raises:
            AdapterError: It cannot be reached, refused the session, or did not confirm it in time.
        """
        try:
            async with asyncio.timeout(limit_s):
                self._socket = await opener(url, headers, limit_s=limit_s)
                self._tasks.start(self._read(self._socket), "openai_realtime reader")
                self._tasks.start(self._write(self._socket), "openai_realtime writer")
                await self._confirmed()
        except SocketRefused as error:
            raise _refused(error, headers) from error
        except TimeoutError as error:
            what = "the server did not answer" if self._socket is None else "the server did not confirm the session"
            raise AdapterError(NAME, f"{what} within {limit_s:g} s", code="not_confirmed", decision="retry") from error

    async def _confirmed(self) -> None:
        while not self.dialogue.ready:
            if self.dialogue.failure is not None:
                raise self.dialogue.failure
            if self.events.closed:
                raise AdapterError(
                    NAME, "the server closed the connection before the session was confirmed", decision="retry"
                )
            self._news = asyncio.get_running_loop().create_future()
            await self._news

    def flush(self) -> None:
        """Send and tell what the dialogue wants to, after any call to it.

        Raises:
            AdapterError: The connection is over.
        """
        frames, events = self.dialogue.frames, self.dialogue.events
        if events:
            for event in events:
                if not self.events.closed:
                    self.events.put_now(event)
            events.clear()
        if frames:
            if self._frames.closed:
                frames.clear()
                raise AdapterError(NAME, "the connection is over", code="not_connected", decision="retry")
            for frame in frames:
                self._frames.put_now(frame)
            frames.clear()
            if len(self._frames) > FRAMES:
                self._lose("the server takes nothing any more", "stalled", fatal=False)
        self._watch_response()

    def forget(self, response_id: str) -> None:
        """Take what waits of a cancelled response out of the reader's way."""
        self.events.drop(lambda event: getattr(event, "response_id", "") == response_id)

    async def close(self) -> None:
        """End everything. Idempotent."""
        self.events.close()
        self._frames.close()
        self._watchdog.close()
        if self._backing_off is not None:
            self._backing_off.cancel()
        await self._tasks.close()
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def _read(self, socket: Socket) -> None:
        try:
            while True:
                self.dialogue.receive(await socket.receive())
                self.flush()
                if self._news is not None:
                    self._tell()
                if self.dialogue.later:
                    self._back_off()
                # Only a reader who has left thousands of events unread holds the server back.
                await self.events.room()
        except SocketClosed as error:
            self._lose(str(error), f"closed_{error.code}", fatal=error.code in _FATAL_CLOSES)

    async def _write(self, socket: Socket) -> None:
        try:
            async for frame in self._frames:
                await socket.send(frame)
        except SocketClosed as error:
            self._lose(str(error), f"closed_{error.code}", fatal=error.code in _FATAL_CLOSES)

    def _tell(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def _watch_response(self) -> None:
        if self.dialogue.waiting:
            self._watch.touch()
        else:
            self._watch.pause()

    def _back_off(self) -> None:
        if self._backing_off is None:
            self._tries += 1
            delay_s = min(MOST_BACK_OFF_S, BACK_OFF_S * 2 ** (self._tries - 1)) * random.uniform(0.8, 1.2)
            self._backing_off = self._clock.call_later(delay_s, self._ask_again)

    def _ask_again(self) -> None:
        self._backing_off = None
        if not self._frames.closed:
            self.dialogue.resume()
            self.flush()

    def _stalled(self) -> None:
        self._lose(f"the server said nothing for {self._response_s:g} s", "stalled", fatal=False)

    def _lose(self, reason: str, code: str, *, fatal: bool) -> None:
        """The connection is of no use any more: the reader is told once, and its stream ends."""
        if not self.events.closed:
            self.events.put_now(ErrorEvent(code=code, message=reason, decision="fatal" if fatal else "retry"))
        self.events.close()
        self._frames.close()
        self._watchdog.close()
        self._tell()

    def _broke(self, error: Exception) -> None:
        self._lose(f"{type(error).__name__}: {error}", "adapter_broke", fatal=False)


_HINTS = {
    401: "; is the key right? It is OPENAI_API_KEY, or in the file that OPENAI_API_KEY_FILE names",
    403: "; may this key use the model, and does base_url end in /v1?",
    404: "; is there a model of that name, and does base_url end in /v1?",
    429: "; too many connections or no credit: see the account",
}


def _refused(error: SocketRefused, headers: Mapping[str, str]) -> AdapterError:
    hint = _HINTS.get(error.status or 0, "")
    if error.status == 401 and not {name.lower() for name in headers} & {"authorization", "api-key", "x-api-key"}:
        hint = "; no key was sent: set OPENAI_API_KEY, or OPENAI_API_KEY_FILE to a file that holds it"
    code = {401: "invalid_api_key", 404: "not_found", 429: "rate_limit_exceeded"}.get(error.status or 0, "unreachable")
    decision = "fatal" if error.status in FATAL_HANDSHAKES else "retry"
    return AdapterError(NAME, f"{error}{hint}", code=code, decision=decision)

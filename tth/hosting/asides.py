"""Responses out of band: each has a voice of its own and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from tth.adapters.realtime import RealtimeAdapter
from tth.core.bus import EventBus
from tth.core.conversation import Conversation
from tth.core.events import ErrorEvent
from tth.errors import AdapterError
from tth.hosting.mind import Mind
from tth.hosting.pacing import Pacing
from tth.hosting.replies import Replies
from tth.hosting.reply import Reply
from tth.hosting.voices import Voices
from tth.session.foreign import close_adapter, explain
from tth.wire.realtime.server.engine import Engine


class Asides:
    """The responses out of band of one client."""

    def __init__(
        self, engine: Engine, voices: Voices, pacing: Pacing, changed: Callable[[], None], bus: EventBus
    ) -> None:
        self._engine = engine
        self._voices = voices
        self._pacing = pacing
        self._changed = changed
        self._bus = bus
        self._running: dict[str, tuple[RealtimeAdapter | None, Replies]] = {}

    def of(self, response_id: str) -> Replies | None:
        """Where a response out of band is told; ``None`` where it is none."""
        running = self._running.get(response_id)
        return None if running is None else running[1]

    def begin(self, reply: Reply) -> Coroutine[Any, Any, None]:
        """What makes the response, to its end; from now on it can be cancelled."""
        replies = Replies(self._engine, self._pacing, self._changed, Conversation(), self._bus)
        replies.expect(reply)
        self._running[reply.id] = (None, replies)
        return self._run(reply, replies)

    async def _run(self, reply: Reply, replies: Replies) -> None:
        assert reply.order is not None
        voice: RealtimeAdapter | None = None
        try:
            voice = await self._voices.aside(reply.order.instructions)
            self._running[reply.id] = (voice, replies)
            if replies.open:
                await voice.respond(Mind.request(reply.order, voice))
                await self._follow(voice, replies)
            replies.fail("server_error", "the voice is gone")
            await replies.closed()
        except Exception as error:  # foreign code; the client is told what came of it
            replies.fail(getattr(error, "code", "server_error"), explain(error))
        finally:
            self._running.pop(reply.id, None)
            if voice is not None:
                await close_adapter(voice, "voice")

    @staticmethod
    async def _follow(voice: RealtimeAdapter, replies: Replies) -> None:
        async with aclosing(voice.stream_events()) as events:
            async for event in events:
                if isinstance(event, ErrorEvent) and event.decision != "ignore":
                    raise AdapterError("voice", event.message, code=event.code)
                replies.take(event)
                if all(reply.ended for reply in replies.open.values()):
                    return

    async def cancel(self, response_id: str) -> bool:
        """Stop a response out of band; false where it is none."""
        running = self._running.get(response_id)
        if running is None:
            return False
        voice, replies = running
        theirs = replies.drop(response_id)
        if voice is not None:
            await voice.cancel_response(theirs or None)
        return True

"""One client of the Realtime protocol and the voices that answer it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeAlias

from tth.adapters.realtime import RealtimeAdapter, RealtimeEvent
from tth.core.bus import EventBus
from tth.core.channel import Channel
from tth.core.conversation import AudioPart
from tth.core.events import (
    DegradedEvent,
    ErrorEvent,
    ExpiringSoonEvent,
    TurnStartedEvent,
    UserTranscriptEvent,
    WarningEvent,
)
from tth.core.tasks import Tasks
from tth.errors import AdapterError
from tth.hosting.asides import Asides
from tth.hosting.face import Face
from tth.hosting.mind import NO_EARS, Hears, Mind
from tth.hosting.pacing import Pacing
from tth.hosting.replies import Replies
from tth.hosting.reply import Reply
from tth.hosting.voices import Voices
from tth.session.foreign import explain
from tth.wire.realtime.server import orders
from tth.wire.realtime.server.engine import Engine

ORDERS = 512
"""Orders that may wait for the voice; then the client is to be read no further until there is ``room``."""

COMMAND_S = 10.0
"""How long a voice may take to accept what it is told."""

TRIES = 2
"""How often a response is asked for."""

SHORT_LIFE_S = 5.0
"""A voice that is lost sooner, with nothing to answer, is replaced when it is needed: it may be lost at once again."""

Sending = Callable[[str, str], None]
"""Called with the type and the text of each event for the client."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What shall become of a response, for servers that go wrong on purpose."""

    fail: str | None = None
    items: int | None = None


NO_PLAN = Plan()


@dataclass(frozen=True, slots=True)
class Renew:
    """Replace ``adapter``, if it is still in use; ``planned`` where it could go on."""

    adapter: RealtimeAdapter
    reason: str
    error: Exception | None = None
    planned: bool = False


Work: TypeAlias = orders.Order | Renew


class Host:
    """Serves one client: what it asks goes to the voice in order, what that says goes back as events.

    Use it as ``async with Host(...) as host``; ``receive`` each frame of the client.

    Where the voice is lost, another takes its place and is told the conversation. A response of which nothing was sent
    is asked of it once more; one that had begun is ended as failed.

    Args:
        engine: The protocol's state, opened by this.
        voices: Connected.
        send: Takes each event for the client.
        pace: How many times faster than it plays sound is sent; 0: at once.
        hears: What an utterance says, for a voice that cannot hear.
        bus: Told each step of each response; its ``turn_id`` is the response's id.
        face: Moves with the sound of the conversation.

    Attributes:
        running: Responses that the client has been promised and not been told the end of.
    """

    def __init__(
        self,
        engine: Engine,
        voices: Voices,
        send: Sending,
        *,
        pace: float = 0.0,
        hears: Hears | None = None,
        bus: EventBus | None = None,
        face: Face | None = None,
    ) -> None:
        self.engine = engine
        self.running = 0
        self._voices = voices
        self._send = send
        self._bus = bus or EventBus()
        self._face = face
        self._pacing = Pacing(pace)
        self._replies = Replies(engine, self._pacing, self.flush, voices.conversation, self._bus, face)
        self._mind = Mind(engine, voices, self._replies, self._renew_soon, hears)
        self._asides = Asides(engine, voices, self._pacing, self.flush, self._bus)
        self._orders: Channel[Work] = Channel(ORDERS)
        self._tasks = Tasks(self._broke)
        self._plan = NO_PLAN
        self._plans: dict[str, Plan] = {}
        self._turns = 0
        self._due = ""
        self._stopping = ""
        self._idle = asyncio.Event()

    async def __aenter__(self) -> Host:
        """Tell the client that the session is there."""
        self._tasks.start(self._listen(), "voice")
        self._tasks.start(self._work(), "orders")
        self._tasks.start(self._pacing.run(), "pacing")
        self.engine.open()
        self.flush()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._orders.close()
        await self._tasks.close()

    def receive(self, frame: str | bytes) -> None:
        """Take one frame of the client; whatever it holds, nothing is raised."""
        self.engine.receive(frame)
        self.flush()

    @property
    def hears_speech(self) -> bool:
        """Whether the client is speaking, as far as is known."""
        return self.engine.hears_speech

    def hear(self, pcm: bytes) -> None:
        """Take sound of the client's track, PCM16 at 24 kHz."""
        self.engine.hear(pcm)
        self.flush()

    def play(self, samples: int) -> bytes:
        """The next sound of the session's own track, which is what the client is told of its playing, too."""
        pcm = self.engine.play(samples)
        self.flush()
        return pcm

    def greeting(self) -> str:
        """``session.created`` with the session as it is now."""
        return self.engine.greeting().decode()

    @property
    def busy(self) -> bool:
        """Whether a response runs, or is still played on the session's track."""
        return self.running > 0 or self.engine.sounding

    async def room(self) -> None:
        """Return when the voice has taken enough of what the client asked for the next frame to be read."""
        await self._orders.room()

    async def drain(self, code: str) -> None:
        """Begin no response any more, each fails with ``code``; return when none runs and none is played."""
        self._stopping = code
        while self.busy:
            self._idle.clear()
            await self._idle.wait()

    def flush(self) -> None:
        """Send what the engine has to say, and do what it wants done."""
        for event in self.engine.take_events():
            if event.type == "response.done":
                self.running -= 1
            self._send(event.type, event.data.decode())
        for order in self.engine.take_orders():
            self._accept(order)
        if self.running <= 0:
            self._idle.set()
            if self._due and self._voices.alive:
                reason, self._due = self._due, ""
                self._put(Renew(self._voices.adapter, reason, planned=True))

    def _accept(self, order: orders.Order) -> None:
        """Do at once what cannot wait for the voice, and leave the rest to be done in its order."""
        match order:
            case orders.OutputItem():
                replies = self._asides.of(order.response_id) or self._replies
                replies.named(order.response_id, order.item_id, order.call_id)
                return
            case orders.Respond():
                self.running += 1
                self._plans[order.response_id] = self._plan
            case orders.Cancel():
                self._replies.hush(order.response_id)
            case orders.Truncate() if self._face is not None:
                self._face.truncated(order.item_id)
        self._put(order)

    def _put(self, work: Work) -> None:
        if not self._orders.closed:
            self._orders.put_now(work)

    def _renew_soon(self, reason: str) -> None:
        """Replace the voice as soon as nothing runs."""
        self._due = reason
        self.flush()

    def plan(self, *, fail: str | None = None, items: int | None = None) -> None:
        """What becomes of the responses that the next frame asks for: failure with a code, or several items."""
        self._plan = Plan(fail, items)

    # What the voice says

    async def _listen(self) -> None:
        adapter: RealtimeAdapter | None = None
        while True:
            adapter = await self._voices.after(adapter)
            reason, failure = "its connection ended", None
            try:
                async with aclosing(adapter.stream_events()) as events:
                    async for event in events:
                        self._take(event, adapter)
            except Exception as error:  # foreign code; the voice is replaced
                reason, failure = explain(error), error
            self._put(Renew(adapter, reason, failure))

    def _take(self, event: RealtimeEvent, adapter: RealtimeAdapter) -> None:
        match event:
            case ErrorEvent():
                self._bus.publish(event)
                if event.decision != "ignore":
                    error = AdapterError(self._voices.name, event.message, code=event.code, decision=event.decision)
                    self._put(Renew(adapter, event.message, error))
            case ExpiringSoonEvent():
                if self._voices.lived_s >= SHORT_LIFE_S:
                    self._renew_soon("its connection was about to end")
            case UserTranscriptEvent():
                self._understood(event)
            case DegradedEvent() | WarningEvent():
                self._bus.publish(event)
            case _:
                self._replies.take(event)

    def _understood(self, event: UserTranscriptEvent) -> None:
        if not event.final:
            self.engine.transcript_delta(event.item_id, event.text)
        else:
            self.engine.transcript(event.item_id, event.text)
            item = self._voices.conversation.get(event.item_id)
            if item is not None and len(item.parts) == 1 and isinstance(item.parts[0], AudioPart):
                heard = replace(item, parts=(replace(item.parts[0], text=event.text),))
                self._voices.conversation.put(heard)
        self.flush()

    # What the voice is told

    async def _work(self) -> None:
        async for work in self._orders:
            try:
                if isinstance(work, Renew):
                    await self._renew(work)
                else:
                    async with asyncio.timeout(None if isinstance(work, orders.Respond) else COMMAND_S):
                        await self._obey(work)
            except Exception as error:  # foreign code; the client is told what came of it, or the voice is replaced
                self._failed(work, error)

    def _failed(self, work: Work, error: Exception) -> None:
        if isinstance(work, Renew):
            known = work.error if isinstance(work.error, AdapterError) else error
            self._replies.fail(getattr(known, "code", "server_error"), explain(known))
        elif isinstance(error, AdapterError) and error.decision == "ignore":
            if isinstance(work, orders.Respond):
                self._replies.end(work.response_id, error.code, explain(error))
        elif self._voices.alive:
            self._put(Renew(self._voices.adapter, explain(error), error))
        else:
            self._replies.fail(getattr(error, "code", "server_error"), explain(error))

    async def _renew(self, work: Renew) -> None:
        """Replace a voice, and ask what it has not begun to answer of the next one."""
        if not self._voices.alive or self._voices.adapter is not work.adapter:
            return
        again = [reply for reply in self._replies.begin_again() if reply.tries < TRIES]
        for reply in list(self._replies.open.values()):
            if not (reply in again or reply.ended or reply.hushed):
                self._replies.end(reply.id, getattr(work.error, "code", "voice_lost"), work.reason)
        if again or work.planned or self._voices.lived_s >= SHORT_LIFE_S:
            await self._connect(work.reason, work.error)
        else:
            await self._voices.leave()
        for reply in again:
            await self._ask(reply)

    async def _connect(self, reason: str, error: Exception | None = None) -> None:
        await self._voices.renew(reason, failed=error)
        await self._mind.configure_again()

    async def _obey(self, order: orders.Order) -> None:
        await self._mind.settle()
        match order:
            case orders.Respond():
                await self._respond(order)
            case orders.Cancel():
                await self._cancel(order.response_id)
            case _:
                await self._mind.obey(order)
                self.flush()

    async def _respond(self, order: orders.Respond) -> None:
        plan = self._plans.pop(order.response_id, NO_PLAN)
        reply = Reply(order.response_id, order=order, items=plan.items or 1)
        self._turns += 1
        said = "" if order.out_of_band else self._mind.said
        self._bus.publish(TurnStartedEvent(turn=self._turns, text=said, turn_id=reply.id))
        refused = self._refusal(order, plan)
        if refused is not None:
            self._replies.expect(reply)
            self._replies.end(reply.id, *refused)
        elif order.out_of_band:
            self._tasks.start(self._asides.begin(reply), reply.id)
        else:
            self._replies.expect(reply)
            if not self._voices.alive:
                await self._connect("the voice was gone")
            await self._ask(reply)

    def _refusal(self, order: orders.Respond, plan: Plan) -> tuple[str, str] | None:
        if plan.fail:
            return plan.fail, "the script of faults says so"
        if self._stopping:
            return self._stopping, "the server is about to stop; connect again in a moment"
        if order.input is None and not order.out_of_band and self._mind.take_unheard():
            return NO_EARS.code, NO_EARS.problem
        return None

    async def _ask(self, reply: Reply) -> None:
        assert reply.order is not None
        reply.tries += 1
        async with asyncio.timeout(COMMAND_S):
            await self._voices.adapter.respond(self._mind.request(reply.order, self._voices.adapter))

    async def _cancel(self, response_id: str) -> None:
        if await self._asides.cancel(response_id):
            return
        known = response_id in self._replies.open
        theirs = self._replies.drop(response_id)
        if known and self._voices.alive:
            await self._voices.adapter.cancel_response(theirs or None)

    def _broke(self, error: Exception) -> None:
        self._replies.fail("server_error", explain(error))

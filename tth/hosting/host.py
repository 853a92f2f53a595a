"""One client of the Realtime protocol and the voice that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from tth.adapters.realtime import Heard, RealtimeAdapter, ResponseRequest, SessionChange
from tth.core.channel import Channel
from tth.core.controls import CharacterControl, TurnControl
from tth.core.conversation import message
from tth.core.tasks import Tasks
from tth.errors import AdapterError
from tth.hosting.pacing import Pacing
from tth.hosting.replies import Replies
from tth.hosting.told import item_of, tools_of
from tth.session.foreign import close_adapter, explain
from tth.session.hearing import heard_text
from tth.session.speech import Speech
from tth.wire.realtime.server import orders
from tth.wire.realtime.server.engine import Engine

UNITS_PER_MS = 24
ORDERS = 4096
"""Orders that may wait for the voice; a client that asks for more is cut off."""

SLOWEST, FASTEST = 0.25, 4.0

Sending = Callable[[str, str], None]
"""Called with the type and the text of each event for the client."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What shall become of a response, for servers that go wrong on purpose."""

    fail: str | None = None
    items: int | None = None


NO_PLAN = Plan()


class Host:
    """Serves one voice: what the client asks goes to the adapter in order, what that says goes back as events.

    Use it as ``async with Host(...) as host``; ``receive`` each frame of the client.

    Args:
        engine: The protocol's state, opened by this.
        make: Makes the voice; once for the conversation, and once for each response out of band.
        send: Takes each event for the client.
        pace: How many times faster than it plays sound is sent; 0: at once.
        hears: What an utterance says, for a voice that cannot hear.
    """

    def __init__(
        self,
        engine: Engine,
        make: Callable[[], RealtimeAdapter],
        send: Sending,
        *,
        pace: float = 0.0,
        hears: Callable[[bytes], Awaitable[str]] | None = None,
    ) -> None:
        self.engine = engine
        self._make = make
        self._send = send
        self._hears = hears
        self._pacing = Pacing(pace)
        self._replies = Replies(engine, self._pacing, self.flush)
        self._orders: Channel[orders.Order] = Channel(ORDERS)
        self._tasks = Tasks(self._broke)
        self._voice: RealtimeAdapter | None = None
        self._plan = NO_PLAN
        self._plans: dict[str, Plan] = {}
        self._asides: dict[str, tuple[RealtimeAdapter, Replies]] = {}

    async def __aenter__(self) -> Host:
        """Connect the voice and tell the client that the session is there.

        Raises:
            AdapterError: The voice cannot be reached.
        """
        self._voice = self._make()
        try:
            await self._voice.connect("")
        except BaseException:
            await close_adapter(self._voice, "voice")
            raise
        self._tasks.start(self._listen(self._voice, self._replies), "voice")
        self._tasks.start(self._work(self._voice), "orders")
        self._tasks.start(self._pacing.run(), "pacing")
        self.engine.open()
        self.flush()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._orders.close()
        await self._tasks.close()
        if self._voice is not None:
            await close_adapter(self._voice, "voice")

    def receive(self, frame: str | bytes) -> None:
        """Take one frame of the client; whatever it holds, nothing is raised."""
        self.engine.receive(frame)
        self.flush()

    def flush(self) -> None:
        """Send what the engine has to say, and do what it wants done."""
        for event in self.engine.take_events():
            self._send(event.type, event.data.decode())
        for order in self.engine.take_orders():
            if isinstance(order, orders.Respond):
                self._plans[order.response_id] = self._plan
            if isinstance(order, orders.OutputItem):
                self._replies.named(order.response_id, order.item_id, order.call_id)
            elif not self._orders.closed:
                self._orders.put_now(order)

    def plan(self, *, fail: str | None = None, items: int | None = None) -> None:
        """What becomes of the responses that the next frame asks for: failure with a code, or several items."""
        self._plan = Plan(fail, items)

    async def _listen(self, voice: RealtimeAdapter, replies: Replies) -> None:
        async with aclosing(voice.stream_events()) as events:
            async for event in events:
                replies.take(event)
        replies.fail("server_error", "the voice is gone")

    async def _work(self, voice: RealtimeAdapter) -> None:
        async for order in self._orders:
            try:
                await self._obey(voice, order)
            except AdapterError as error:
                self._refused(order, error)

    def _refused(self, order: orders.Order, error: Exception) -> None:
        if isinstance(order, orders.Respond):
            self._replies.end(order.response_id, getattr(error, "code", "server_error"), explain(error))
        elif isinstance(order, orders.Transcribe):
            self.engine.transcript_failed(order.item_id, getattr(error, "code", "server_error"), explain(error))
            self.flush()

    async def _obey(self, voice: RealtimeAdapter, order: orders.Order) -> None:
        match order:
            case orders.Configure():
                change = SessionChange(instructions=order.instructions, voice=order.voice, tools=tools_of(order.tools))
                await voice.configure(change)
            case orders.AddItem():
                item = item_of(order.item, hears=voice.capabilities.audio_in)
                after = order.previous_item_id
                await voice.add_items([item], after="root" if after is None else self._theirs(after))
            case orders.DeleteItem():
                await voice.delete_items([self._theirs(order.item_id)])
            case orders.Truncate():
                await voice.set_heard([self._heard(order)])
            case orders.Respond():
                await self._respond(voice, order)
            case orders.Cancel():
                await self._cancel(voice, order.response_id)
            case orders.Transcribe():
                await self._transcribe(voice, order)

    def _theirs(self, item_id: str) -> str:
        return self._replies.names.get(item_id, item_id)

    def _heard(self, order: orders.Truncate) -> Heard:
        units = order.audio_end_ms * UNITS_PER_MS
        item = self._replies.words.get(order.item_id)
        text: str | None = None
        if item is not None:
            text, _ = heard_text(item, Speech(""), units)
        return Heard(self._theirs(order.item_id), order.content_index, units, text)

    async def _respond(self, voice: RealtimeAdapter, order: orders.Respond) -> None:
        plan = self._plans.pop(order.response_id, NO_PLAN)
        if plan.fail:
            self._replies.expect(order.response_id)
            self._replies.end(order.response_id, plan.fail, "the script of faults says so")
            return
        if order.out_of_band:
            self._tasks.start(self._aside(order), order.response_id)
            return
        self._replies.expect(order.response_id, items=plan.items or 1)
        await voice.respond(self._request(order, voice))

    async def _aside(self, order: orders.Respond) -> None:
        """Make a response out of band, with a voice of its own."""
        voice = self._make()
        replies = Replies(self.engine, self._pacing, self.flush)
        replies.expect(order.response_id)
        self._asides[order.response_id] = (voice, replies)
        try:
            await voice.connect(order.instructions)
            await voice.respond(self._request(order, voice))
            async with aclosing(voice.stream_events()) as events:
                async for event in events:
                    replies.take(event)
                    if not replies.open:
                        break
        except AdapterError as error:
            replies.end(order.response_id, error.code, explain(error))
        finally:
            self._asides.pop(order.response_id, None)
            await close_adapter(voice, "voice")

    @staticmethod
    def _request(order: orders.Respond, voice: RealtimeAdapter) -> ResponseRequest:
        hears = voice.capabilities.audio_in
        context = None if order.input is None else [item_of(item, hears=hears) for item in order.input]
        if order.out_of_band and context is None:
            context = []
        pace = min(FASTEST, max(SLOWEST, order.speed))
        return ResponseRequest(
            instructions=order.instructions,
            control=TurnControl(character=CharacterControl(speech_rate=pace)),
            modality=order.modality,
            tools=tools_of(order.tools),
            tool_choice=order.tool_choice,
            context=context,
            tag=order.response_id,
        )

    async def _cancel(self, voice: RealtimeAdapter, response_id: str) -> None:
        aside = self._asides.get(response_id)
        if aside is not None:
            own, replies = aside
            await own.cancel_response(replies.drop(response_id) or None)
            return
        known = response_id in self._replies.open
        theirs = self._replies.drop(response_id)
        if known:
            await voice.cancel_response(theirs or None)

    async def _transcribe(self, voice: RealtimeAdapter, order: orders.Transcribe) -> None:
        after = "root" if order.previous_item_id is None else self._theirs(order.previous_item_id)
        if voice.capabilities.audio_in:
            item = item_of(
                orders.ToldItem(
                    id=order.item_id, kind="message", role="user", pieces=(orders.Piece(kind="audio", pcm=order.pcm),)
                ),
                hears=True,
            )
            await voice.add_items([item], after=after)
            return
        if self._hears is None:
            raise AdapterError("voice", "this profile has no recogniser; send text", code="no_audio_in")
        text = await self._hears(order.pcm)
        await voice.add_items([message(order.item_id, "user", text)], after=after)
        self.engine.transcript(order.item_id, text)
        self.flush()

    def _broke(self, error: Exception) -> None:
        self._replies.fail("server_error", explain(error))

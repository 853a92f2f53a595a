"""The voice in use, and the one operation that replaces it: renewal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tth.adapters.realtime import RealtimeAdapter
from tth.core.clock import Clock
from tth.core.controls import TurnControl
from tth.core.conversation import Conversation, Item, TextPart
from tth.core.events import DegradedEvent, Event, RecoveredEvent
from tth.errors import AdapterError
from tth.session.chain import Chain, Link, Maker
from tth.session.foreign import close_adapter, explain

ROUNDS = 2
"""How often the profile's adapters are gone through before there is no voice."""

AGAIN_S = 0.5
"""Between two rounds: what failed for a moment is well again by then."""


def worth_trying_again(error: Exception) -> bool:
    """Whether an adapter that failed to connect may connect in a moment."""
    return isinstance(error, TimeoutError) or (isinstance(error, AdapterError) and error.decision == "retry")


def voice_for(
    voices: Sequence[str], wish: str | None, own: str | None, nearest: Callable[[str], str | None] = lambda name: None
) -> str | None:
    """The voice to ask for: the one wished for or its nearest, and where there is neither, ``own``.

    Args:
        voices: Those that may be chosen. A name that is not among them might cost the session, and is not passed on.
        wish: What the person chose.
        own: What persona and emotion ask for.
        nearest: The one that stands for a name that is not among them.
    """
    if wish is None:
        return own
    return wish if wish in voices else nearest(wish) or own


def _nearest(adapter: RealtimeAdapter) -> Callable[[str], str | None]:
    """What the adapter says in its method ``nearest_voice``, where it has one."""
    found: Callable[[str], str | None] = getattr(adapter, "nearest_voice", lambda name: None)
    return found


def _told(trouble: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in trouble.items())


@dataclass(frozen=True, slots=True)
class Prepared:
    """A connected adapter that is about to take another's place.

    Attributes:
        adapter: Connected, with the conversation as it was then.
        name: Its registered name.
        voice_name: The voice that persona and emotion ask for.
        speaks: The voice it was asked to speak with.
        items: What it was told of the conversation.
    """

    adapter: RealtimeAdapter
    name: str
    voice_name: str | None
    speaks: str | None
    items: tuple[Item, ...]


class Voice:
    """Whichever realtime adapter speaks now.

    A renewal makes a new instance, gives it instructions and conversation, and swaps it in; the same for expiry, loss,
    stall, a changed voice and the fall back to the next adapter of the profile.

    Args:
        makers: Realtime adapters, best first.
        wish: The voice that the person chose.
        publish: Told of a change from one adapter to another.

    Attributes:
        wish: Laid over what persona and emotion ask for, as far as the adapter in use has it.
        speaks: The voice that the adapter in use was asked to speak with.
        renewed: Called when another adapter is in use.
    """

    def __init__(
        self,
        makers: Sequence[Maker[RealtimeAdapter]],
        *,
        instructions: str,
        voice: str | None,
        control: TurnControl,
        conversation: Conversation,
        connect_s: float,
        clock: Clock,
        publish: Callable[[Event], None],
        wish: str | None = None,
    ) -> None:
        self._chain: Chain[RealtimeAdapter] = Chain(makers, clock)
        self._best = makers[0].name
        self._instructions = instructions
        self._control = control
        self._conversation = conversation
        self._connect_s = connect_s
        self._publish = publish
        self._adapter: RealtimeAdapter | None = None
        self._changed = asyncio.Event()
        self._known: set[str] = set()
        self.name = ""
        self.voice_name: str | None = voice
        self.wish = wish
        self.speaks: str | None = None
        self.renewed: Callable[[], None] = lambda: None

    @property
    def adapter(self) -> RealtimeAdapter:
        """The adapter in use.

        Raises:
            AdapterError: There is none: every one failed.
        """
        if self._adapter is None:
            raise AdapterError("voice", "no realtime adapter of this profile could be reached", code="voice_failed")
        return self._adapter

    @property
    def alive(self) -> bool:
        """Whether there is an adapter to speak through."""
        return self._adapter is not None

    def asked(self, adapter: RealtimeAdapter, own: str | None) -> str | None:
        """The voice that ``adapter`` is to be asked for, where persona and emotion ask for ``own``."""
        return voice_for(adapter.capabilities.voices, self.wish, own, _nearest(adapter))

    def nearest(self, name: str) -> str | None:
        """The voice that the adapter in use speaks with where it is asked for one it does not have."""
        return _nearest(self.adapter)(name)

    async def renew(self, reason: str, *, failed: BaseException | None = None, voice: str | None = None) -> None:
        """Put a new instance in place of the adapter in use.

        Args:
            reason: Why, for the person.
            failed: What the old one failed of, if it did; then the next adapter is preferred.
            voice: The voice that persona and emotion ask for; ``None`` keeps the one before.

        Raises:
            AdapterError: No adapter could be connected; there is none in use any more.
        """
        self.voice_name = voice or self.voice_name
        old, was = self._adapter, self.name
        if failed is not None and was:
            self._chain.failed_by_name(was, failed)
        finished = was if isinstance(failed, AdapterError) and failed.decision == "fatal" else ""
        self._adapter = None
        try:
            prepared, told = await self._connect_first(reason, finished)
            self._put_in_place(prepared, was, told)
        finally:
            if old is not None:
                await close_adapter(old, was)

    async def prepare(self, reason: str) -> Prepared:
        """Connect a second adapter while the first goes on.

        Raises:
            AdapterError: None could be connected; the one in use stays.
        """
        prepared, _ = await self._connect_first(reason, "")
        return prepared

    async def swap(self, prepared: Prepared, reason: str) -> None:
        """Put a prepared adapter in place of the one in use, once it knows what was said since.

        Raises:
            AdapterError: The new one failed at that; it is closed, and the one in use stays.
        """
        try:
            items = await self._bring_up_to_date(prepared)
        except BaseException:
            await close_adapter(prepared.adapter, prepared.name)
            raise
        old, was = self._adapter, self.name
        self._put_in_place(replace(prepared, items=items), was, reason)
        if old is not None:
            await close_adapter(old, was)

    async def _bring_up_to_date(self, prepared: Prepared) -> tuple[Item, ...]:
        """Tell a prepared adapter what has changed; gives what it knows then."""
        known = {item.id: item for item in prepared.items}
        now = {item.id: item for item in self._told()}
        stale = [item_id for item_id, item in known.items() if now.get(item_id) != item]
        if stale:
            await prepared.adapter.delete_items(stale)
        before: str | None = None
        for item_id, item in now.items():
            if known.get(item_id) != item:
                await prepared.adapter.add_items([item], after=before)
            before = item_id
        return tuple(now.values())

    def _told(self) -> tuple[Item, ...]:
        """What of the conversation a voice is told: everything but what holds nothing."""
        empty = (TextPart(""),)
        return tuple(item for item in self._conversation if item.parts not in ((), empty))

    def _put_in_place(self, prepared: Prepared, was: str, reason: str) -> None:
        self._adapter, self.name, self.voice_name = prepared.adapter, prepared.name, prepared.voice_name
        self.speaks = prepared.speaks
        self._known = {item.id for item in prepared.items}
        self._changed.set()
        self._tell(was, reason)
        self.renewed()

    def knows(self, item_id: str) -> bool:
        """Whether the adapter in use was told of that item when it was connected."""
        return item_id in self._known

    async def after(self, adapter: RealtimeAdapter | None) -> RealtimeAdapter:
        """The adapter in use, once there is one that is not ``adapter``."""
        while self._adapter is None or self._adapter is adapter:
            self._changed.clear()
            await self._changed.wait()
        return self._adapter

    async def close(self) -> None:
        """Release the adapter. Idempotent."""
        adapter, self._adapter = self._adapter, None
        if adapter is not None:
            await close_adapter(adapter, self.name)

    async def _connect_first(self, reason: str, finished: str) -> tuple[Prepared, str]:
        """The first adapter that connects, and why it is that one."""
        trouble: dict[str, str] = {}
        hopeless = {finished}
        for round_ in range(ROUNDS):
            if round_:
                await asyncio.sleep(AGAIN_S)
            for link in [link for link in self._chain.attempts() if link.name not in hopeless]:
                try:
                    prepared = await self._connect(link)
                except Exception as error:  # foreign code; the next adapter is tried
                    self._chain.failed(link, error)
                    trouble[link.name] = explain(error)
                    if not worth_trying_again(error):
                        hopeless.add(link.name)
                else:
                    return prepared, _told(trouble) or reason
        raise AdapterError("voice", _told(trouble) or reason, code="voice_failed")

    def _tell(self, was: str, reason: str) -> None:
        if self.name == (was or self._best):
            return
        if self.name == self._best:
            self._publish(RecoveredEvent(component="realtime", now=self.name))
        else:
            self._publish(DegradedEvent(component="realtime", was=was or self._best, now=self.name, reason=reason))

    async def _connect(self, link: Link[RealtimeAdapter]) -> Prepared:
        adapter, items = link.fresh(), self._told()
        try:
            async with asyncio.timeout(self._connect_s):
                speaks = self.asked(adapter, self.voice_name)
                await adapter.connect(self._instructions, speaks, control=self._control, items=items)
        except BaseException:
            await close_adapter(adapter, link.name)
            raise
        return Prepared(adapter, link.name, self.voice_name, speaks, items)

"""The voice in use, and the one operation that replaces it: renewal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tth.adapters.realtime import RealtimeAdapter
from tth.core.clock import Clock
from tth.core.controls import TurnControl
from tth.core.conversation import Conversation
from tth.core.events import DegradedEvent, Event, RecoveredEvent
from tth.errors import AdapterError
from tth.session.chain import Chain, Link, Maker
from tth.session.foreign import close_adapter, explain


class Voice:
    """Whichever realtime adapter speaks now.

    A renewal makes a new instance, gives it instructions and conversation, and swaps it in; the same for expiry, loss,
    stall, a changed voice and the fall back to the next adapter of the profile.

    Args:
        makers: Realtime adapters, best first.
        publish: Told of a change from one adapter to another.
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
        self.name = ""
        self.voice_name: str | None = voice

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

    async def renew(self, reason: str, *, failed: BaseException | None = None, voice: str | None = None) -> None:
        """Put a new instance in place of the adapter in use.

        Args:
            reason: Why, for the person.
            failed: What the old one failed of, if it did; then the next adapter is preferred.
            voice: The voice it shall speak with; ``None`` keeps the one before.

        Raises:
            AdapterError: No adapter could be connected; there is none in use any more.
        """
        old, was = self._adapter, self.name
        self.voice_name = voice or self.voice_name
        if failed is not None and was:
            self._chain.failed_by_name(was, failed)
        self._adapter = None
        try:
            await self._connect_first(was, reason)
        finally:
            if old is not None:
                await close_adapter(old, was)

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

    async def _connect_first(self, was: str, reason: str) -> None:
        trouble: list[str] = []
        for link in self._chain.attempts():
            try:
                adapter = await self._connect(link)
            except Exception as error:  # foreign code; the next adapter is tried
                self._chain.failed(link, error)
                trouble.append(f"{link.name}: {explain(error)}")
                continue
            self._adapter, self.name = adapter, link.name
            self._changed.set()
            self._tell(was, "; ".join(trouble) or reason)
            return
        raise AdapterError("voice", "; ".join(trouble) or reason, code="voice_failed")

    def _tell(self, was: str, reason: str) -> None:
        if self.name == (was or self._best):
            return
        if self.name == self._best:
            self._publish(RecoveredEvent(component="realtime", now=self.name))
        else:
            self._publish(DegradedEvent(component="realtime", was=was or self._best, now=self.name, reason=reason))

    async def _connect(self, link: Link[RealtimeAdapter]) -> RealtimeAdapter:
        adapter = link.fresh()
        try:
            async with asyncio.timeout(self._connect_s):
                await adapter.connect(
                    self._instructions,
                    self.voice_name,
                    control=self._control,
                    items=[item for item in self._conversation if item.text],
                )
        except BaseException:
            await close_adapter(adapter, link.name)
            raise
        return adapter

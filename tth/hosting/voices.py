"""Whoever answers one client: a voice for the conversation, and one of its own for each response out of band."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tth.adapters.realtime import RealtimeAdapter, RealtimeCapabilities
from tth.core.clock import Clock, LoopClock
from tth.core.controls import TurnControl
from tth.core.conversation import Conversation
from tth.core.events import Event
from tth.errors import AdapterError
from tth.session.chain import Chain, Maker
from tth.session.foreign import close_adapter, explain
from tth.session.voice import Voice

CONNECT_S = 5.0

OWN_VOICE = "default"
"""Stands for the voice that an adapter takes by itself where nobody named one."""


def nobody(event: Event) -> None:
    """Told of events that nobody wants to know."""


class Voices:
    """Use it as ``async with Voices(...) as voices``; leaving releases every adapter in use.

    Args:
        makers: Realtime adapters, best first.
        instructions: What a voice is told until the client says otherwise.
        voice: The voice it begins with; ``None`` for the adapter's own choice.
        control: The persona's.
        connect_s: How long an adapter may take to connect.
        clock: The loop's where not given.
        publish: Told of a change from one adapter to another.

    Attributes:
        conversation: What a voice that takes over is told, by the ids that the voices know.
    """

    def __init__(
        self,
        makers: Sequence[Maker[RealtimeAdapter]],
        *,
        instructions: str = "",
        voice: str | None = None,
        control: TurnControl | None = None,
        connect_s: float = CONNECT_S,
        clock: Clock | None = None,
        publish: Callable[[Event], None] = nobody,
    ) -> None:
        self.conversation = Conversation()
        self.clock = clock or LoopClock()
        self._asides: Chain[RealtimeAdapter] = Chain(makers, self.clock)
        self._connect_s = connect_s
        self._control = control or TurnControl()
        self._since = self.clock.now()
        self._voice = Voice(
            makers,
            instructions=instructions,
            voice=voice,
            control=self._control,
            conversation=self.conversation,
            connect_s=connect_s,
            clock=self.clock,
            publish=publish,
        )

    async def __aenter__(self) -> Voices:
        """Connect the conversation's voice.

        Raises:
            AdapterError: None could be reached.
        """
        await self.renew("")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._voice.close()

    @property
    def adapter(self) -> RealtimeAdapter:
        """The conversation's voice.

        Raises:
            AdapterError: There is none now.
        """
        return self._voice.adapter

    @property
    def alive(self) -> bool:
        """Whether there is one."""
        return self._voice.alive

    @property
    def name(self) -> str:
        """Its registered name."""
        return self._voice.name

    @property
    def voice_name(self) -> str | None:
        """The voice it speaks with, as it was asked for."""
        return self._voice.voice_name

    @voice_name.setter
    def voice_name(self, name: str) -> None:
        self._voice.voice_name = name

    @property
    def capabilities(self) -> RealtimeCapabilities:
        """What it can do.

        Raises:
            AdapterError: There is none now.
        """
        return self._voice.adapter.capabilities

    @property
    def lived_s(self) -> float:
        """How long it has been connected."""
        return self.clock.now() - self._since

    async def after(self, adapter: RealtimeAdapter | None) -> RealtimeAdapter:
        """The conversation's voice, once it is another than ``adapter``."""
        return await self._voice.after(adapter)

    async def renew(self, reason: str, *, failed: BaseException | None = None, voice: str | None = None) -> None:
        """Put a new instance in its place, the next of the makers where it ``failed``, and tell it the conversation.

        Raises:
            AdapterError: None could be reached; there is none until the next renewal.
        """
        await self._voice.renew(reason, failed=failed, voice=voice)
        self._since = self.clock.now()

    async def leave(self) -> None:
        """Let go of a voice that is of no use any more; there is none until the next renewal."""
        await self._voice.close()

    async def aside(self, instructions: str) -> RealtimeAdapter:
        """A voice for one response out of band, which the caller closes.

        Raises:
            AdapterError: None could be reached.
        """
        reason = "there is none"
        for link in self._asides.attempts():
            adapter: RealtimeAdapter | None = None
            try:
                adapter = link.fresh()
                async with asyncio.timeout(self._connect_s):
                    await adapter.connect(instructions, self.voice_name, control=self._control)
            except Exception as error:  # foreign code; the next adapter is tried
                self._asides.failed(link, error)
                reason = f"{link.name}: {explain(error)}"
                if adapter is not None:
                    await close_adapter(adapter, link.name)
            except BaseException:
                if adapter is not None:
                    await close_adapter(adapter, link.name)
                raise
            else:
                return adapter
        raise AdapterError("voice", reason, code="voice_failed")

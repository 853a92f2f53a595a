"""One exchange: what was asked, what came of it, how it ended."""

from __future__ import annotations

import asyncio
from typing import TypeAlias

from tth.audio.pcm import SampleAligner
from tth.core.controls import TurnControl
from tth.core.events import TurnCompleteEvent, TurnFailedEvent, TurnInterruptedEvent
from tth.session.speech import Speech

FLUSH_S = 0.4
"""How long a client's word on where its sound stopped is waited for."""

Ending: TypeAlias = TurnCompleteEvent | TurnInterruptedEvent | TurnFailedEvent


class Turn:
    """A turn, from the person's words to the last sample played.

    Attributes:
        id: Unique in the session; frames and events carry it.
        number: Counts from 1.
        generation: The session's when it began; the turn is over when the session's is higher.
        text: What the person said.
        wish: The control asked for, persona and model's choice left out.
        speech: Sound and marks of the response.
        response_id: The response bound to it, empty while none is.
        generated: Whether nothing more will come of the response.
        status: The adapter's word on the response, once generated.
        spoken: Whether what it answers was said aloud.
        item_id: The utterance that it answers, where that is known.
        repeated: Whether what was said aloud is said again, to a new voice, and no answer has begun.
        tries: How often it was asked.
        ending: The event that closed it, ``None`` while it is open.
        aligner: Carries incomplete samples from chunk to chunk.
    """

    __slots__ = (
        "_flushed",
        "_waiters",
        "aligner",
        "asked_at",
        "ending",
        "generated",
        "generation",
        "id",
        "item_id",
        "number",
        "reason",
        "repeated",
        "response_id",
        "speech",
        "spoken",
        "status",
        "text",
        "tries",
        "usage",
        "wish",
    )

    def __init__(
        self, turn_id: str, number: int, generation: int, text: str, wish: TurnControl, asked_at: float
    ) -> None:
        self.id = turn_id
        self.number = number
        self.generation = generation
        self.text = text
        self.wish = wish
        self.asked_at = asked_at
        self.speech = Speech(turn_id)
        self.response_id = ""
        self.generated = False
        self.status = ""
        self.reason = ""
        self.usage: dict[str, float] | None = None
        self.spoken = False
        self.item_id = ""
        self.repeated = False
        self.tries = 0
        self.ending: Ending | None = None
        self.aligner = SampleAligner()
        self._flushed: asyncio.Future[int] | None = None
        self._waiters: list[asyncio.Future[Ending]] = []

    @property
    def written(self) -> str:
        """The response's text so far."""
        return "".join(item.text for item in self.speech.items.values())

    def close(self, ending: Ending) -> None:
        """It is over; those who wait are told."""
        self.ending = ending
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(ending)
        self._waiters.clear()

    def expect_flush(self) -> None:
        """A client is about to say where its sound stopped."""
        self._flushed = asyncio.get_running_loop().create_future()

    def flushed(self, sample: int) -> None:
        """The client's sound stopped at media unit ``sample``."""
        if self._flushed is not None and not self._flushed.done():
            self._flushed.set_result(min(sample, self.speech.received))

    async def flush_report(self, estimate: int) -> int:
        """Where the sound stopped: the client's word if it comes in time, else ``estimate``."""
        if self._flushed is None:
            return estimate
        try:
            async with asyncio.timeout(FLUSH_S):
                return await self._flushed
        except TimeoutError:
            return estimate

    async def wait(self) -> Ending:
        """The event that closes the turn. Cancelling leaves the turn alone."""
        if self.ending is not None:
            return self.ending
        waiter: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return await waiter

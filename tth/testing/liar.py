"""A voice that answers by itself, at random and, if told so, dishonestly in every way."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Collection
from contextlib import suppress

from tth.adapters.realtime import PLAIN_REQUEST, RealtimeEvent, ResponseRequest
from tth.core.channel import ChannelClosed
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
)
from tth.core.media import SpeechMark
from tth.core.tasks import Tasks
from tth.errors import AdapterError
from tth.testing.peers import ScriptedVoice

LIES = (
    "never_ends",
    "ends_twice",
    "late_after_cancel",
    "silent",
    "drops",
    "fatal_error",
    "no_start",
    "sound_first",
    "stranger",
    "failed_status",
    "refuses",
    "hangs",
    "raises",
)
"""What a dishonest response may do."""

RATES_HZ = (8_000, 16_000, 22_050, 24_000, 48_000)


class LyingVoice(ScriptedVoice):
    """Answers each request with random words, sound and marks after random delays.

    Args:
        rng: Decides everything, so that a run can be repeated.
        lies: What it may do wrong; each response does one of them with the probability ``share``.
        share: 0 to 1.

    Attributes:
        spoken: Bytes of mono sound emitted for each response.
    """

    _numbers = itertools.count(1)

    def __init__(self, rng: random.Random, lies: Collection[str] = (), share: float = 0.5) -> None:
        super().__init__()
        self._rng = rng
        self._lies = sorted(lies)
        self._share = share
        self._work = Tasks(lambda error: None)
        self._running: dict[str, asyncio.Task[None]] = {}
        self.spoken: dict[str, bytes] = {}

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Begin an answer, or lie about it."""
        await super().respond(request)
        lie = self._rng.choice(self._lies) if self._lies and self._rng.random() < self._share else ""
        if lie == "refuses":
            raise AdapterError("liar", "I will not", code="refused")
        if lie == "raises":
            raise ZeroDivisionError("a bug in the adapter")
        if lie == "hangs":
            await asyncio.get_running_loop().create_future()
        if lie == "silent":
            return
        number = next(self._numbers)
        response_id = f"resp{number}"
        self._running[response_id] = self._work.start(self._answer(response_id, f"item{number}", request, lie), lie)

    async def cancel_response(self, response_id: str | None = None) -> None:
        """Stop, and say so; a liar goes on talking."""
        await super().cancel_response(response_id)
        for running in list(self._running) if response_id is None else [response_id]:
            task = self._running.pop(running, None)
            if task is None or task.done():
                continue
            if task.get_name() == "late_after_cancel":
                continue
            await self._work.stop(task)
            self._say(TurnCompleteEvent(response_id=running, status="cancelled"))

    async def close(self) -> None:
        """Stop everything."""
        await self._work.close()
        await super().close()

    def _say(self, event: RealtimeEvent) -> None:
        with suppress(ChannelClosed):
            self.emit(event)

    async def _answer(self, response_id: str, item_id: str, request: ResponseRequest, lie: str) -> None:
        rng = self._rng
        await asyncio.sleep(rng.choice((0.0, 0.01, 0.3)))
        tag = "" if lie == "stranger" else request.tag
        start = ResponseStartedEvent(response_id=response_id, tag="somebody-else" if lie == "stranger" else tag)
        if lie == "sound_first":
            self._sound(response_id, item_id, 24_000)
        if lie != "no_start":
            self._say(start)
            self._say(ItemStartedEvent(response_id=response_id, item_id=item_id))
        await self._talk(response_id, item_id, lie)
        if lie == "drops":
            self.drop()
            return
        if lie == "fatal_error":
            self._say(ErrorEvent(code="broken", message="it broke", response_id=response_id, decision="fatal"))
            return
        if lie == "never_ends":
            return
        status = "failed" if lie == "failed_status" else "completed"
        self._say(TurnCompleteEvent(response_id=response_id, status=status, reason="so it is"))
        if lie in ("ends_twice", "late_after_cancel"):
            self._say(TurnCompleteEvent(response_id=response_id))
            self._sound(response_id, item_id, 24_000)
            self._say(TextDeltaEvent(token="ghost", response_id=response_id, item_id=item_id))

    async def _talk(self, response_id: str, item_id: str, lie: str) -> None:
        rng, at, units = self._rng, 0, 0
        rate_hz = rng.choice(RATES_HZ)
        for number in range(rng.randrange(0, 8)):
            word = f"w{number} "
            self._say(TextDeltaEvent(token=word, response_id=response_id, item_id=item_id))
            if rng.random() < 0.7:
                length = self._sound(response_id, item_id, rate_hz)
                if rng.random() < 0.5:
                    mark = SpeechMark(
                        kind="word",
                        value=word.strip(),
                        start=units,
                        end=units + length,
                        text_start=at,
                        text_end=at + len(word) - 1,
                    )
                    self._say(SpeechMarkEvent(marks=(mark,), response_id=response_id, item_id=item_id))
                units += length
            at += len(word)
            await asyncio.sleep(rng.choice((0.0, 0.0, 0.02, 0.2)))

    def _sound(self, response_id: str, item_id: str, rate_hz: int) -> int:
        """Emit a piece of sound, sometimes cut within a sample; returns its media units."""
        samples = self._rng.randrange(0, rate_hz // 2)
        data = bytes(self._rng.randrange(256) for _ in range(8)) * (samples // 4)
        cut = self._rng.randrange(len(data) + 1) if data else 0
        for piece in (data[:cut], data[cut:]):
            self._say(AudioChunkEvent(data=piece, sample_rate=rate_hz, response_id=response_id, item_id=item_id))
        self.spoken[response_id] = self.spoken.get(response_id, b"") + data
        return len(data) // 2 * 24_000 // rate_hz

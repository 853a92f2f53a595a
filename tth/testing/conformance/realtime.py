"""What every realtime voice must do."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from tth.adapters.realtime import Heard, RealtimeAdapter, RealtimeEvent, ResponseRequest
from tth.adapters.shared import Shared
from tth.core.conversation import message
from tth.core.events import (
    AudioChunkEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
)
from tth.testing.conformance.leaks import nothing_left

WAIT_S = 30.0


class RealtimeConformance:
    """Derive from it and say how to make the voice."""

    def make(self, shared: Shared) -> RealtimeAdapter:
        """A fresh adapter.

        Raises:
            NotImplementedError: The deriving class does not say how.
        """
        raise NotImplementedError("say how to make the voice: def make(self, shared): return ...")

    async def connected(self) -> RealtimeAdapter:
        """A fresh adapter, connected."""
        voice = self.make(Shared())
        await voice.connect("You are brief.")
        return voice

    @staticmethod
    async def until_complete(voice: RealtimeAdapter) -> list[RealtimeEvent]:
        """Events to the end of the response, left with the stream's reader detached."""
        found: list[RealtimeEvent] = []
        async with asyncio.timeout(WAIT_S), aclosing(voice.stream_events()) as events:
            async for event in events:
                found.append(event)
                if isinstance(event, TurnCompleteEvent):
                    break
        return found

    async def test_a_response_has_a_start_items_words_sound_and_one_end(self) -> None:
        """In that order, all of one response; the tag comes back."""
        voice = await self.connected()
        try:
            await voice.add_items([message("u1", "user", "Hello there")])
            await voice.respond(ResponseRequest(tag="mine"))
            events = await self.until_complete(voice)
            started = [event for event in events if isinstance(event, ResponseStartedEvent)]
            assert [event.tag for event in started] == ["mine"]
            ids = {found for event in events if (found := getattr(event, "response_id", ""))}
            assert ids == {started[0].response_id}, "events of another response"
            items = {event.item_id for event in events if isinstance(event, ItemStartedEvent)}
            spoken = [event for event in events if isinstance(event, TextDeltaEvent | AudioChunkEvent)]
            assert {event.item_id for event in spoken} <= items, "words or sound of an item that never started"
            assert any(isinstance(event, AudioChunkEvent) for event in spoken), "no sound came"
            assert isinstance(events[-1], TurnCompleteEvent)
            assert (events[-1].status, events[-1].turn_id) == ("completed", "")
        finally:
            await voice.close()

    async def test_the_reader_may_leave_and_come_back(self) -> None:
        """Two responses, read in two goes, lose nothing between them."""
        voice = await self.connected()
        try:
            for text in ("one", "two"):
                await voice.send_user_text(text)
                events = await self.until_complete(voice)
                assert isinstance(events[0], ResponseStartedEvent)
        finally:
            await voice.close()

    async def test_a_cancelled_response_ends_once_and_says_nothing_more(self) -> None:
        """Exactly one end with status cancelled; the next response is whole."""
        voice = await self.connected()
        try:
            await voice.send_user_text("tell me a long story")
            await voice.cancel_response()
            await voice.send_user_text("again")
            first = await self.until_complete(voice)
            assert isinstance(first[-1], TurnCompleteEvent)
            if first[-1].status == "cancelled":
                cancelled = first[-1].response_id
                events = await self.until_complete(voice)
                assert all(getattr(event, "response_id", "") != cancelled for event in events)
                assert isinstance(events[-1], TurnCompleteEvent)
                assert events[-1].status == "completed"
        finally:
            await voice.close()

    async def test_cancelling_nothing_does_nothing(self) -> None:
        """So does telling it what was heard of nothing."""
        voice = await self.connected()
        try:
            await voice.cancel_response()
            await voice.set_heard([Heard("no such item", 0, 0)])
            await voice.delete_items(["no such item"])
            await voice.send_user_text("hello")
            events = await self.until_complete(voice)
            assert isinstance(events[-1], TurnCompleteEvent)
            assert events[-1].status == "completed"
        finally:
            await voice.close()

    async def test_a_second_connect_and_a_second_close_do_nothing(self) -> None:
        """Close ends the stream and leaves no task."""
        async with nothing_left():
            voice = await self.connected()
            await voice.connect("Something else.")
            await voice.send_user_text("hello")
            await voice.close()
            await voice.close()
            async with asyncio.timeout(WAIT_S), aclosing(voice.stream_events()) as events:
                async for _ in events:
                    pass

from __future__ import annotations

import asyncio
import logging

import pytest

from tth.core.bus import CLIENT_LIMITS, EventBus, Lagged, Limit, Overflow
from tth.core.events import (
    AudioChunkEvent,
    Event,
    FaceFrameEvent,
    Family,
    InterruptEvent,
    MeasureEvent,
    TextDeltaEvent,
    TurnStartedEvent,
    event_classes,
    wire_name,
)
from tth.core.media import FaceFrame
from tth.testing.clock import run


def word(text, generation=0):
    return TextDeltaEvent(token=text, generation=generation)


def frame(sample, generation=0):
    return FaceFrameEvent(frame=FaceFrame(speech_id="s", sample=sample, weights=bytes(208)), generation=generation)


def drain(subscription):
    found = []
    while (event := subscription.get_nowait()) is not None:
        found.append(event)
    return found


def test_events_of_all_families_come_in_the_order_of_publishing():
    async def main():
        bus = EventBus()
        subscription = bus.subscribe()
        events = [
            word("a"),
            frame(1),
            MeasureEvent(name="x", value=1),
            word("b"),
            AudioChunkEvent(data=b"12"),
            frame(2),
        ]
        for event in events:
            bus.publish(event)
        assert drain(subscription) == events

    run(main())


def test_words_are_never_dropped_a_reader_too_slow_is_closed_and_told():
    async def main():
        bus = EventBus()
        subscription = bus.subscribe({Family.WORDS: Limit(3, Overflow.CLOSE)})
        for n in range(4):
            bus.publish(word(str(n)))
        with pytest.raises(Lagged):
            await subscription.get()
        bus.publish(word("after"))
        assert len(subscription) == 0

    run(main())


def test_pictures_drop_the_oldest_and_measures_keep_the_newest_of_each_name():
    async def main():
        bus = EventBus()
        subscription = bus.subscribe(
            {Family.PICTURES: Limit(3, Overflow.DROP_OLDEST), Family.MEASURES: Limit(8, Overflow.KEEP_NEWEST)}
        )
        for n in range(5):
            bus.publish(frame(n))
            bus.publish(MeasureEvent(name="a", value=n))
            bus.publish(MeasureEvent(name="b", value=-n))
        events = drain(subscription)
        assert [event.frame.sample for event in events if isinstance(event, FaceFrameEvent)] == [2, 3, 4]
        assert {event.name: event.value for event in events if isinstance(event, MeasureEvent)} == {"a": 4, "b": -4}
        assert subscription.dropped == 2 + 8

    run(main())


def test_an_interrupt_takes_stale_media_out_of_every_queue_and_leaves_words_about_turns():
    async def main():
        bus = EventBus()
        first, second = bus.subscribe(), bus.subscribe()
        generation = bus.begin()
        bus.publish(TurnStartedEvent(turn=1, generation=generation))
        bus.publish(word("old", generation))
        bus.publish(frame(1, generation))
        bus.interrupt()
        bus.publish(word("late", generation))
        for subscription in (first, second):
            assert [type(event) for event in drain(subscription)] == [TurnStartedEvent]

    run(main())


def test_what_a_finished_turn_left_in_a_slow_queue_survives_the_next_turn_s_interrupt():
    async def main():
        bus = EventBus()
        subscription = bus.subscribe()
        bus.publish(word("first", bus.begin()))
        bus.publish(word("second", bus.begin()))
        bus.interrupt()
        assert [event.token for event in drain(subscription)] == ["first"]

    run(main())


def test_observers_share_one_deferred_call_and_one_that_raises_does_not_stop_the_rest(caplog):
    async def main():
        bus = EventBus()
        seen = []

        def broken(event):
            raise ZeroDivisionError

        bus.observe(broken, frozenset({Family.WORDS}))
        remove = bus.observe(seen.append, frozenset({Family.WORDS}))
        bus.publish(word("a"))
        bus.publish(word("b"))
        assert seen == []
        await asyncio.sleep(0)
        assert [event.token for event in seen] == ["a", "b"]
        remove()
        bus.publish(word("c"))
        await asyncio.sleep(0)
        assert len(seen) == 2

    with caplog.at_level(logging.CRITICAL, logger="tth.core.bus"):
        run(main())


def test_an_observer_gets_nothing_that_was_interrupted_before_the_flush():
    async def main():
        bus = EventBus()
        seen = []
        bus.observe(seen.append, frozenset(Family))
        bus.publish(word("old", bus.begin()))
        bus.interrupt()
        await asyncio.sleep(0)
        assert seen == []

    run(main())


def test_what_waits_for_the_flush_is_bounded():
    async def main():
        bus = EventBus()
        seen = []
        bus.observe(seen.append, frozenset(Family))
        for n in range(EventBus.FLUSH_AT):
            bus.publish(word(str(n)))
        assert len(seen) == EventBus.FLUSH_AT

    run(main())


def test_an_inbound_event_does_its_work_within_publish():
    async def main():
        bus = EventBus()
        done = []
        bus.handle(InterruptEvent, lambda event: done.append(event.reason))
        bus.publish(InterruptEvent(reason="now"))
        assert done == ["now"]

    run(main())


def test_a_waiting_reader_is_woken_and_a_closed_one_ends_after_what_it_held():
    async def main():
        bus = EventBus()
        subscription = bus.subscribe()
        asyncio.get_running_loop().call_later(1, bus.publish, word("a"))
        assert (await subscription.get()).token == "a"
        bus.publish(word("b"))
        bus.close()
        assert [event.token async for event in subscription] == ["b"]

    run(main())


def test_cancelling_a_waiting_reader_loses_nothing():
    async def main():
        bus = EventBus()
        subscription = bus.subscribe()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await subscription.get()
        bus.publish(word("a"))
        assert (await subscription.get()).token == "a"

    run(main())


def test_every_event_has_a_wire_name_of_its_own_and_a_limit_for_clients():
    classes = list(event_classes())
    names = [kind.__struct_config__.tag for kind in classes]
    assert len(set(names)) == len(names)
    assert all(name == wire_name(kind.__name__) for name, kind in zip(names, classes, strict=True))
    assert {kind.family for kind in classes} <= set(CLIENT_LIMITS)
    assert all(issubclass(kind, Event) for kind in classes)


@pytest.mark.parametrize(
    ("name", "wire"),
    [("TextDeltaEvent", "text_delta"), ("ErrorEvent", "error"), ("TurnCompleteEvent", "turn_complete")],
)
def test_wire_names_are_the_class_name_in_snake_case(name, wire):
    assert wire_name(name) == wire


def test_the_duration_of_sound_follows_from_its_bytes():
    assert AudioChunkEvent(data=bytes(4800)).duration_ms == 100
    assert AudioChunkEvent(data=bytes(3200), sample_rate=16_000).duration_ms == 100
    assert AudioChunkEvent(data=bytes(9600), channels=2).duration_ms == 100

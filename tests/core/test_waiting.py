from __future__ import annotations

import asyncio

import pytest

from tth.adapters.shared import Shared
from tth.core.channel import Channel, ChannelClosed
from tth.core.clock import LoopClock
from tth.core.conversation import Conversation, message
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.testing.clock import Stuck, run


def test_a_full_channel_makes_the_writer_wait_and_loses_nothing():
    async def main():
        channel = Channel(2)
        async with asyncio.TaskGroup() as group:

            async def write():
                for n in range(10):
                    await channel.put(n)
                channel.close()

            group.create_task(write())
            await asyncio.sleep(1)
            assert len(channel) == 2
            assert [n async for n in channel] == list(range(10))

    run(main())


def test_a_cancelled_writer_adds_nothing_and_does_not_block_the_next():
    async def main():
        channel = Channel(1)
        await channel.put("a")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await channel.put("b")
        assert await anext(channel) == "a"
        await channel.put("c")
        assert await anext(channel) == "c"

    run(main())


def test_a_closed_channel_refuses_and_wakes_everybody():
    async def main():
        channel = Channel(1)
        await channel.put("a")
        asyncio.get_running_loop().call_later(1, channel.close)
        with pytest.raises(ChannelClosed):
            await channel.put("b")
        assert [value async for value in channel] == ["a"]

    run(main())


def test_a_watch_that_is_touched_in_time_never_expires_and_one_that_is_not_does_once():
    async def main():
        dog, barked = Watchdog(LoopClock()), []
        watch = dog.watch(1.0, lambda: barked.append("a"))
        for _ in range(5):
            await asyncio.sleep(0.9)
            watch.touch()
        assert barked == []
        await asyncio.sleep(5)
        assert barked == ["a"]

    run(main())


def test_a_paused_watch_waits_for_its_touch():
    async def main():
        dog, barked = Watchdog(LoopClock()), []
        watch = dog.watch(1.0, lambda: barked.append("a"))
        watch.pause()
        await asyncio.sleep(100)
        assert barked == []
        watch.touch()
        await asyncio.sleep(0.99)
        assert barked == []
        await asyncio.sleep(0.02)
        assert barked == ["a"]

    run(main())


def test_a_limit_ends_its_block_where_it_stands_with_a_timeout():
    async def main():
        dog, loop = Watchdog(LoopClock()), asyncio.get_running_loop()
        began = loop.time()

        async def stuck():
            async with dog.limit(2.0) as watch:
                await asyncio.sleep(1.5)
                watch.touch(0.5)
                await asyncio.sleep(100)

        with pytest.raises(TimeoutError):
            await stuck()
        assert loop.time() - began == pytest.approx(2.0)
        assert dog.watches == set()

    run(main())


def test_tasks_are_cancelled_and_awaited_by_close():
    async def main():
        ended, failed = [], []
        tasks = Tasks(failed.append)

        async def work():
            try:
                await asyncio.sleep(100)
            finally:
                ended.append("work")

        async def fail():
            raise ValueError("so")

        tasks.start(work(), "work")
        tasks.start(fail(), "fail")
        await asyncio.sleep(1)
        await tasks.close()
        await tasks.close()
        assert ended == ["work"]
        assert [str(error) for error in failed] == ["so"]
        assert len(tasks) == 0

    run(main())


def test_a_shared_thing_is_made_once_and_ended_with_its_last_user():
    async def main():
        shared, made, ended = Shared(), [], []

        async def make():
            await asyncio.sleep(1)
            made.append(len(made))
            return "model"

        async def end(value):
            ended.append(value)

        leases = await asyncio.gather(*(shared.lease("key", make, end) for _ in range(5)))
        assert made == [0]
        for lease in leases[:-1]:
            await lease.close()
            await lease.close()
        assert ended == []
        await leases[-1].close()
        assert ended == ["model"]
        assert len(shared) == 0

    run(main())


def test_a_shared_thing_that_could_not_be_made_is_tried_again():
    async def main():
        shared, tries = Shared(), []

        async def make():
            tries.append(1)
            if len(tries) == 1:
                raise OSError("no model")
            return "model"

        with pytest.raises(OSError, match="no model"):
            await shared.lease("key", make)
        assert len(shared) == 0
        async with await shared.lease("key", make) as value:
            assert value == "model"

    run(main())


def test_the_conversation_keeps_places_and_forgets_the_oldest():
    conversation = Conversation()
    for n in range(5):
        conversation.put(message(f"m{n}", "user", str(n)))
    conversation.set_text("m3", "three", complete=False)
    conversation.remove("m0")
    conversation.remove("nobody")
    conversation.trim(3)
    assert [item.text for item in conversation] == ["2", "three", "4"]
    with pytest.raises(KeyError):
        conversation.set_text("m0", "x", complete=True)


def test_the_manual_loop_tells_what_would_hang_for_ever():
    async def main():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck):
        run(main())


def test_a_deadline_whose_end_fails_takes_no_other_with_it():
    async def main():
        dog, rung, failures = Watchdog(LoopClock()), [], []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))

        def fail():
            raise RuntimeError("no")

        dog.watch(1, fail)
        dog.watch(2, lambda: rung.append(2))
        await asyncio.sleep(3)
        assert rung == [2]
        assert [str(failure) for failure in failures] == ["no"]

    run(main())

"""Many sessions, and one that is interrupted all the time, on a real server."""

import asyncio
import random
import time
from contextlib import AsyncExitStack, suppress

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from tests.process.serving import served
from tests.server.peer import ENDINGS

pytestmark = pytest.mark.process

NAMES = [f"{number:06b}".replace("0", "m").replace("1", "a") for number in range(50)]
"""Vowels are loud and consonants soft, so that each name sounds like no other."""


FIFTY_PEOPLE = {"TTH_PER_ADDRESS__SESSIONS": "null", "TTH_PER_ADDRESS__SESSIONS_PER_MINUTE": "null"}
"""All at one address, which otherwise counts as one person."""


async def talk(site, name: str) -> bytes:
    """A session of one turn; gives its sound."""
    async with site.join() as peer:
        ending = await peer.ask(f"I am {name}", turn_id=f"turn-{name}")
        assert ending["type"] == "turn_complete"
        assert ending["text"] == f"You said: I am {name}"
        assert "".join(event["token"] for event in peer.events("text_delta")) == ending["text"]
        assert {event["turn_id"] for event in peer.events()} <= {f"turn-{name}", ""}
        assert [event["seq"] for event in peer.events()] == list(range(1, len(peer.events()) + 1))
        assert len(peer.sound(1)) == 2 * ending["samples"]
        return peer.sound(1)


async def all_at_once(site) -> list[bytes]:
    async with asyncio.TaskGroup() as group:
        talks = [group.create_task(talk(site, name)) for name in NAMES]
    return [each.result() for each in talks]


async def test_fifty_sessions_at_once_each_get_their_own_words_and_sound_and_the_memory_stays(tmp_path) -> None:
    with served(tmp_path, "--log-level", "warning", **FIFTY_PEOPLE) as server:
        alone = [await talk(server.site, name) for name in NAMES]
        assert len(set(alone)) == len(NAMES)
        memory = psutil.Process(server.process.pid).memory_info
        sizes = []
        for _ in range(5):
            assert await all_at_once(server.site) == alone
            sizes.append(memory().rss)
        assert sizes[-1] - sizes[0] < 20_000_000
        assert server.get("/health").json["sessions"] <= len(NAMES)
        assert server.stop() == 0
        assert not server.log


async def test_clients_that_flood_and_never_read_cost_little_memory_and_disturb_nobody(tmp_path) -> None:
    flood = [
        {"type": "user_text", "text": "x" * 7000},
        {"type": "control_update", "control": {"character": {"persona_id": "x" * 64}}},
        {"type": "interrupt", "reason": "y" * 64},
        {"type": "playhead", "turn": 1, "sample": 2**40},
        {"type": "hold"},
        {"type": "z" * 100_000},
    ]

    async def pour(peer) -> None:
        with suppress(ConnectionClosed):
            while True:
                for message in flood:
                    await peer.send(**message)

    with served(tmp_path, "--log-level", "error") as server:
        size = psutil.Process(server.process.pid).memory_info
        async with server.site.join() as friend:
            await friend.ask("hello")
            before = size().rss
            async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
                pouring = []
                for _ in range(5):
                    peer = await stack.enter_async_context(server.site.join())
                    peer.socket.transport.pause_reading()
                    stack.callback(peer.socket.transport.abort)
                    pouring.append(group.create_task(pour(peer)))
                until = time.monotonic() + 5
                while time.monotonic() < until:
                    assert (await friend.ask("Still here?"))["text"] == "You said: Still here?"
                    assert size().rss - before < 50_000_000
                for each in pouring:
                    each.cancel()
        assert server.stop() == 0


async def test_two_hundred_interrupts_in_one_session_leave_it_whole(tmp_path) -> None:
    chance = random.Random(7)
    with served(tmp_path, "--log-level", "warning") as server:
        async with server.site.join() as peer:
            for number in range(1, 201):
                await peer.send("user_text", text=f"tell me of number {number}")
                await peer.until("turn_started")
                for _ in range(chance.randrange(25)):
                    await peer.next()
                await peer.send("interrupt")
                ending = await peer.until(*ENDINGS)
                assert ending["type"] == "turn_interrupted"
                await peer.send("flushed", turn=number, sample=ending["samples"])
                after = len(peer.seen)
                await peer.send("nonsense")
                await peer.until("error")
                late = [got for got in peer.seen[after:] if isinstance(got, dict) and got["turn_id"]]
                assert {event["type"] for event in late} <= {"item_heard", "measure"}
                assert not [got for got in peer.seen[after:] if not isinstance(got, dict)]
            assert (await peer.ask("and now?"))["text"] == "You said: and now?"
            started = [event["turn_id"] for event in peer.events("turn_started")]
            ended = [event["turn_id"] for event in peer.events(*ENDINGS)]
            assert started == ended
            assert len(set(started)) == 201
        assert server.stop() == 0
        assert not [line for line in server.log if "bad_message" not in line]

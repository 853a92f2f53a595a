"""What waits for one Realtime client, and how long."""

from __future__ import annotations

import asyncio

from tth.server.realtime.outbox import MOST_CHARS, SEND_S, TOO_SLOW, Outbox
from tth.testing.clock import run


class Socket:
    """A client's end; one that does not ``read`` lets the sender wait for ever."""

    def __init__(self, *, reads=True):
        self.reads = reads
        self.texts = []
        self.closed = None

    async def send_text(self, text):
        if not self.reads:
            await asyncio.Event().wait()
        self.texts.append(text)

    async def close(self, code, reason):
        self.closed = code, reason


def test_texts_go_out_in_their_order_and_the_close_comes_last():
    async def main():
        socket = Socket()
        outbox = Outbox(socket)
        outbox.put("one")
        outbox.put("two")
        outbox.close(1001, "server_stopping")
        outbox.close(1011, "later")
        outbox.put("three")
        await outbox.write()
        assert (socket.texts, socket.closed) == (["one", "two"], (1001, "server_stopping"))

    run(main())


def test_a_client_that_reads_nothing_is_cut_off():
    async def main():
        socket = Socket(reads=False)
        outbox = Outbox(socket)
        outbox.put("one")
        began = asyncio.get_running_loop().time()
        await outbox.write()
        assert asyncio.get_running_loop().time() - began == SEND_S
        assert socket.closed[0] == TOO_SLOW

    run(main())


def test_a_client_that_is_told_nothing_may_stay():
    async def main():
        socket = Socket()
        outbox = Outbox(socket)
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(outbox.write())
            await asyncio.sleep(100 * SEND_S)
            outbox.put("at last")
            await asyncio.sleep(0.001)
            assert (socket.texts, socket.closed) == (["at last"], None)
            writing.cancel()

    run(main())


def test_more_than_may_wait_is_let_go_and_the_client_with_it():
    async def main():
        socket = Socket()
        outbox = Outbox(socket)
        outbox.put("x" * MOST_CHARS)
        outbox.put("y")
        await outbox.write()
        assert (socket.texts, socket.closed[0]) == ([], TOO_SLOW)

    run(main())

"""The gRPC client: bytes there and back, true statuses, an end to everything."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, closing

import grpc
import grpc.aio
import pytest

from tth.transports.grpc_call import CallFailed
from tth.transports.grpc_channel import CertificatesUnreadable, GrpcChannel, Tls

SERVICE = "tth.test.Echo"
BOTH, ONE, MANY = (f"/{SERVICE}/{name}" for name in ("Both", "One", "Many"))


class Echo:
    """Gives back what it is sent; ``stop`` and ``deaf`` in a message do what they say."""

    def __init__(self) -> None:
        self.metadata: dict[str, str] = {}
        self.waiting = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def both(self, requests, context):
        self.metadata = dict(context.invocation_metadata())
        try:
            async for request in requests:
                if request == b"stop":
                    await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "enough")
                if request == b"deaf":
                    self.waiting.set()
                    await asyncio.Event().wait()
                yield request
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def one(self, request, context):
        if request == b"deaf":
            await asyncio.Event().wait()
        return request

    async def many(self, request, context):
        for number in range(3):
            yield request + bytes([number])
        if request == b"stop":
            await context.abort(grpc.StatusCode.NOT_FOUND, "no")


@asynccontextmanager
async def echoing():
    echo, server = Echo(), grpc.aio.server()
    methods = {
        "Both": grpc.stream_stream_rpc_method_handler(echo.both),
        "One": grpc.unary_unary_rpc_method_handler(echo.one),
        "Many": grpc.unary_stream_rpc_method_handler(echo.many),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    channel = GrpcChannel(f"127.0.0.1:{port}", None)
    channel.port = port
    try:
        yield channel, echo
    finally:
        await channel.close()
        await server.stop(None)


async def test_messages_go_both_ways_with_their_metadata_until_the_half_close():
    async with echoing() as (channel, echo):
        call = channel.open(BOTH, metadata={"x-key": "value"}, limit_s=10)
        for message in (b"one", b"", b"\x00\xff" * 50_000):
            assert await call.write(message)
            assert await call.read() == message
        await call.done_writing()
        assert await call.read() is None
        assert await call.read() is None
        assert echo.metadata["x-key"] == "value"


async def drained(call) -> None:
    while await call.read() is not None:
        pass


async def test_the_services_own_status_is_read_after_a_write_that_failed():
    async with echoing() as (channel, _):
        for _ in range(20):
            call = channel.open(BOTH, metadata={}, limit_s=10)
            await call.write(b"stop")
            written = 0
            while await call.write(b"more") and written < 10_000:
                written += 1
                await asyncio.sleep(0)
            with pytest.raises(CallFailed) as caught:
                await drained(call)
            assert caught.value.status in ("RESOURCE_EXHAUSTED", "INTERNAL")
            assert not await call.write(b"more")
            await call.done_writing()
            call.cancel()


async def test_an_ended_call_says_why_each_time_it_is_asked():
    async with echoing() as (channel, _):
        call = channel.open(BOTH, metadata={}, limit_s=10)
        await call.write(b"stop")
        for _ in range(2):
            with pytest.raises(CallFailed, match="enough") as caught:
                await call.read()
            assert caught.value.status == "RESOURCE_EXHAUSTED"


async def test_a_call_ends_at_its_deadline():
    async with echoing() as (channel, _):
        call = channel.open(BOTH, metadata={}, limit_s=0.05)
        await call.write(b"deaf")
        with pytest.raises(CallFailed) as caught:
            await call.read()
        assert caught.value.status == "DEADLINE_EXCEEDED"


async def test_a_cancelled_call_is_over_for_the_service_too():
    async with echoing() as (channel, echo):
        call = channel.open(BOTH, metadata={}, limit_s=10)
        await call.write(b"deaf")
        await echo.waiting.wait()
        call.cancel()
        call.cancel()
        async with asyncio.timeout(5):
            await echo.cancelled.wait()
        assert not await call.write(b"more")


async def test_one_answer_and_many():
    async with echoing() as (channel, _):
        assert await channel.ask(ONE, b"hi", metadata={}, limit_s=10) == b"hi"
        assert await channel.ask_for_all(MANY, b"hi", metadata={}, limit_s=10) == [b"hi\0", b"hi\1", b"hi\2"]


@pytest.mark.parametrize(
    ("path", "message", "limit_s", "status"),
    [
        (ONE, b"deaf", 0.05, "DEADLINE_EXCEEDED"),
        ("/nowhere/Nothing", b"hi", 10, "UNIMPLEMENTED"),
    ],
)
async def test_an_answer_that_does_not_come_is_told(path, message, limit_s, status):
    async with echoing() as (channel, _):
        with pytest.raises(CallFailed) as caught:
            await channel.ask(path, message, metadata={}, limit_s=limit_s)
        assert caught.value.status == status


async def test_answers_that_do_not_all_come_are_told():
    async with echoing() as (channel, _):
        with pytest.raises(CallFailed, match="NOT_FOUND: no"):
            await channel.ask_for_all(MANY, b"stop", metadata={}, limit_s=10)


async def test_nobody_there_is_told_at_once():
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    channel = GrpcChannel(f"127.0.0.1:{port}", None)
    with pytest.raises(CallFailed) as caught:
        await channel.ask(ONE, b"hi", metadata={}, limit_s=10)
    assert caught.value.status == "UNAVAILABLE"
    await channel.close()
    await channel.close()


async def test_a_file_that_tls_needs_and_cannot_read_is_told(tmp_path):
    with pytest.raises(CertificatesUnreadable, match=r"none\.pem cannot be read"):
        GrpcChannel("127.0.0.1:1", Tls(ca=tmp_path / "none.pem"))


def test_what_is_equal_shares_a_channel(tmp_path):
    assert Tls(ca=tmp_path) == Tls(ca=tmp_path)
    assert hash(Tls(ca=tmp_path)) == hash(Tls(ca=tmp_path))
    assert Tls(ca=tmp_path) != Tls()


class Wire:
    """Between client and service; it may go dead, as a cable that is cut: nothing passes, and nobody is told."""

    def __init__(self, port):
        self._port = port
        self._whole: list[asyncio.Event] = []
        self._passing: list[asyncio.Task[None]] = []
        self.connections = 0

    async def __aenter__(self):
        self._group = await asyncio.TaskGroup().__aenter__()
        self._server = await asyncio.start_server(self._join, "127.0.0.1")
        self.target = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc):
        self._server.close()
        for task in self._passing:
            task.cancel()
        await self._group.__aexit__(None, None, None)

    async def _join(self, reader, writer):
        self.connections += 1
        whole = asyncio.Event()
        whole.set()
        self._whole.append(whole)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ways = ((reader, far_writer), (far_reader, writer))
        self._passing += [self._group.create_task(self._pass(*way, whole)) for way in ways]

    async def _pass(self, reader, writer, whole):
        with closing(writer):
            while data := await reader.read(65_536):
                await whole.wait()
                writer.write(data)

    def cut(self):
        """Whatever is connected now is dead."""
        for whole in self._whole:
            whole.clear()


async def answer_or_nothing(channel) -> bytes:
    """What is answered; nothing where the time is over."""
    try:
        return await channel.ask(ONE, b"b", metadata={}, limit_s=0.1)
    except CallFailed:
        return b""


async def test_a_connection_on_which_nobody_answers_any_more_is_replaced(monkeypatch):
    monkeypatch.setattr("tth.transports.grpc_channel.DEAF_S", 0.25)
    async with echoing() as (direct, _), Wire(direct.port) as wire:
        channel = GrpcChannel(wire.target, None)
        try:
            assert await channel.ask(ONE, b"a", metadata={}, limit_s=5) == b"a"
            wire.cut()
            with pytest.raises(CallFailed, match="DEADLINE_EXCEEDED"):
                await channel.ask(ONE, b"b", metadata={}, limit_s=0.1)
            # Deaf for longer than a call may take: it is one of the next that finds another connection.
            answers = [await answer_or_nothing(channel) for _ in range(10)]
            assert answers[-1] == b"b"
            assert answers == sorted(answers)
            assert wire.connections == 2
        finally:
            await channel.close()

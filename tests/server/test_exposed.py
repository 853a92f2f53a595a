"""What strangers do to a server that is open to them: slowly, in large numbers, with names that they made up."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from functools import partial

import pytest
from websockets.asyncio.client import connect

from tests.server.peer import Peer, fetch, serving
from tth.server import run
from tth.server.connections import HttpProtocol

GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
POST = b"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture
def hurried(monkeypatch):
    """A server that waits for a fifth of a second where it would wait for many."""
    monkeypatch.setattr(run, "HttpProtocol", partial(HttpProtocol, arrive_s=0.2, stall_s=0.2))


async def opened(site, **options):
    host, port = site.base.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port), **options)


async def opened_narrowly(site):
    """A connection whose client takes in next to nothing before it is read."""
    plug = socket.socket()
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plug.setblocking(False)
    host, port = site.base.removeprefix("http://").split(":")
    await asyncio.get_running_loop().sock_connect(plug, (host, int(port)))
    return await asyncio.open_connection(sock=plug, limit=4096)


async def cut(site, *pieces, then=b"") -> bytes:
    """Send the pieces, then a byte of ``then`` now and again, until the server cuts the connection; what it said."""
    reader, writer = await opened(site)
    said = b""
    try:
        async with asyncio.timeout(10):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            while not reader.at_eof():
                try:
                    async with asyncio.timeout(0.02):
                        said += await reader.read(65_536)
                except TimeoutError:
                    writer.write(then)
    except ConnectionError:
        pass
    finally:
        writer.close()
    return said


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("begun", "then", "answer"),
    [
        (b"", b"", b""),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"a", b""),
        (b"GET / HTTP/1.1\r\nHost: loc", b"", b""),
        (POST, b" ", b""),
        (GET + b"GET / HTTP/1.1\r\n", b"x", b"HTTP/1.1 200"),
        (POST.replace(b"sessions", b"nothing"), b" ", b"HTTP/1.1 404"),
    ],
    ids=["silent", "dribbled head", "half a head", "dribbled body", "dribbled second request", "body nobody reads"],
)
async def test_a_request_that_does_not_arrive_is_cut_off(begun, then, answer) -> None:
    async with serving() as site:
        said = await cut(site, begun, then=then)
        assert said.startswith(answer)
        assert said.count(b"HTTP/1.1") == bool(answer)


@pytest.mark.usefixtures("hurried")
async def test_an_answer_that_nobody_reads_is_cut_off() -> None:
    async with serving() as site:
        reader, writer = await opened_narrowly(site)
        asked = 20
        writer.write(GET.replace(b"/health", b"/lips.npz") * asked)
        whole = len((await site.get("/lips.npz")).body)
        said = 0
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                await asyncio.sleep(0.5)
                while piece := await reader.read(2**20):
                    said += len(piece)
        assert said < asked * whole
        writer.close()


@pytest.mark.usefixtures("hurried")
async def test_a_silent_socket_and_a_kept_connection_are_not_cut_off() -> None:
    async with serving() as site, site.join() as peer:
        reader, writer = await opened(site)
        for _ in range(4):
            await asyncio.sleep(0.1)
            writer.write(GET)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
        writer.close()
        assert (await peer.ask("hi"))["type"] == "turn_complete"


async def test_connections_of_one_address_are_limited_sockets_too_and_others_come_in() -> None:
    async with serving("limits.connections=3") as site, site.join():
        held = [await opened(site) for _ in range(2)]
        reader, writer = await opened(site)
        with suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        other, away = await opened(site, local_addr=("127.0.0.2", 0))
        away.write(GET)
        assert (await other.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        for _, each in (*held, (other, away)):
            each.close()


async def test_a_trusted_proxy_has_as_many_connections_as_it_wants() -> None:
    async with serving("limits.connections=1", "trusted_proxies=[127.0.0.0/8]") as site:
        held = [await opened(site) for _ in range(5)]
        assert (await site.get("/health")).status == 200
        for _, each in held:
            each.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 100_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20_000,
        b"\x16\x03\x01\x02\x00" + b"\x00" * 100,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\n\r\n\r\n",
    ],
    ids=["long path", "long header", "many headers", "TLS", "a header in two lines"],
)
async def test_a_head_that_is_too_large_or_none_is_refused_and_the_connection_ends(head) -> None:
    async with serving() as site:
        said = await cut(site, head)
        assert said.startswith(b"HTTP/1.1 400") or not said
        assert (await site.get("/health")).status == 200


async def test_pings_whose_answers_nobody_reads_fill_no_memory() -> None:
    ping, farewell = b"\x89\xfd\0\0\0\0" + bytes(125), b"\x88\x80\0\0\0\0"
    async with serving() as site:
        made = (await site.new()).json
        reader, writer = await opened_narrowly(site)
        writer.write(f"GET {made['stream']} HTTP/1.1\r\nHost: localhost\r\n{UPGRADE}\r\n".encode())
        await reader.readuntil(b"session_ready")
        for _ in range(80):
            writer.write(ping * 1000)
            await writer.drain()
        writer.write(farewell)
        answered = 0
        async with asyncio.timeout(10):
            while piece := await reader.read(2**20):
                answered += len(piece)
        # What the kernel holds is beyond us, and half of what was asked at most.
        assert answered < 80_000 * len(ping) / 2
        writer.close()


async def test_a_message_in_pieces_without_an_end_ends_the_connection() -> None:
    async with serving() as site, site.join() as peer:
        writer = peer.socket.transport
        first, more = b"\x01\x80\0\0\0\0", b"\x00\x80\0\0\0\0"
        writer.write(first + more * 10_000)
        assert await peer.closed() == 1006


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2fpyproject.toml",
        "/%2e%2e/%2e%2e/pyproject.toml",
        "/js/..%5c..%5csettings.py",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/js/%00",
        "/" + "a" * 5000,
        "/%ff%fe",
        "/models/..%2f..%2fconfig.yaml",
        "/models/%2e%2e",
        "/models/a%00.glb",
        "/models/..%5cx.glb",
        "/models/" + "a" * 300 + ".glb",
        "/v1/recordings/..%2f..%2fx.tthrec",
        "/lips.npz/../../settings.py",
    ],
)
async def test_no_path_leads_out_of_the_folders_that_are_served(path, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TTH_CONFIG_DIR", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "config.yaml").write_text("secret")
    async with serving(f"record={tmp_path / 'records'}") as site:
        answer = await fetch(site.base, "GET", path)
        assert answer.status == 404
        assert b"secret" not in answer.body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/sessions"),
        ("GET", "/v1/profiles"),
        ("GET", "/v1/models"),
        ("POST", "/v1/realtime/calls"),
        ("DELETE", "/v1/realtime/calls/rtc_1"),
        ("POST", "/v1/realtime/client_secrets"),
        ("GET", "/lips.npz"),
        ("GET", "/js/avatar.js"),
    ],
)
async def test_a_page_of_an_allowed_origin_may_ask_first_and_nobody_else(method, path) -> None:
    async with serving("origins=[https://app.example]", "api_key=sesame") as site:
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,openai-beta"}
        allowed = await fetch(site.base, "OPTIONS", path, None, {"Origin": "https://app.example", **asked})
        assert allowed.status == 204
        assert method in allowed.headers["access-control-allow-methods"]
        assert {"authorization", "*"} <= set(allowed.headers["access-control-allow-headers"].split(", "))
        assert "access-control-allow-credentials" not in allowed.headers
        refused = await fetch(site.base, "OPTIONS", path, None, {"Origin": "https://evil.example", **asked})
        assert refused.status == 403
        assert "access-control-allow-origin" not in refused.headers


async def test_a_refusal_can_be_read_by_a_page_of_an_allowed_origin() -> None:
    async with serving("origins=[https://app.example]", "per_address.sessions_per_minute=1") as site:
        page = {"Origin": "https://app.example"}
        assert (await site.new(page)).status == 201
        refused = await site.new(page)
        assert (refused.status, refused.headers["access-control-allow-origin"]) == (429, "https://app.example")
        assert "Retry-After" in refused.headers["access-control-expose-headers"]


async def test_half_open_sockets_end_and_nothing_of_them_is_left() -> None:
    async with serving() as site:
        for way in ("/v1/sessions/x/stream", "/v1/sessions/x/face", "/v1/realtime", "/ws/conversation", "/v1/nothing"):
            _, writer = await opened(site)
            writer.write(f"GET {way} HTTP/1.1\r\nHost: localhost\r\n{UPGRADE}\r\n".encode())
            await writer.drain()
            writer.close()
        async with asyncio.timeout(5):
            await site.house.left()
        async with site.join() as peer:
            assert isinstance(peer, Peer)
            async with connect(site.address("/v1/realtime")):
                pass

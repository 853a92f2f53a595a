"""The nginx configuration of docs/deploy.md as it stands there, over TLS with a certificate of our own."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.emulators.a2f.certificates import Authority
from tests.process.serving import START_S
from tests.server.peer import AUDIO, Answer, Peer, Site, serving
from tests.server.realtime_peer import RealtimePeer
from tests.server.test_relay import answer as relayed
from tth.server import run

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = [
    pytest.mark.process,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(NGINX is None, reason="there is no nginx here; apt-get install nginx"),
]

PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
(CONFIG,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)

AROUND = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log warn;
{user}
events {{}}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {config}
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def placed(config: str, places: dict[str, str]) -> str:
    """The page's configuration with this machine's places in it."""
    for there, here in places.items():
        assert there in config, there
        config = config.replace(there, here)
    return config


@dataclass(frozen=True)
class Proxy:
    """nginx as strangers reach it."""

    base: str
    plain_port: int
    trust: ssl.SSLContext
    folder: Path
    site: Site

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def ask_now(self, method, path, body=None, headers=None, source="127.0.0.1"):
        connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=10, source_address=(source, 0), context=self.trust
        )
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers or {})
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    async def ask(self, *args, **named):
        return await asyncio.to_thread(self.ask_now, *args, **named)

    def socket(self, path, **options):
        address = self.base.replace("https", "wss") + path
        return connect(
            address, ssl=self.trust, origin=self.base, compression=None, max_size=None, max_queue=None, **options
        )

    @property
    def log(self) -> str:
        return (self.folder / "access.log").read_text()


@asynccontextmanager
async def proxied(folder: Path, *sets: str):
    """The page's nginx before a server of this process."""
    ports = free_port(), free_port()
    base = f"https://localhost:{ports[0]}"
    authority = Authority(folder / "certificates")
    certificate, key = authority.files("server")
    async with serving(f"origins=[{base}]", "trusted_proxies=[127.0.0.1]", *sets) as site:
        config = placed(
            CONFIG,
            {
                "127.0.0.1:8000": site.base.removeprefix("http://"),
                "listen 443 ": f"listen 127.0.0.1:{ports[0]} ",
                "listen 80;": f"listen 127.0.0.1:{ports[1]};",
                "tth.example;": "localhost;",
                "/etc/letsencrypt/live/tth.example/fullchain.pem": str(certificate),
                "/etc/letsencrypt/live/tth.example/privkey.pem": str(key),
                "/var/log/nginx/tth.log": str(folder / "access.log"),
                # As many pings in a second and a half as in this time.
                "proxy_read_timeout 75s": "proxy_read_timeout 1s",
            },
        )
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user, config=config))
        trust = ssl.create_default_context(cafile=authority.file)
        proxy = Proxy(base, ports[1], trust, folder, site)
        with running(folder) as process:
            await listening(proxy, process)
            yield proxy


@contextmanager
def running(folder: Path):
    """nginx with the configuration in ``folder``."""
    errors = folder / "error.log"
    with subprocess.Popen([NGINX, "-e", errors, "-p", folder, "-c", folder / "nginx.conf"]) as process:
        try:
            yield process
        finally:
            process.terminate()
    assert process.returncode == 0
    assert "[emerg]" not in errors.read_text()


async def listening(proxy: Proxy, process: subprocess.Popen) -> None:
    """Return when nginx answers."""
    async with asyncio.timeout(START_S):
        while True:
            assert process.poll() is None, (proxy.folder / "error.log").read_text()
            try:
                await proxy.ask("GET", "/health")
            except ConnectionError:
                await asyncio.sleep(0.02)
            else:
                return


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proxy(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        # Two pings and more in the time that the proxy waits for one, as with 20 and 75 seconds.
        patch.setattr(run, "PING_S", 0.4)
        async with proxied(tmp_path_factory.mktemp("nginx")) as proxy:
            yield proxy


async def test_the_page_comes_over_tls_with_its_headers_and_plain_http_leads_there(proxy) -> None:
    page = await proxy.ask("GET", "/")
    assert (page.status, b'id="face"' in page.body) == (200, True)
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert (await proxy.ask("GET", "/lips.npz")).body == (await proxy.site.get("/lips.npz")).body
    moved = await Site(None, f"http://127.0.0.1:{proxy.plain_port}").get("/some?where", {"Host": "localhost"})
    assert (moved.status, moved.headers["location"]) == (301, "https://localhost/some?where")


async def test_a_session_is_asked_for_and_talks_through_it(proxy) -> None:
    made = (await proxy.ask("POST", "/v1/sessions", {}, {"Origin": proxy.base})).json
    async with proxy.socket(made["stream"]) as socket:
        peer = Peer(socket, made)
        await peer.until("session_ready")
        assert (await peer.ask("hello"))["text"] == "You said: hello"


async def test_a_relay_client_and_a_realtime_client_talk_through_it(proxy) -> None:
    async with proxy.socket("/ws/conversation") as socket:
        assert json.loads(await socket.recv())["type"] == "session_ready"
        await socket.send(json.dumps({"type": "text", "text": "hello"}))
        text, sound, *_ = await relayed(socket)
        assert (text, bool(sound)) == ("You said: hello", True)
    async with proxy.socket("/v1/realtime?model=offline_mock", subprotocols=["realtime"]) as socket:
        assert socket.subprotocol == "realtime"
        assert await RealtimePeer(socket).ask("hello") == "You said: hello"


async def test_what_is_streamed_is_not_held_back(proxy) -> None:
    made = (await proxy.ask("POST", "/v1/sessions", {})).json
    async with proxy.socket(made["stream"]) as socket:
        peer = Peer(socket, made)
        await peer.send("user_text", text="a story that goes on and on " * 5)
        # It waits for its client to play what has come, so that this is all there is.
        while not peer.frames(AUDIO):
            await peer.next()
        assert proxy.site.house.turns == 1


async def test_a_silent_socket_stays_open_for_longer_than_the_proxy_waits(proxy) -> None:
    made = (await proxy.ask("POST", "/v1/sessions", {})).json
    async with proxy.socket(made["stream"], ping_interval=None) as socket:
        peer = Peer(socket, made)
        await peer.until("session_ready")
        await asyncio.sleep(1.6)
        assert (await peer.ask("still there"))["type"] == "turn_complete"


async def test_numbers_and_recordings_are_not_for_strangers(proxy) -> None:
    for path in ("/metrics", "/v1/meters", "/v1/recordings", "/v1/recordings/x", "//metrics", "/v1/../%6detrics"):
        assert (await proxy.ask("GET", path)).status == 404, path
    assert (await proxy.site.get("/metrics")).status == 200


async def test_the_page_of_another_site_and_another_name_get_nothing(proxy) -> None:
    evil = {"Origin": "https://evil.example"}
    assert (await proxy.ask("POST", "/v1/sessions", {}, evil)).status == 403
    with pytest.raises(InvalidStatus):
        await connect(f"wss://localhost:{proxy.port}/v1/realtime", ssl=proxy.trust, origin="https://evil.example")
    assert (await proxy.ask("GET", "/health", None, {"Host": "evil.example"})).status == 403


async def test_what_is_too_large_stays_outside_and_no_secret_is_in_the_proxys_log(proxy) -> None:
    assert (await proxy.ask("POST", "/v1/sessions", " " * 300_000)).status == 413
    assert (await proxy.ask("GET", "/", None, {"X": "a" * 60_000})).status == 400
    made = (await proxy.ask("POST", "/v1/sessions", {"resume": True})).json
    async with proxy.socket(made["stream"]) as socket:
        await Peer(socket, made).until("session_ready")
    async with asyncio.timeout(10):
        while made["id"] not in proxy.log:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert made["ticket"] not in proxy.log
    assert "ticket" not in proxy.log


async def test_the_clients_own_address_arrives_and_what_it_says_of_itself_does_not(tmp_path) -> None:
    async with proxied(tmp_path, "per_address.sessions_per_minute=1") as proxy:
        ask = partial(proxy.ask, "POST", "/v1/sessions", {})
        first = await ask()
        assert (first.status, (await ask()).status) == (201, 429)
        assert (await ask({"X-Forwarded-For": "198.51.100.1"})).status == 429
        assert (await ask(source="127.0.0.2")).status == 201
        # Its socket is counted there as well.
        async with proxy.socket("/v1/realtime", local_addr=("127.0.0.3", 0)) as socket:
            await RealtimePeer(socket).the("session.created")
        with pytest.raises(InvalidStatus) as refused:
            await proxy.socket("/v1/realtime", local_addr=("127.0.0.3", 0))
        assert refused.value.response.status_code == 429
        assert "Retry-After" in refused.value.response.headers

"""Runs the server, and stops it without cutting anybody short."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn

from tth.server.app import create_app
from tth.server.connections import HttpProtocol
from tth.server.house import House
from tth.server.proxies import Trusted
from tth.server.security import check_bind
from tth.server.sockets import SocketProtocol
from tth.transports.listening import listen
from tth.wire.realtime.server.options import MOST_FRAME_CHARS

log = logging.getLogger(__name__)

PING_S = 20.0
"""Time between two pings, and how long an answer may take: after twice that, a half-open connection is cut."""


class Server(uvicorn.Server):
    """Uvicorn with its own way to stop: the first signal drains, the second cuts the drain short; both exit with 0.

    Args:
        started: Called with the page's address once it can be opened.
    """

    def __init__(self, config: uvicorn.Config, house: House, started: Callable[[str], None]) -> None:
        super().__init__(config)
        self._house = house
        self._started = started
        self._stop = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are set by ``serve``."""
        yield

    def ask_to_stop(self) -> None:
        """Drain; asked again, cut running turns off; asked a third time, wait for nothing at all."""
        if self._house.hurried:
            self.should_exit = self.force_exit = True
        elif self._stop.is_set():
            self._house.hurry()
        elif turns := self._house.turns:
            log.info("finishing %d turn%s; once more stops now", turns, "" if turns == 1 else "s")
        else:
            log.info("stopping; no turn runs")
        self._stop.set()

    async def drain_when_asked(self) -> None:
        """Wait for the wish to stop, let running turns end, then stop."""
        await self._stop.wait()
        await self._house.drain()
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Warm up, then tell the address."""
        await super().startup(sockets)
        if self.started and not self._stop.is_set():
            self._started(self.address())

    def address(self) -> str:
        """Where a browser on this machine finds the page."""
        host, port = self.config.host.strip("[]"), self.config.port
        if listens_everywhere(host):
            host = "::1" if ":" in host else "127.0.0.1"
        for listening in (each for server in self.servers for each in server.sockets):
            port = listening.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}/"


def configure(house: House) -> uvicorn.Config:
    """How uvicorn serves ``house``."""
    settings = house.settings
    return uvicorn.Config(
        create_app(house),
        host=settings.host,
        port=settings.port,
        # Any class will do, whatever its type says; and this one takes more than uvicorn gives it.
        http=partial(HttpProtocol, most=settings.limits.connections, trusted=Trusted(settings.trusted_proxies)),  # type: ignore[arg-type]
        ws=SocketProtocol,
        # Uvicorn has one limit for all; a native stream checks its own.
        ws_max_size=max(settings.limits.message_bytes, MOST_FRAME_CHARS),
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        # Uvicorn would believe whoever connects from this machine; 'trusted_proxies' says who is believed.
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )


async def serve(house: House, started: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        ConfigError: The address may not be served on without a key.
        OSError: The port is taken, or the address is none of this machine.
    """
    settings = house.settings
    check_bind(settings)
    listening = listen(settings.host, settings.port)
    server = Server(configure(house), house, started)
    _on_signals(server.ask_to_stop)
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(server.drain_when_asked())
        await server.serve(sockets=[listening])
        draining.cancel()


def listens_everywhere(host: str) -> bool:
    """Whether ``host`` stands for every address of this machine, as ``0.0.0.0`` does."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))

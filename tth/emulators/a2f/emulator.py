"""The service on an address: started, broken, brought back, stopped."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import grpc
import grpc.aio

from tth.emulators.a2f.breaking import break_off
from tth.emulators.a2f.options import EmulatorOptions, Security
from tth.emulators.a2f.record import ClipRecord, Ledger
from tth.emulators.a2f.script import Script
from tth.emulators.a2f.services import handlers
from tth.face.lipsync.model import Model
from tth.transports.listening import listen

OPTIONS = (("grpc.so_reuseport", 0),)
"""Else a second server on a taken port is no error."""


class Emulator:
    """One service's worth of state, and its server while it runs.

    Attributes:
        options: What kind of service it is.
        ledger: Its clips.
        target: ``host:port`` once it has started.
    """

    def __init__(
        self,
        options: EmulatorOptions | None = None,
        *,
        recording: bool = False,
        on_clip: Callable[[ClipRecord], None] | None = None,
    ) -> None:
        self.options = options or EmulatorOptions()
        self.ledger = Ledger(recording=recording, on_end=on_clip)
        self.target = ""
        self._script = Script(self.options.faults)
        self._model = Model.load()
        self._host, self._port = "", 0
        self._security: Security | None = None
        self._server: grpc.aio.Server | None = None

    @property
    def records(self) -> list[ClipRecord]:
        """One for each clip, in the order they began; kept only where it is recording."""
        return self.ledger.records

    async def start(self, host: str = "127.0.0.1", port: int = 0, security: Security | None = None) -> str:
        """Listen; gives the target.

        Args:
            host: Address to listen on.
            port: 0 takes any free one.
            security: For TLS; ``None`` is plaintext.

        Raises:
            OSError: The address cannot be listened on.
        """
        self._security = security
        self._host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        with listen(host, port):
            pass  # says what is wrong with an address, which gRPC does not
        await self._listen(port)
        return self.target

    async def _listen(self, port: int) -> None:
        server = grpc.aio.server(options=OPTIONS)
        address = f"{self._host}:{port}"
        try:
            if self._security is None:
                self._port = server.add_insecure_port(address)
            else:
                self._port = server.add_secure_port(address, _credentials(self._security))
        except RuntimeError as error:
            raise OSError(errno.EADDRINUSE, f"gRPC cannot listen on {address}") from error
        server.add_generic_rpc_handlers(
            tuple(handlers(self.options, self._script, self.ledger, self._port, self._model))
        )
        await server.start()
        self._server, self.target = server, f"{self._host}:{self._port}"

    async def break_now(self) -> None:
        """End as a process that is killed: connections broken off, port closed. ``come_back`` is the way back."""
        server, self._server = self._server, None
        if server is None:
            return
        self.ledger.cutting()
        break_off(self._port)
        await server.stop(None)
        await self.ledger.settled()

    async def come_back(self) -> None:
        """Listen again, on the same port.

        Raises:
            OSError: Somebody else does.
        """
        if self._server is None:
            await self._listen(self._port)

    async def close(self) -> None:
        """Stop; clips that run are cut. Idempotent."""
        server, self._server = self._server, None
        if server is not None:
            self.ledger.cutting()
            await server.stop(None)
            await self.ledger.settled()


def _credentials(security: Security) -> grpc.ServerCredentials:
    return grpc.ssl_server_credentials(
        [(security.key, security.certificate)],
        root_certificates=security.client_ca,
        require_client_auth=security.client_ca is not None,
    )


@asynccontextmanager
async def serving(
    emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0, security: Security | None = None
) -> AsyncIterator[str]:
    """Serve ``emulator`` on the running loop for as long as the block runs; gives its target.

    Raises:
        OSError: The address cannot be listened on.
    """
    target = await emulator.start(host, port, security)
    try:
        yield target
    finally:
        await emulator.close()

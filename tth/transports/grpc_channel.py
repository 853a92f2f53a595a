"""A gRPC channel to a provider, on bytes: what they mean is the wire's business."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio

from tth.errors import TthError
from tth.transports.grpc_call import GrpcCall, failure

CONNECT_MS = 2000
"""How long one attempt to connect may take."""

FIRST_BACK_OFF_MS, MOST_BACK_OFF_MS = 100, 250
"""Between two attempts: short, so that a service that comes back is found within a second."""

DEAF_S = 2.0
LINGER_S = 0.03
"""A cancelled call is over in gRPC's own threads some 10 ms later; the loop must still be there to be told."""

_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", FIRST_BACK_OFF_MS),
    ("grpc.max_reconnect_backoff_ms", MOST_BACK_OFF_MS),
    # By its name the shortest back-off; what it sets is how long an attempt may take.
    ("grpc.min_reconnect_backoff_ms", CONNECT_MS),
    # Else a new channel would inherit the back-off of an old one to the same address.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
)


class CertificatesUnreadable(TthError):
    """A file that TLS needs cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """An encrypted channel; equal ones may share it.

    Attributes:
        ca: PEM file with the roots to trust; ``None`` for the public ones.
        certificate: PEM file with the client's own certificate, where the service asks for one.
        key: PEM file with that certificate's key.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class GrpcChannel:
    """Calls to one address over one connection, which it makes and mends by itself, the first time at once.

    Raises:
        CertificatesUnreadable: A file of ``tls`` cannot be read.
    """

    def __init__(self, target: str, tls: Tls | None) -> None:
        self._target = target
        self._credentials = None if tls is None else _credentials(tls)
        self._channel = self._made()
        self._opened = False
        self._deaf_since: float | None = None

    def _made(self) -> grpc.aio.Channel:
        if self._credentials is None:
            channel = grpc.aio.insecure_channel(self._target, options=_OPTIONS)
        else:
            channel = grpc.aio.secure_channel(self._target, self._credentials, options=_OPTIONS)
        channel.get_state(try_to_connect=True)
        return channel

    async def ask(self, path: str, message: bytes, *, metadata: Mapping[str, str], limit_s: float) -> bytes:
        """The answer to one message.

        A peer that has vanished without a word (its machine is off, a cable is cut) leaves a connection on which
        nothing is answered for a quarter of an hour: after ``DEAF_S`` seconds without an answer another is made.

        Raises:
            CallFailed: There is none within ``limit_s`` seconds.
        """
        channel = self._channel
        method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
        try:
            answer = await method(message, timeout=limit_s, metadata=_pairs(metadata))
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                await self._unanswered(channel, limit_s)
            else:
                self._deaf_since = None
            raise failure(error) from error
        self._deaf_since = None
        return answer

    async def _unanswered(self, channel: grpc.aio.Channel, limit_s: float) -> None:
        now = asyncio.get_running_loop().time()
        if self._deaf_since is None:
            self._deaf_since = now - limit_s
        elif channel is self._channel and now - self._deaf_since >= DEAF_S:
            self._channel, self._deaf_since = self._made(), None
            await channel.close()

    async def ask_for_all(
        self, path: str, message: bytes, *, metadata: Mapping[str, str], limit_s: float
    ) -> Sequence[bytes]:
        """All answers to one message.

        Raises:
            CallFailed: They did not all come within ``limit_s`` seconds.
        """
        method: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = self._channel.unary_stream(path)
        try:
            return [answer async for answer in method(message, timeout=limit_s, metadata=_pairs(metadata))]
        except grpc.aio.AioRpcError as error:
            raise failure(error) from error

    def open(self, path: str, *, metadata: Mapping[str, str], limit_s: float) -> GrpcCall:
        """A stream of messages both ways that ends by itself after ``limit_s`` seconds."""
        self._opened = True
        method: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = self._channel.stream_stream(path)
        return GrpcCall(method(timeout=limit_s, metadata=_pairs(metadata)))

    async def close(self) -> None:
        """End every call and the connection. Idempotent."""
        await self._channel.close()
        opened, self._opened = self._opened, False
        if opened:
            await asyncio.sleep(LINGER_S)


def _pairs(metadata: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(metadata.items())


def _credentials(tls: Tls) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        root_certificates=_read(tls.ca),
        private_key=_read(tls.key),
        certificate_chain=_read(tls.certificate),
    )


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.expanduser().read_bytes()
    except OSError as error:
        raise CertificatesUnreadable(f"{path} cannot be read: {error.strerror or error}") from error

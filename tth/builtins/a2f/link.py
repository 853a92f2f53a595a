"""The way to the service: one channel for all sessions, one call for each clip."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from google.protobuf.message import DecodeError

from tth.adapters.shared import Lease, Shared
from tth.builtins.a2f.address import limit_of, metadata_of, target_of, tls_of
from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.trouble import NAME, trouble
from tth.errors import AdapterError, AdapterUnavailable
from tth.transports.grpc_call import CallFailed, MessageCall
from tth.transports.grpc_channel import CertificatesUnreadable, GrpcChannel
from tth.wire.a2f.messages_pb2 import A2XConfig, ConfigsTypeRequest, HealthCheckRequest, HealthCheckResponse
from tth.wire.a2f.methods import CHECK, GET_CONFIGS, PROCESS_AUDIO_STREAM

_AMISS = ("invalid_api_key", "unknown_function", "no_credit", "unreachable", "timed_out", "bad_certificate")
"""What a hosted service's answer to the question after its health may tell; any other answer shows that it is there."""


class Link(Protocol):
    """What a clip needs of the service."""

    async def check(self) -> None:
        """Ask whether it is well.

        Raises:
            AdapterError: It is not, or nobody answers.
        """

    def open(self, limit_s: float) -> MessageCall:
        """Begin a clip, which ends by itself after ``limit_s`` seconds."""

    async def close(self) -> None:
        """Let go of it. Idempotent."""


Opener = Callable[[A2FOptions, Shared], Awaitable[Link]]
"""How the way to the service is opened; costs no network."""


class GrpcLink:
    """A ``Link`` over a channel that all sessions with the same address share."""

    def __init__(self, options: A2FOptions, lease: Lease[GrpcChannel]) -> None:
        self._options = options
        self._lease = lease

    async def check(self) -> None:
        """Ask after its health; one that does not know the question is well."""
        metadata, limit_s = metadata_of(self._options), limit_of(self._options)
        try:
            answer = await self._lease.value.ask(
                CHECK, HealthCheckRequest().SerializeToString(), metadata=metadata, limit_s=limit_s
            )
            status = HealthCheckResponse.FromString(answer).status
        except CallFailed as error:
            if error.status == "UNIMPLEMENTED":
                return
            wrong = trouble(error)
            if self._options.hosted and wrong.code not in _AMISS:
                return
            raise wrong from error
        except DecodeError as error:
            raise AdapterError(NAME, "it answers, but not as an Audio2Face-3D service", code="not_a2f") from error
        if status == HealthCheckResponse.NOT_SERVING:
            raise AdapterError(
                NAME, "the service says that it is not serving yet", code="not_serving", decision="retry"
            )

    async def configs(self) -> list[str]:
        """The service's own configuration files, as text.

        Raises:
            AdapterError: It does not show them.
        """
        question = ConfigsTypeRequest(config_type=ConfigsTypeRequest.YAML).SerializeToString()
        try:
            answers = await self._lease.value.ask_for_all(
                GET_CONFIGS, question, metadata=metadata_of(self._options), limit_s=limit_of(self._options)
            )
        except CallFailed as error:
            raise trouble(error) from error
        return [A2XConfig.FromString(answer).content for answer in answers]

    def open(self, limit_s: float) -> MessageCall:
        """Begin a clip."""
        metadata = metadata_of(self._options)
        return self._lease.value.open(PROCESS_AUDIO_STREAM, metadata=metadata, limit_s=limit_s)

    async def close(self) -> None:
        """Let go of the channel. Idempotent."""
        await self._lease.close()


async def lease_channel(options: A2FOptions, shared: Shared) -> Lease[GrpcChannel]:
    """Hold the channel to the service; it connects by itself, and again after a loss.

    Raises:
        AdapterError: The address is none, or a certificate cannot be read.
    """
    target, tls = target_of(options), tls_of(options)

    async def make() -> GrpcChannel:
        return GrpcChannel(target, tls)

    try:
        return await shared.lease((NAME, target, tls), make, GrpcChannel.close)
    except CertificatesUnreadable as error:
        raise AdapterUnavailable(NAME, str(error)) from error


async def open_link(options: A2FOptions, shared: Shared) -> GrpcLink:
    """The way to the service of ``options``.

    Raises:
        AdapterError: There can be none: no key, no address, no certificate.
    """
    metadata_of(options)
    return GrpcLink(options, await lease_channel(options, shared))

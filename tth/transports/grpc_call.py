"""One stream of messages both ways over gRPC."""

from __future__ import annotations

import asyncio
from typing import Protocol

import grpc.aio

from tth.errors import TthError


class CallFailed(TthError):
    """A call ended otherwise than well.

    Args:
        status: The name of the gRPC status, as in ``UNAVAILABLE``.
        detail: What came with it.
    """

    def __init__(self, status: str, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(f"{status}{f': {detail}' if detail else ''}")


class MessageCall(Protocol):
    """What a client needs of a stream of messages both ways, whatever carries it."""

    async def write(self, message: bytes) -> bool:
        """Send a message once there is room for it; ``False`` where the call is over, and ``read`` says why."""

    async def done_writing(self) -> None:
        """Nothing more will be written: half-close."""

    async def read(self) -> bytes | None:
        """The next message; ``None`` once the call ended well. Cancelling ends the call.

        Raises:
            CallFailed: It ended otherwise.
        """

    def cancel(self) -> None:
        """End it; nothing is read or written afterwards. Idempotent, and nothing once it is over."""


class GrpcCall:
    """A ``MessageCall`` over ``grpc.aio``. Reader and writer may be two tasks."""

    def __init__(self, call: grpc.aio.StreamStreamCall[bytes, bytes]) -> None:
        self._call = call

    async def write(self, message: bytes) -> bool:
        """Send a message; let the loop run before the next one.

        A write that is under way when the service ends the call takes the place of the service's own status; with the
        loop's turn in between, what the service said is seen before the next write.
        """
        try:
            await self._call.write(message)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            return False
        return True

    async def done_writing(self) -> None:
        """Half-close; nothing where the call is over."""
        try:
            await self._call.done_writing()
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            return

    async def read(self) -> bytes | None:
        """The next message; ``None`` once the call ended well."""
        try:
            message = await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise failure(error) from error
        return message if isinstance(message, bytes) else None

    def cancel(self) -> None:
        """End it. Stop the tasks that read and write first: they would be told that they were cancelled."""
        self._call.cancel()


def failure(error: grpc.aio.AioRpcError) -> CallFailed:
    """What gRPC says, without its classes."""
    return CallFailed(error.code().name, error.details() or "")

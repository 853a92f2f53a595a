"""Where a caller finds this machine: every address of it, the loopback one too, and no server is asked."""

from __future__ import annotations

from functools import partial
from typing import Any

from aioice import Candidate, Connection
from aiortc import RTCConfiguration, RTCPeerConnection

LOOPBACK = "127.0.0.1"


def new_connection() -> RTCPeerConnection:
    """A connection that asks no server for its address: with no configuration aiortc would ask a public one."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


def offer_loopback(connection: RTCPeerConnection) -> None:
    """Let ``connection`` be reached on the loopback address; to be called once its transports are made.

    aioice leaves that address out, as browsers do. But server and caller are often on one machine, which need not have
    any other. There is no switch for it: the method that is given the machine's addresses is wrapped on the object.
    """
    for ice in _connections(connection):
        ice.get_component_candidates = partial(_with_loopback, ice)  # type: ignore[method-assign]  # see above


async def _with_loopback(ice: Connection, component: int, addresses: list[str], **options: Any) -> list[Candidate]:
    known = [*addresses] if LOOPBACK in addresses else [*addresses, LOOPBACK]
    return await Connection.get_component_candidates(ice, component, known, **options)


def _connections(connection: RTCPeerConnection) -> list[Connection]:
    transports = [transceiver.receiver.transport.transport for transceiver in connection.getTransceivers()]
    if connection.sctp is not None:
        transports.append(connection.sctp.transport.transport)
    found = {id(transport): transport.iceGatherer._connection for transport in transports}
    return list(found.values())

"""Whom a proxy speaks for."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

FORWARDED_FOR, FORWARDED_PROTO = "x-forwarded-for", "x-forwarded-proto"

_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


class Trusted:
    """The proxies that are believed.

    Args:
        names: Addresses and networks.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(name) for name in names]

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)

    def speaks_for(self, forwarded: str) -> str:
        """The client, of all that ``X-Forwarded-For`` names; empty where it names none.

        Each proxy adds at the end whom it heard from. So the last that is no trusted proxy is true, and what stands
        before it is a stranger's word.
        """
        client = ""
        for named in reversed(forwarded.split(",")):
            try:
                client = str(ipaddress.ip_address(_bare(named.strip())))
            except ValueError:
                break
            if client not in self:
                break
        return client


class Proxies:
    """ASGI middleware: where a trusted proxy hands a client on, ``scope`` tells the client's address and scheme.

    From anybody else these headers mean nothing.

    Args:
        app: What comes after it.
        trusted: Who is believed.
    """

    def __init__(self, app: ASGIApp, trusted: Trusted) -> None:
        self._app = app
        self._trusted = trusted
        self._told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the client in the place of the proxy."""
        if scope["type"] != "lifespan" and scope.get("client"):
            headers, peer = Headers(scope=scope), scope["client"][0]
            if peer in self._trusted:
                self._unveil(scope, headers)
            elif FORWARDED_FOR in headers:
                self._note(peer)
        await self._app(scope, receive, send)

    def _unveil(self, scope: Scope, headers: Headers) -> None:
        if client := self._trusted.speaks_for(",".join(headers.getlist(FORWARDED_FOR))):
            scope["client"] = (client, 0)
        scheme = _SCHEMES.get(headers.get(FORWARDED_PROTO, "").strip().lower())
        if scheme is not None:
            scope["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")

    def _note(self, peer: str) -> None:
        """Tell the log once: without it everybody behind a proxy counts as one."""
        if not self._told:
            self._told = True
            log.warning("%s speaks for others and is not believed; add it to 'trusted_proxies' if it is yours", peer)


def _bare(named: str) -> str:
    """An address without the port that some proxies add."""
    if named.startswith("["):
        return named[1:].partition("]")[0]
    return named.partition(":")[0] if named.count(":") == 1 else named

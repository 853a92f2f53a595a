"""Who may talk to this server: hosts, origins, keys; and what a page of it may do."""

from __future__ import annotations

import hmac
import ipaddress
import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tth.config.settings import Settings
from tth.errors import ConfigError
from tth.server.answers import refusal

log = logging.getLogger(__name__)

PAGE_POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss: https: http://127.0.0.1:* http://localhost:*; "
    "img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every answer: no inline script, no inline style, nothing from elsewhere. The page may talk
to others, for its direct mode: whose API the profile uses is not known when the page is loaded."""

_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_bind(settings: Settings) -> None:
    """Refuse to serve strangers without a key.

    Raises:
        ConfigError: The address is public, and neither a key nor ``insecure`` is set.
    """
    if not is_loopback(settings.host) and settings.api_key is None and not settings.insecure:
        raise ConfigError(
            "settings",
            key="host",
            problem=f"{settings.host} can be reached by others, and no key protects it",
            fix="set TTH_API_KEY, or serve on 127.0.0.1, or add --insecure if you mean it",
        )


def _parts_of(url: str) -> tuple[str, str]:
    """Host and host with port, in small letters; both empty where it is no address."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.netloc.lower()
    except ValueError:
        return "", ""


class Gate:
    """ASGI middleware: checks Host and Origin of every request and adds the security headers to every answer.

    A page of another site must not talk to a server on this machine, neither by its own origin nor by a name that was
    made to point here (DNS rebinding); so on loopback only local names are answered, and those of
    the origins that the settings name. Pages of these origins may; for them it answers as CORS demands.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origins = frozenset(origin.rstrip("/").lower() for origin in settings.origins)
        self._local = is_loopback(settings.host)
        # Behind a proxy the page's own address is one of the origins, and its name is what comes as Host.
        named = (_parts_of(origin)[0] for origin in self._origins)
        self._names = frozenset((*_LOCAL_NAMES, settings.host.strip("[]").lower(), *named)) - {""}
        self._refused: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to what may not pass; hand the rest on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        problem = self._problem(headers)
        if scope["type"] == "websocket":
            if problem:
                await receive()
                await send({"type": "websocket.close", "code": 4403, "reason": problem})
            else:
                await self._app(scope, receive, send)
            return
        origin = headers.get("origin", "")
        allowed = origin if origin.lower() in self._origins else ""
        answer = _with_headers(send, allowed)
        if problem:
            await refusal(403, "forbidden", problem)(scope, receive, answer)
        elif allowed and scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)

    def _problem(self, headers: Headers) -> str:
        host = headers.get("host", "")
        if self._local and _parts_of(f"//{host}")[0] not in self._names:
            return f"this server answers to localhost, not to {host!r}"
        origin = headers.get("origin", "")
        if origin and origin.lower() not in self._origins and _parts_of(origin)[1] != host.lower():
            self._note(origin)
            return f"pages of {origin} may not connect; add it to 'origins' if they shall"
        return ""

    def _note(self, origin: str) -> None:
        """Tell the log once: a browser does not tell the page why it was refused."""
        if origin not in self._refused and len(self._refused) < _NOTED:
            self._refused.add(origin)
            log.warning("a page of %s was refused; add it to 'origins' if it shall connect", origin[:200])


_NOTED = 100
"""Origins that are told to the log; whoever makes up more is not."""

_PREFLIGHT = {
    "access-control-allow-methods": "GET, POST, DELETE",
    # Clients of OpenAI's API send headers of their own; a star does not stand for the first of these.
    "access-control-allow-headers": "authorization, content-type, x-api-key, *",
    "access-control-max-age": "600",
}

_ON_ALL = (
    (b"content-security-policy", PAGE_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
)


def _with_headers(send: Send, origin: str) -> Send:
    more = [*_ON_ALL]
    if origin:
        more += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", b"Location, Retry-After"),
            (b"vary", b"Origin"),
        ]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *more]
        await send(message)

    return sending


def key_is_right(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether the request carries the server's key, where it has one: as bearer token or ``X-API-Key``."""
    if settings.api_key is None:
        return True
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    given = connection.headers.get("x-api-key") or (token if scheme.lower() == "bearer" else "")
    return hmac.compare_digest(given.strip().encode(), settings.api_key.get_secret_value().encode())

"""Who may talk to this server: hosts, origins, keys; and what a page of it may do."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tth.config.settings import Settings
from tth.errors import ConfigError

PAGE_POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every answer: no inline script, no inline style, nothing from elsewhere."""

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


def _name_of(netloc: str) -> str:
    return (urlsplit(f"//{netloc}").hostname or "").lower()


class Gate:
    """ASGI middleware: checks Host and Origin of every request and adds the security headers to every answer.

    A page of another site must not talk to a server on this machine, neither by its own origin nor by a name that was
    made to point here (DNS rebinding); so on loopback only local names are answered.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origins = frozenset(origin.rstrip("/").lower() for origin in settings.origins)
        self._local = is_loopback(settings.host)
        self._host = settings.host.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to what may not pass; hand the rest on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        problem = self._problem(Headers(scope=scope))
        if problem:
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 4403, "reason": problem})
            else:
                await refusal(403, "forbidden", problem)(scope, receive, send)
            return
        await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)

    def _problem(self, headers: Headers) -> str:
        host = headers.get("host", "")
        if self._local and _name_of(host) not in (*_LOCAL_NAMES, self._host):
            return f"this server answers to localhost, not to {host!r}"
        origin = headers.get("origin", "")
        if origin and origin.lower() not in self._origins and urlsplit(origin).netloc.lower() != host.lower():
            return f"pages of {origin} may not connect; add it to 'origins' if they shall"
        return ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", ()),
                (b"content-security-policy", PAGE_POLICY.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"no-referrer"),
                (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
            ]
        await send(message)

    return sending


def refusal(status: int, code: str, message: str) -> Response:
    """An error as every HTTP client of this server gets it."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


def key_is_right(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether the request carries the server's key, where it has one: as bearer token or ``X-API-Key``."""
    if settings.api_key is None:
        return True
    given = connection.headers.get("x-api-key") or connection.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.strip().encode(), settings.api_key.get_secret_value().encode())

"""Who may talk to a Realtime server: keys, client secrets, and the answer to who may not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

SECRETS = 1000
"""Client secrets that are remembered; then the oldest is forgotten."""

SECRET_PROTOCOL = "openai-insecure-api-key."
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


def token_of(connection: HTTPConnection) -> str:
    """The key or secret that a request brings, empty where it brings none.

    It may be a bearer token, an ``api-key`` or ``X-API-Key`` header, or a subprotocol of a browser's WebSocket.
    """
    headers = connection.headers
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if key := headers.get("api-key") or headers.get("x-api-key"):
        return key.strip()
    offered = (name.strip() for name in headers.get("sec-websocket-protocol", "").split(","))
    return next((name.removeprefix(SECRET_PROTOCOL) for name in offered if name.startswith(SECRET_PROTOCOL)), "")


def refusal(status: int, message: str = "", *, code: str = "", param: str | None = None) -> JSONResponse:
    """An HTTP answer that says no, as OpenAI words it."""
    code = code or _CODES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    told = "Incorrect API key provided." if status == 401 else f"The request was refused with {status}."
    error = {"message": message or told, "type": "invalid_request_error", "param": param, "code": code}
    return JSONResponse({"error": error}, status_code=status)


class Secrets:
    """Client secrets with the session settings that they carry.

    Args:
        now: Unix seconds.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._kept: dict[str, tuple[float, dict[str, Any], Any]] = {}

    def keep(self, value: str, expires_at: float, session: dict[str, Any], bound: Any = None) -> None:
        """Remember a secret until it expires, and what the server itself bound it to."""
        self._kept[value] = (expires_at, session, bound)
        if len(self._kept) > SECRETS:
            del self._kept[next(iter(self._kept))]

    def carried(self, value: str) -> dict[str, Any] | None:
        """The settings that a secret carries, as its client wrote them; ``None`` where it is none, or too old."""
        expires_at, session, _ = self._kept.get(value, (0.0, {}, None))
        return session if self._now() < expires_at else None

    def bound(self, value: str) -> Any:
        """What the server bound a secret to; ``None`` where it is none, or bound to nothing."""
        return self._kept.get(value, (0.0, {}, None))[2]


def is_secret(token: str) -> bool:
    """Whether a token has the form of a client secret."""
    return token.startswith("ek_")

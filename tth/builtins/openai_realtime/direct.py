"""A secret that lets a page talk to the provider itself, in the very session that the adapter would ask for."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from tth.adapters.direct import NO_DIRECT_MODE, DirectAccess
from tth.builtins.openai_realtime.address import NAME, base_url, headers, socket_url
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.errors import AdapterError
from tth.wire.realtime.client.config import SessionConfig
from tth.wire.realtime.client.dialect import Dialect

LIMIT_S = 10.0
"""How long the provider may take."""


async def mint(options: OpenAIRealtimeOptions, config: SessionConfig, voices: tuple[str, ...]) -> DirectAccess:
    """Ask the provider for a client secret.

    Raises:
        AdapterUnavailable: There is no key.
        AdapterError: The provider cannot be reached, refuses, or gives none.
    """
    answer = await _ask(options, {"type": "realtime", "model": options.model, **config.session(Dialect.GA)})
    value, expires_at, session = answer.get("value"), answer.get("expires_at"), answer.get("session")
    if not isinstance(value, str) or not value or not isinstance(expires_at, int):
        raise AdapterError(NAME, "the provider's answer holds no client secret", code=NO_DIRECT_MODE)
    shown = session if isinstance(session, dict) else {}
    return DirectAccess(
        value=value,
        expires_at=expires_at,
        calls=f"{_http(base_url(options))}/realtime/calls",
        socket=socket_url(options),
        session_id=str(shown.get("id") or ""),
        model=str(shown.get("model") or options.model),
        voice=config.voice or _voice(shown),
        voices=voices,
    )


async def _ask(options: OpenAIRealtimeOptions, session: dict[str, Any]) -> dict[str, Any]:
    url, sent = f"{_http(base_url(options))}/realtime/client_secrets", headers(options)
    # In a thread: it takes a while, in which nothing else would move.
    http = await asyncio.to_thread(importlib.import_module, "httpx2")
    body = {"expires_after": {"anchor": "created_at", "seconds": options.secret_seconds}, "session": session}
    try:
        async with http.AsyncClient(timeout=LIMIT_S) as client:
            response = await client.post(url, json=body, headers=sent)
    except http.HTTPError as error:
        problem = f"{url} cannot be reached: {type(error).__name__}"
        raise AdapterError(NAME, problem, code="unreachable", decision="retry") from error
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.status_code >= 300:
        raise _refused(response.status_code, answer, url, sent)
    return answer if isinstance(answer, dict) else {}


def _refused(status: int, answer: Any, url: str, sent: dict[str, str]) -> AdapterError:
    told = answer.get("error") if isinstance(answer, dict) else None
    told = told if isinstance(told, dict) else {}
    code = str(told.get("code") or told.get("type") or "refused")
    message = str(told.get("message") or "")
    for secret in (header.removeprefix("Bearer ") for header in sent.values()):
        message = message.replace(secret, "…")
    match status:
        case 401 | 403:
            return AdapterError(NAME, f"{url} does not take this key; see OPENAI_API_KEY", code="invalid_api_key")
        case 404 | 405:
            problem = f"{url} gives no client secrets ({status}); use the server mode with this provider"
            return AdapterError(NAME, problem, code=NO_DIRECT_MODE)
        case _ if status >= 500 or (status == 429 and code != "insufficient_quota"):
            return AdapterError(NAME, f"{url} answered {status}: {message}", code=code, decision="retry")
    return AdapterError(NAME, f"{url} refused ({status}, {code}): {message}", code=code)


def _voice(session: dict[str, Any]) -> str:
    voice = session.get("audio", {}).get("output", {}).get("voice") if isinstance(session.get("audio"), dict) else None
    return voice if isinstance(voice, str) else ""


def _http(url: str) -> str:
    return url.replace("ws", "http", 1) if url.startswith("ws") else url

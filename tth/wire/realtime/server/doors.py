"""What a host answers beside the socket: client secrets, and the refusal of the beta."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import msgspec

from tth.wire.realtime.server import schema
from tth.wire.realtime.server.errors import Refusal, invalid
from tth.wire.realtime.server.options import EngineOptions, random_id
from tth.wire.realtime.server.settings import Settings

BETA_CLOSE_CODE = 4000
EXPIRED_CLOSE_CODE = 1001

_REQUEST = schema.record(
    {
        "expires_after": schema.record(
            {"anchor": schema.choice("created_at"), "seconds": schema.integer(10, 7_200)},
        ),
        "session": schema.free_object,
    }
)
_DEFAULT_SECONDS = 600


def client_secret(body: bytes, options: EngineOptions, now: int) -> tuple[int, dict[str, Any]]:
    """Answer ``POST /v1/realtime/client_secrets``.

    The host keeps ``value`` until ``expires_at`` together with the request's ``session``, and makes the engines of
    connections that bring it with ``options_for``.

    Args:
        body: The request's.
        options: As of a connection without a secret.
        now: Unix seconds.

    Returns:
        HTTP status and the answer's JSON.
    """
    try:
        request = _REQUEST(msgspec.json.decode(body or b"{}"), "", options.strict)
        asked = request.get("session", {})
        settings = checked(options_for(asked, options))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return 400, _error(Refusal("invalid_json", "The request could not be parsed: expected a JSON object."))
    except Refusal as refusal:
        return 400, _error(refusal)
    seconds = request.get("expires_after", {}).get("seconds", _DEFAULT_SECONDS)
    return 200, {
        "value": f"ek_{secrets.token_hex(16)}",
        "expires_at": now + seconds,
        "session": settings.shown(),
    }


def options_for(session: dict[str, Any], options: EngineOptions) -> EngineOptions:
    """The options of a connection whose secret carries ``session``, as its client wrote it.

    Raises:
        Refusal: Its kind or model is no string that can be.
    """
    kind = session.get("type", options.kind)
    model = session.get("model", options.model)
    if kind not in ("realtime", "transcription"):
        raise invalid("session.type", "expected 'realtime' or 'transcription'")
    if type(model) is not str or not model:
        raise invalid("session.model", "expected the name of a model")
    return replace(options, kind=kind, model=model, session=session)


def checked(options: EngineOptions) -> Settings:
    """The session that ``options`` make.

    Raises:
        Refusal: What the client wrote of it is wrong.
    """
    settings = Settings(options, random_id("sess"))
    settings.update({"type": options.kind, **options.session})
    return settings


def beta_refusal() -> bytes:
    """The ``error`` event, JSON text in UTF-8, for a handshake with ``OpenAI-Beta: realtime=v1``; close with 4000."""
    message = "The Realtime Beta API is no longer supported. Please use /v1/realtime without the OpenAI-Beta header."
    refusal = Refusal("beta_api_shape_disabled", message)
    return msgspec.json.encode({"type": "error", "event_id": random_id("event"), **_error(refusal)})


def _error(refusal: Refusal) -> dict[str, Any]:
    error = {"type": refusal.kind, "code": refusal.code, "message": refusal.message, "param": refusal.param}
    return {"error": error}

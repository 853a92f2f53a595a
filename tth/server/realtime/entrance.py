"""Who may talk to the Realtime routes, and who answers them."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import Response

from tth.config.finding import UnknownProfile
from tth.core.controls import merge
from tth.errors import ConfigError, TthError
from tth.hosting.keys import Secrets, is_secret, refusal, token_of
from tth.hosting.rtc.offers import Refused
from tth.server.answers import retry_later
from tth.server.house import Busy, House, UnknownPersona
from tth.server.house import Request as Wish
from tth.server.quota import TooMuch
from tth.session.cast import Cast

log = logging.getLogger(__name__)

MODEL_CHARS = 200
"""Longest name of a model, profile or persona."""


class Entrance:
    """What all doors ask.

    Attributes:
        secrets: Client secrets that were given out; one that a page was given is bound to what it asked for.
    """

    def __init__(self, house: House) -> None:
        self.secrets = Secrets()
        self._house = house

    def has_key(self, connection: HTTPConnection) -> bool:
        """Whether a request carries the server's key; where there is none, anything but a client secret will do."""
        token, key = token_of(connection), self._house.settings.api_key
        if key is None:
            return not is_secret(token)
        return hmac.compare_digest(token.encode(), key.get_secret_value().encode())

    def carried(self, connection: HTTPConnection) -> dict[str, Any] | None:
        """The settings that a key or secret brings; ``None`` where it is not taken."""
        if self.has_key(connection):
            return {}
        return self.secrets.carried(token_of(connection))

    async def cast(self, connection: HTTPConnection, carried: Mapping[str, Any]) -> Cast:
        """What answers: what the secret is bound to, else the profile asked for, or the one that the model names.

        Raises:
            TthError: There is no such profile or persona, it cannot be used, or there is no room.
        """
        bound = self.secrets.bound(token_of(connection))
        if isinstance(bound, Wish):
            cast = await self._house.cast(bound)
            return replace(cast, control=merge(cast.control, bound.control))
        query = connection.query_params
        persona, profile, model = query.get("persona"), query.get("profile"), model_of(query, carried)
        if profile is None and model and len(model) <= MODEL_CHARS:
            try:
                return await self._house.cast(Wish(profile=model, persona=persona))
            except UnknownProfile:
                pass  # a model of OpenAI's, as real clients name one
        return await self._house.cast(Wish(profile=profile, persona=persona))


def model_of(query: Mapping[str, str], carried: Mapping[str, Any]) -> str:
    """The model's name; empty where none is named."""
    named = carried.get("model")
    return named if isinstance(named, str) and named else query.get("model", "")


def no_key() -> Response:
    """The answer to one who may not come in."""
    return refusal(401, "Incorrect API key provided: send this server's key, or a client secret of it.")


def refused(error: TthError) -> Response:
    """The answer to what cannot be had."""
    match error:
        case Busy():
            return refusal(503, str(error), code="server_busy")
        case TooMuch():
            return retry_later(refusal(429, str(error), code=error.code), error.retry_s)
        case UnknownProfile():
            return refusal(404, f"{error.problem}; {error.fix}")
        case UnknownPersona():
            return refusal(404, str(error), code="persona_not_found")
        case ConfigError():
            log.warning("a profile was asked for that cannot be used: %s", error)
            # Not the whole error: where the server's files lie is none of the client's business.
            return refusal(409, f"{error.key or 'the profile'}: {error.problem}; {error.fix}", code="unusable_profile")
        case Refused():
            return refusal(error.status, str(error), code=error.code or "", param=error.param)
    return refusal(500)

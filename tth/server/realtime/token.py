"""``POST /v1/realtime/token``: a secret that lives shortly, for a page that talks to the provider itself."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tth.adapters.direct import NO_DIRECT_MODE, DirectAccess, DirectWish
from tth.core.controls import merge
from tth.errors import AdapterError, TthError
from tth.hosting.keys import refusal
from tth.server.body import BODY_S, TooLarge, read_body
from tth.server.house import House, Mint
from tth.server.house import Request as Wish
from tth.server.quota import TOKENS, TooMuch
from tth.server.realtime.entrance import Entrance, no_key, refused
from tth.session.cast import Cast
from tth.session.foreign import explain
from tth.wire.controls import ControlWish
from tth.wire.mistakes import explained

log = logging.getLogger(__name__)

SECONDS = 60
"""How long a secret of this server lives; one of a provider as its adapter's options say."""


class TokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``POST /v1/realtime/token``; every field may be left out."""

    profile: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    persona: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    control: ControlWish = ControlWish()


class TokenDoor:
    """Gives out secrets: of the profile's provider where its voice can ask for them, else of this server."""

    def __init__(self, house: House, entrance: Entrance) -> None:
        self._house = house
        self._entrance = entrance

    async def token(self, request: Request) -> Response:
        """Answer a page."""
        if (answer := self._stopped(request)) is not None:
            return answer
        try:
            asked = msgspec.json.decode(await read_body(request) or b"{}", type=TokenRequest)
            wish = Wish(asked.profile, asked.persona, asked.control.control())
            cast, mint = await self._house.direct(wish)
            access = await self._access(cast, mint, wish)
        except msgspec.ValidationError as error:
            return refusal(400, explained(error, [TokenRequest]))
        except (msgspec.DecodeError, RecursionError) as error:
            return refusal(400, f"{error}; send one JSON object", code="invalid_json")
        except TooLarge as error:
            return refusal(413, str(error))
        except TimeoutError:
            return refusal(408, f"the body did not come within {BODY_S:g} s")
        except AdapterError as error:
            return _not_given(error)
        except TthError as error:
            return refused(error)
        log.info("a page may talk directly with profile %s until %d", cast.profile, access.expires_at)
        return _shown(access, cast)

    def _stopped(self, request: Request) -> Response | None:
        """The answer to one who may not ask, or has asked too often."""
        if self._house.settings.api_key is not None:
            if not self._entrance.has_key(request):
                return no_key()
        elif urlsplit(request.headers.get("origin", "")).netloc.lower() != request.headers.get("host", "").lower():
            problem = "only pages of this server may ask for a secret; set api_key (TTH_API_KEY) to let others ask too"
            return refusal(403, problem, code="forbidden")
        try:
            self._house.books.caller_of(request).take(TOKENS)
        except TooMuch as error:
            return refused(error)
        return None

    async def _access(self, cast: Cast, mint: Mint | None, wish: Wish) -> DirectAccess:
        control = merge(cast.control, wish.control)
        voice = cast.choose_voice(control)
        if mint is not None:
            try:
                return await mint(DirectWish(instructions=cast.instructions, voice=voice, control=control))
            except AdapterError:
                raise
            except Exception as error:  # a plugin's code
                raise AdapterError("direct mode", explain(error)) from error
        return self._own(cast, wish, voice or "")

    def _own(self, cast: Cast, wish: Wish, voice: str) -> DirectAccess:
        """A secret of this server, bound to what the page asked for."""
        value, expires_at = f"ek_{secrets.token_hex(16)}", int(time.time()) + SECONDS
        bound = Wish(profile=cast.profile, persona=cast.persona, control=wish.control)
        self._entrance.secrets.keep(value, expires_at, {}, bound)
        socket = f"/v1/realtime?model={quote(cast.profile, safe='')}"
        return DirectAccess(
            value=value,
            expires_at=expires_at,
            calls="/v1/realtime/calls",
            socket=socket,
            model=cast.profile,
            voice=voice,
        )


def _shown(access: DirectAccess, cast: Cast) -> Response:
    shown: dict[str, Any] = asdict(access)
    url = {name: shown.pop(name) for name in ("calls", "socket")}
    if not access.session_id:
        del shown["session_id"]
    answer = {**shown, "voices": list(access.voices), "url": url, "profile": cast.profile, "persona": cast.persona}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _not_given(error: AdapterError) -> Response:
    """What a page is told; the cause is for the log, since a provider's words may hold what is none of its business."""
    log.warning("no secret for the direct mode: %s", error)
    if error.code == NO_DIRECT_MODE:
        return refusal(409, "this profile has no direct mode; use the server mode", code=NO_DIRECT_MODE)
    if error.decision == "retry":
        return refusal(503, "the provider gives no secret now; try again in a moment", code="provider_busy")
    problem = "the provider refuses to give a secret; the server's log says why, 'tth doctor' what to do about it"
    return refusal(409, problem, code="direct_mode_refused")

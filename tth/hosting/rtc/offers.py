"""What a caller posts: an SDP offer, by itself or in a form with the session it wishes for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from tth.errors import TthError
from tth.wire.realtime.server.doors import checked, options_for
from tth.wire.realtime.server.errors import Refusal
from tth.wire.realtime.server.options import EngineOptions

MOST_BYTES = 256 * 1024
"""Of a request; instructions and tools have at most 64 Ki characters."""

BODY_S = 10.0
"""How long a caller may take to send it."""

MOST_CANDIDATES = 64
"""Addresses of a caller: each is sent checks."""

_CANDIDATE = re.compile(r"^a=candidate:.*\r?\n?", re.MULTILINE)
_OPUS = re.compile(r"^a=rtpmap:\d+ opus/48000", re.MULTILINE | re.IGNORECASE)


class Refused(TthError):
    """A call cannot be made.

    Args:
        message: Why, and what would be right.
        status: Of the HTTP answer.
        code: A short stable name, where there is one.
        param: Name of the field that is wrong.
    """

    def __init__(self, message: str, *, status: int = 400, code: str | None = None, param: str | None = None) -> None:
        self.status = status
        self.code = code
        self.param = param
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Offer:
    """A caller's offer.

    Attributes:
        sdp: Checked to be what a call needs.
        session: The session settings that came with it, unchecked.
    """

    sdp: str
    session: dict[str, Any] = field(default_factory=dict)


async def read_offer(request: Request) -> Offer:
    """The offer in a request's body.

    Raises:
        Refused: It is none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/sdp", "multipart/form-data"):
        problem = "send the offer as 'application/sdp', or as 'multipart/form-data' with the fields sdp and session"
        raise Refused(problem, status=415, code="unsupported_content_type")
    try:
        async with asyncio.timeout(BODY_S):
            if kind == "application/sdp":
                body = b"".join([part async for part in _limited(request)])
                return Offer(checked_sdp(_text(body)))
            return await _form(request)
    except TimeoutError as error:
        raise Refused(f"the body did not come within {BODY_S:g} s", status=408) from error


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise Refused(f"the body is larger than {MOST_BYTES} bytes", status=413)
        yield part


async def _form(request: Request) -> Offer:
    try:
        form = await MultiPartParser(Headers(scope=request.scope), _limited(request), max_files=2, max_fields=8).parse()
    except (MultiPartException, KeyError) as error:
        raise Refused(f"the form cannot be read: {getattr(error, 'message', 'it has no boundary')}") from error
    try:
        sdp, session = [await _field(form.get(name)) for name in ("sdp", "session")]
    finally:
        await form.close()
    if not sdp:
        raise Refused("Missing required parameter: 'sdp'.", code="missing_required_parameter", param="sdp")
    return Offer(checked_sdp(sdp), _session(session))


async def _field(value: UploadFile | str | None) -> str:
    return _text(await value.read()) if isinstance(value, UploadFile) else value or ""


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _bad("it is no text") from error


def _session(text: str) -> dict[str, Any]:
    try:
        session = msgspec.json.decode(text or "{}")
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused(f"session: {error}", code="invalid_json", param="session") from error
    if not isinstance(session, dict):
        raise Refused("session: expected a JSON object", code="invalid_type", param="session")
    return session


def checked_sdp(sdp: str) -> str:
    """An offer that a call can be made of.

    Addresses that are names of multicast DNS are left out: to look them up would ask the whole network, and the
    caller's own checks bring its address anyway.

    Raises:
        Refused: It is none.
    """
    if not sdp.lstrip().startswith("v=0"):
        raise _bad("it does not begin with 'v=0'")
    kinds = re.findall(r"^m=(\w+) ", sdp, re.MULTILINE)
    if kinds.count("audio") != 1 or not _OPUS.search(sdp):
        raise _bad("expected one audio track that takes opus at 48 kHz")
    if kinds.count("application") != 1:
        raise _bad("expected one data channel; make 'oai-events' before the offer")
    if len(kinds) > 2:
        raise _bad("expected one audio track and one data channel, and nothing else")
    if "a=fingerprint:" not in sdp or "a=ice-ufrag:" not in sdp:
        raise _bad("expected a DTLS fingerprint and ICE credentials")
    if len(_CANDIDATE.findall(sdp)) > MOST_CANDIDATES:
        raise _bad(f"expected at most {MOST_CANDIDATES} addresses")
    return _CANDIDATE.sub(lambda line: "" if ".local " in line[0] else line[0], sdp)


def _bad(problem: str) -> Refused:
    return Refused(f"the SDP offer cannot be used: {problem}", code="invalid_sdp", param="sdp")


def read_session(session: dict[str, Any], options: EngineOptions) -> EngineOptions:
    """``options`` with the session settings that a caller brings.

    Raises:
        Refused: They cannot be used.
    """
    try:
        made = options_for(session, options)
        checked(made)
    except Refusal as error:
        raise Refused(error.message, code=error.code, param=error.param) from error
    return made

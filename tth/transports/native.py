"""A client of the native protocol: talk to a running server from Python."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPException
from typing import Any, Union
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tth.core.controls import TurnControl
from tth.core.events import (
    AudioChunkEvent,
    Event,
    FaceFrameEvent,
    SessionClosedEvent,
    TurnStartedEvent,
    VideoFrameEvent,
)
from tth.core.media import FaceFrame, VideoFrame
from tth.core.streams import Stream
from tth.errors import TthError
from tth.wire.native import LAST, Kind, server_events, unpack

_SCHEMES = {"http": "ws", "https": "wss"}

OPEN_S = 10.0
"""Longest wait for the server's answer."""

_EVENTS: Any = Union[tuple(server_events())]  # noqa: UP007  # made of a list, which ``|`` cannot
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(_EVENTS)
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SoundEndsEvent(Event, frozen=True, kw_only=True, gc=False):
    """All sound of turn number ``turn`` has arrived; it lasts to media unit ``sample`` at least."""

    turn: int
    sample: int


class ServerError(TthError):
    """A server cannot be talked to; the subclasses say why."""


class ServerUnreachable(ServerError):
    """Nobody answers at that address, or nobody who speaks this protocol."""


class SessionRefused(ServerError):
    """The server answers, and does not open a session.

    Attributes:
        status: The HTTP status.
        code: The server's short name of the reason; empty where it gave none.
    """

    def __init__(self, message: str, status: int, code: str = "") -> None:
        self.status = status
        self.code = code
        super().__init__(message)


class ConnectionDropped(ServerError):
    """The session's socket was closed before the session was over.

    Attributes:
        code: The close code, 1006 where the connection simply broke; ``tth.wire.native.CloseCode`` lists the server's.
    """

    def __init__(self, message: str, code: int) -> None:
        self.code = code
        super().__init__(message)


class _Made(msgspec.Struct, frozen=True):
    """The server's answer to ``POST /v1/sessions``, as far as this client wants it."""

    id: str
    profile: str
    stream: str


def _request(url: str, key: str | None, body: dict[str, str]) -> _Made:
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, msgspec.json.encode(body), headers)
    try:
        with _opener.open(request, timeout=OPEN_S) as answer:
            return msgspec.json.decode(answer.read(), type=_Made)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(url, error.code, error.read()) from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ServerUnreachable(f"{url}: no server answers ({reason}); start one with 'tth serve'") from error
    except msgspec.DecodeError as error:
        raise ServerUnreachable(f"{url}: what answers is not this server ({error}); check the address") from error


def _refused(url: str, status: int, answer: bytes) -> SessionRefused:
    try:
        told = msgspec.json.decode(answer)["error"]
        return SessionRefused(f"{url}: {told['message']}", status, told["code"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return SessionRefused(f"{url}: no tth server answers there (HTTP status {status}); check the address", status)


def _dropped(error: ConnectionClosed) -> ConnectionDropped:
    code, reason = (error.rcvd.code, error.rcvd.reason) if error.rcvd is not None else (1006, "")
    said = f"{code}: {reason}" if reason else f"{code}"
    return ConnectionDropped(f"the server has closed the session ({said}); open a new one", code)


class NativeClient:
    """One session at a server, over its socket.

    Attributes:
        id: The session's id.
        profile: The profile's name.
    """

    def __init__(self, socket: ClientConnection, made: _Made) -> None:
        self._socket = socket
        self._turns: dict[int, str] = {}
        self._over = False
        self.id = made.id
        self.profile = made.profile

    async def say(self, text: str, control: TurnControl | None = None) -> None:
        """Begin a turn. Like every message, it raises ``ConnectionDropped`` once the session is gone."""
        await self._send({"type": "user_text", "text": text, "control": control or TurnControl()})

    async def interrupt(self) -> None:
        """Stop the open turn."""
        await self._send({"type": "interrupt"})

    async def hold(self) -> None:
        """Stop the playhead."""
        await self._send({"type": "hold"})

    async def resume(self) -> None:
        """Go on from where it was held."""
        await self._send({"type": "resume"})

    async def update_control(self, control: TurnControl) -> None:
        """Lay ``control`` over the session's."""
        await self._send({"type": "control_update", "control": control})

    async def report(self, turn: int, sample: int, state: str) -> None:
        """Tell how far turn number ``turn`` was played, in media units: ``playing``, ``blocked`` or ``ended``."""
        await self._send({"type": "playhead", "turn": turn, "sample": sample, "state": state})

    async def report_flush(self, turn: int, sample: int) -> None:
        """Tell where the interrupted turn's sound stopped."""
        await self._send({"type": "flushed", "turn": turn, "sample": sample})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await self._socket.send(msgspec.json.encode(message).decode())
        except ConnectionClosed as error:
            raise _dropped(error) from error

    async def events(self) -> Stream[Event]:
        """Everything the server sends, media as events too; ends with the session. Unknown events are passed over.

        Raises:
            ConnectionDropped: The connection broke before the session was over.
        """
        try:
            async for frame in self._socket:
                for event in self._text(frame) if isinstance(frame, str) else self._media(frame):
                    yield event
        except ConnectionClosed as error:
            if not self._over:
                raise _dropped(error) from error

    def _text(self, frame: str) -> list[Event]:
        try:
            event = _decoder.decode(frame)
        except msgspec.ValidationError:
            return []  # of a server that is newer than this client
        if isinstance(event, TurnStartedEvent):
            self._turns = {event.turn: event.turn_id}
        self._over = self._over or isinstance(event, SessionClosedEvent)
        return [event]

    def _media(self, frame: bytes) -> list[Event]:
        header, payload = unpack(frame)
        turn_id = self._turns.get(header.turn, "")
        if header.kind is Kind.AUDIO:
            events: list[Event] = []
            if payload:
                events.append(
                    AudioChunkEvent(data=payload, sample_rate=header.param, sample=header.sample, turn_id=turn_id)
                )
            if header.flags & LAST:
                events.append(SoundEndsEvent(turn=header.turn, sample=header.sample, turn_id=turn_id))
            return events
        if header.kind is Kind.FACE:
            face = FaceFrame(speech_id=turn_id, sample=header.sample, weights=payload)
            return [FaceFrameEvent(frame=face, turn_id=turn_id)]
        video = VideoFrame(speech_id=turn_id, sample=header.sample, data=payload)
        return [VideoFrameEvent(frame=video, turn_id=turn_id)]


@asynccontextmanager
async def open_session(
    server: str, *, profile: str | None = None, persona: str | None = None, key: str | None = None
) -> AsyncIterator[NativeClient]:
    """A session at ``server`` (``http://127.0.0.1:8000``), closed when the block ends.

    Raises:
        ServerUnreachable: Nobody answers there.
        SessionRefused: The server says no.
        ConnectionDropped: It closed the socket at once.
    """
    parts = urlsplit(server if "://" in server else f"http://{server}")
    if parts.scheme not in _SCHEMES or not parts.netloc:
        raise ServerUnreachable(f"{server}: not an address of a server; use one like http://127.0.0.1:8000")
    base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    body = {name: value for name, value in (("profile", profile), ("persona", persona)) if value is not None}
    made = await asyncio.to_thread(_request, f"{base}/v1/sessions", key, body)
    url = f"{_SCHEMES[parts.scheme]}{base.removeprefix(parts.scheme)}{made.stream}"
    try:
        # No limit on frames that wait: the credit is one, and a full queue would keep the close from being seen.
        socket = await connect(url, max_size=None, max_queue=None, open_timeout=OPEN_S, compression=None, proxy=None)
    except (OSError, InvalidHandshake) as error:
        raise ServerUnreachable(f"{base}: its stream cannot be opened ({error})") from error
    async with socket:
        yield NativeClient(socket, made)

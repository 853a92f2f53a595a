"""A client of the native protocol: talk to a running server from Python."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Union
from urllib.parse import urlsplit, urlunsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tth.core.controls import TurnControl
from tth.core.events import (
    AudioChunkEvent,
    Event,
    FaceFrameEvent,
    TurnStartedEvent,
    VideoFrameEvent,
    event_classes,
)
from tth.core.media import FaceFrame, VideoFrame
from tth.core.streams import Stream
from tth.errors import TthError
from tth.wire.native import LAST, Kind, unpack

OPEN_S = 10.0
"""Longest wait for the server's answer."""

_EVENTS: Any = Union[tuple(event_classes())]  # noqa: UP007  # made of a list, which ``|`` cannot
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(_EVENTS)


class SoundEndsEvent(Event, frozen=True, kw_only=True, gc=False):
    """All sound of turn number ``turn`` has arrived; it lasts to media unit ``sample`` at least."""

    turn: int
    sample: int


class ServerError(TthError):
    """The server refused, or cannot be reached."""


def _request(url: str, key: str | None, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=OPEN_S) as answer:
            made: dict[str, Any] = json.load(answer)
            return made
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode(errors="replace")
        try:
            text = json.loads(text)["error"]["message"]
        except (ValueError, KeyError, TypeError):
            text = f"HTTP status {error.code}"
        raise ServerError(f"{url}: {text}") from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise ServerError(f"{url}: no server answers ({reason}); start one with 'tth serve'") from error


class NativeClient:
    """One session at a server, over its socket.

    Attributes:
        id: The session's id.
        profile: The profile's name.
    """

    def __init__(self, socket: ClientConnection, made: dict[str, Any]) -> None:
        self._socket = socket
        self._turns: dict[int, str] = {}
        self.id: str = made["id"]
        self.profile: str = made["profile"]

    async def say(self, text: str, control: TurnControl | None = None) -> None:
        """Begin a turn."""
        await self._send({"type": "user_text", "text": text, "control": control or TurnControl()})

    async def interrupt(self) -> None:
        """Stop the open turn."""
        await self._send({"type": "interrupt"})

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
            raise ServerError(f"the server has closed the session: {error}") from error

    async def events(self) -> Stream[Event]:
        """Everything the server sends, media as events too; ends with the session.

        Raises:
            ServerError: The connection broke.
        """
        try:
            async for frame in self._socket:
                if isinstance(frame, str):
                    event = _decoder.decode(frame)
                    if isinstance(event, TurnStartedEvent):
                        self._turns = {event.turn: event.turn_id}
                    yield event
                else:
                    for event in self._media(frame):
                        yield event
        except ConnectionClosed as error:
            raise ServerError(f"the connection broke: {error}") from error

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
        ServerError: It cannot be reached, or refuses.
    """
    base = server.rstrip("/")
    if "://" not in base:
        base = f"http://{base}"
    body = {name: value for name, value in (("profile", profile), ("persona", persona)) if value is not None}
    made = await asyncio.to_thread(_request, f"{base}/v1/sessions", key, body)
    parts = urlsplit(base)
    scheme = "wss" if parts.scheme == "https" else "ws"
    url = urlunsplit((scheme, parts.netloc, parts.path, "", "")) + made["stream"]
    async with connect(url, max_size=None, open_timeout=OPEN_S, compression=None, proxy=None) as socket:
        yield NativeClient(socket, made)

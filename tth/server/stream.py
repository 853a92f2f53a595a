"""One client's stream: words as they come, sound by credit, frames ahead of their time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Literal, Protocol

import msgspec

from tth.core.bus import Lagged, Limit, Overflow
from tth.core.events import AudioChunkEvent, ErrorEvent, Event, FaceFrameEvent, Family, VideoFrameEvent
from tth.core.media import MEDIA_RATE_HZ
from tth.errors import ProtocolError
from tth.session.session import Session
from tth.session.speech import SpeechReader
from tth.session.turn import Turn
from tth.wire.native import (
    LAST,
    ControlUpdate,
    Flushed,
    Header,
    Hold,
    Interrupt,
    Kind,
    PlayheadReport,
    Resume,
    UserText,
    decode_message,
    encode_event,
    pack,
    user_text_event,
)

CREDIT_UNITS = MEDIA_RATE_HZ
"""How far ahead of the playhead sound is sent."""

PIECE_UNITS = MEDIA_RATE_HZ // 5
"""Sound of one frame at the most, so that a large chunk cannot use up the credit at once."""

LOOK_S = 0.25
"""How often the credit is looked at again when no report comes."""

LIMITS = {
    Family.WORDS: Limit(4096, Overflow.CLOSE),
    Family.PICTURES: Limit(512, Overflow.DROP_OLDEST),
    Family.MEASURES: Limit(64, Overflow.KEEP_NEWEST),
    # One is enough: it only says that there is something to read from the speech.
    Family.AUDIO: Limit(1, Overflow.KEEP_NEWEST),
}

Media = Literal["binary", "json"]


class Socket(Protocol):
    """The two calls of a WebSocket that a stream needs."""

    def send_text(self, data: str) -> Awaitable[None]:
        """Send a text frame."""

    def send_bytes(self, data: bytes) -> Awaitable[None]:
        """Send a binary frame."""


class ClientStream:
    """Writes a session's events to one client and applies what it sends.

    Attributes:
        seq: Number of the last text event sent; they count from 1 without a gap.
    """

    def __init__(self, session: Session, socket: Socket, media: Media = "binary") -> None:
        self._session = session
        self._socket = socket
        self._media = media
        self._subscription = session.subscribe(LIMITS)
        self._turn: Turn | None = None
        self._reader: SpeechReader | None = None
        self._said_last = False
        self.seq = 0

    async def write(self) -> None:
        """Send until the session ends or this is cancelled.

        Raises:
            Lagged: The client reads too slowly for what may not be lost.
        """
        subscription = self._subscription
        loop = asyncio.get_running_loop()
        await self._send_event(self._session.ready())
        while True:
            while (event := subscription.get_nowait()) is not None:
                await self._send_event(event)
            more = await self._send_sound()
            if subscription.lagged:
                raise Lagged("closed: more events were waiting than this client may hold")
            if len(subscription):
                continue
            if subscription.closed:
                return
            timer = loop.call_later(LOOK_S, subscription.wake) if more else None
            try:
                await subscription.wait()
            finally:
                if timer is not None:
                    timer.cancel()

    def read(self, frame: str) -> None:
        """Apply one text frame of the client; a wrong one is answered by an error event and changes nothing."""
        session = self._session
        try:
            message = decode_message(frame)
        except ProtocolError as error:
            session.bus.publish(ErrorEvent(code=error.code, message=error.problem, decision="ignore"))
            return
        match message:
            case PlayheadReport():
                state = message.state
                session.report_playhead(
                    message.turn, message.sample, playing=state != "blocked", ended=state == "ended"
                )
                self._subscription.wake()
            case Flushed():
                session.report_flush(message.turn, message.sample)
            case UserText():
                session.bus.publish(user_text_event(message))
            case Interrupt():
                session.interrupt(message.reason)
            case ControlUpdate():
                session.update_control(message.control)
            case Hold():
                session.hold()
            case Resume():
                session.resume()

    def close(self) -> None:
        """Take no more events."""
        self._subscription.close()

    async def _send_event(self, event: Event) -> None:
        if isinstance(event, AudioChunkEvent):
            return
        if isinstance(event, FaceFrameEvent):
            await self._send_media(Kind.FACE, event, event.frame.sample, event.frame.weights, 52)
        elif isinstance(event, VideoFrameEvent):
            await self._send_media(Kind.VIDEO, event, event.frame.sample, event.frame.data, 0)
        else:
            text = encode_event(event, self.seq + 1)
            if text is not None:
                self.seq += 1
                await self._socket.send_text(text.decode())

    async def _send_sound(self) -> bool:
        """Send what the credit allows; says whether more is there."""
        turn = self._session.turn
        if turn is not self._turn or turn is None:
            self._turn, self._said_last = turn, False
            self._reader = None if turn is None else turn.speech.reader()
        if turn is None or self._reader is None or self._said_last:
            return False
        speech = turn.speech
        if self._reader.speech is not speech:
            self._reader = speech.reader()
        while (piece := self._reader.read(self._session.playhead + CREDIT_UNITS, PIECE_UNITS)) is not None:
            sample, pcm, rate_hz = piece
            self._said_last = self._reader.drained
            header = self._header(Kind.AUDIO, turn, sample, rate_hz, LAST if self._said_last else 0)
            await self._send(header, pcm)
            if self._session.turn is not turn or turn.speech is not speech:
                return True
        if self._reader.drained and not self._said_last:
            self._said_last = True
            await self._send(self._header(Kind.AUDIO, turn, speech.received, MEDIA_RATE_HZ, LAST), b"")
        return not self._said_last and speech.received > 0

    def _header(self, kind: Kind, turn: Turn, sample: int, param: int, flags: int = 0) -> Header:
        return Header(kind=kind, flags=flags, param=param, generation=turn.generation, turn=turn.number, sample=sample)

    async def _send_media(
        self, kind: Kind, event: FaceFrameEvent | VideoFrameEvent, sample: int, payload: bytes, param: int
    ) -> None:
        turn = self._session.turn
        if event.turn_id and (turn is None or turn.id != event.turn_id):
            return
        number = turn.number if turn is not None and event.turn_id else 0
        header = Header(kind=kind, param=param, generation=event.generation, turn=number, sample=sample)
        await self._send(header, payload)

    async def _send(self, header: Header, payload: bytes) -> None:
        if self._media == "binary":
            await self._socket.send_bytes(pack(header, payload))
            return
        self.seq += 1
        body = {
            "seq": self.seq,
            "type": _JSON_NAMES[header.kind],
            "generation": header.generation,
            "turn": header.turn,
            "sample": header.sample,
            "last": bool(header.flags & LAST),
            "data": payload,
        }
        if header.kind is Kind.AUDIO:
            body["sample_rate"] = header.param
        await self._socket.send_text(msgspec.json.encode(body).decode())


_JSON_NAMES = {Kind.AUDIO: "audio_chunk", Kind.FACE: "face_frame", Kind.VIDEO: "video_frame"}

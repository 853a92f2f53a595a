"""One client's stream: words as they come, sound by credit, frames ahead of their time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from tth.core.bus import Lagged, Limit, Overflow
from tth.core.clock import LoopClock
from tth.core.events import AudioChunkEvent, ErrorEvent, Event, FaceFrameEvent, Family, VideoFrameEvent
from tth.core.media import MEDIA_RATE_HZ, AudioChunk
from tth.core.watchdog import Watch, Watchdog
from tth.errors import MediaError, ProtocolError
from tth.observers.metering import Metering
from tth.server.journal import Journal
from tth.server.quota import NOBODY, Caller, TooMuch
from tth.session.session import Session
from tth.session.speech import SpeechReader
from tth.session.turn import Turn
from tth.wire.native import (
    LAST,
    TAIL,
    ClientMessage,
    ControlUpdate,
    Flushed,
    Header,
    Hold,
    Interrupt,
    Kind,
    ListeningUpdate,
    Microphone,
    PlayheadReport,
    Resume,
    UserText,
    VoiceUpdate,
    decode_message,
    listening_event,
    named_turn,
    pack,
    unpack,
    user_text_event,
)

CREDIT_UNITS = MEDIA_RATE_HZ
"""How far ahead of the playhead sound is sent, to the last sample."""

FACES_UNITS = 5 * MEDIA_RATE_HZ
"""Faces that were due so long ago need not be told again."""

PIECE_UNITS = MEDIA_RATE_HZ // 5
"""Sound of one frame at the most, so that a large chunk cannot use up the credit at once."""

STARTS_BEFORE = CREDIT_UNITS - PIECE_UNITS + 1
"""A piece that starts before this is within the credit to its end."""

LOOK_S = 0.25
"""How often the credit is looked at again when no report comes."""

SEND_S = 10.0
"""How long a client may leave what is sent to it unread; then it is closed."""

WAITING = 256
"""Events that may wait for a client before it is listened to again."""

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


@dataclass(frozen=True, slots=True)
class Place:
    """How far a client has come that comes back; nothing of it for one that begins.

    Attributes:
        seq: Number of the last text frame it has.
        turn: The turn whose sound it has, up to media unit ``sample``; 0 where it goes on at the playhead.
    """

    seq: int | None = None
    turn: int = 0
    sample: int = 0


class ClientStream:
    """Writes a session's events to its client, by one socket after the other, and applies what it sends.

    Args:
        session: Open.
        socket: Where to write at first.
        media: The shape of sound and frames.
        metering: Told what the client says of its playhead.
        lasting: Whether the client may come back.
        caller: Whose sound and speech are counted.

    Attributes:
        session_id: Whose it is.
    """

    def __init__(
        self,
        session: Session,
        socket: Socket,
        media: Media = "binary",
        metering: Metering | None = None,
        *,
        lasting: bool = False,
        caller: Caller = NOBODY,
    ) -> None:
        self._session = session
        self._socket = socket
        self._journal = Journal(lasting=lasting)
        self._again: list[bytes] = []
        self._faces: list[bytes] = []
        self._media = media
        self._metering = metering
        self._caller = caller
        self._standing: list[Event] = session.standing()
        self._subscription = session.subscribe(LIMITS)
        self._turn: Turn | None = None
        self._reader: SpeechReader | None = None
        self._said_last = False
        self._watchdog = Watchdog(LoopClock())
        self._watch: Watch
        self._caught_up = asyncio.Event()
        self.session_id = session.id

    @property
    def seq(self) -> int:
        """Number of the last text event; they count from 1 without a gap."""
        return self._journal.seq

    def attach(self, socket: Socket, place: Place) -> bool:
        """Write to ``socket`` from here on, first what its client lacks; ``False`` where that is not known any more."""
        self._socket = socket
        if place.seq is None:
            return True
        texts = self._journal.texts_after(place.seq)
        if texts is None:
            return False
        self._again, turn = texts, self._session.turn
        self._standing = self._session.standing()
        self._turn, self._said_last, self._reader = turn, False, None
        if turn is not None:
            sample = place.sample if place.turn == turn.number else self._session.playhead
            self._reader = turn.speech.reader(sample)
            self._said_last = self._reader.drained and sample >= turn.speech.received > 0
            self._faces = list(self._journal.faces_of(turn.number))
        return True

    async def keep(self) -> None:
        """Note what happens while no client is there, until cancelled or the session is over."""
        if self._metering is not None:
            self._metering.page = None
        while True:
            while (event := self._subscription.get_nowait()) is not None:
                self._note(event)
            if self._subscription.closed:
                return
            await self._subscription.wait()

    async def write(self) -> None:
        """Send until the session ends or this is cancelled.

        Raises:
            Lagged: The client reads too slowly for what may not be lost, or not at all.
        """
        try:
            async with self._watchdog.limit(SEND_S) as self._watch:
                await self._write()
        except TimeoutError:
            raise Lagged(f"closed: nothing that was sent has been read for {SEND_S:g} s") from None

    async def _write(self) -> None:
        subscription = self._subscription
        loop = asyncio.get_running_loop()
        await self._tell_again()
        while True:
            while (event := subscription.get_nowait()) is not None:
                await self._send_event(event)
            self._caught_up.set()
            more = await self._send_sound()
            if subscription.lagged:
                raise Lagged("closed: more events were waiting than this client may hold")
            if len(subscription):
                continue
            if subscription.closed:
                return
            timer = loop.call_later(LOOK_S, subscription.wake) if more else None
            self._watch.pause()
            try:
                await subscription.wait()
            finally:
                if timer is not None:
                    timer.cancel()

    async def _tell_again(self) -> None:
        """What a client must know that begins, or that it lacks and has come back."""
        again, self._again = self._again, []
        for text in again:
            await self._send_text(text)
        faces, self._faces = self._faces, []
        for face in faces:
            await self._socket.send_bytes(face)
        while self._standing:
            await self._send_event(self._standing.pop(0))

    async def room(self) -> None:
        """Return when the client has taken enough of what it was sent to be listened to."""
        if len(self._subscription) >= WAITING and not self._subscription.closed:
            self._caught_up.clear()
            await self._caught_up.wait()

    def read(self, frame: str | bytes) -> None:
        """Apply one frame of the client; a wrong one is answered by an error event and changes nothing."""
        try:
            if isinstance(frame, bytes):
                self._hear(frame)
            else:
                self._apply(decode_message(frame))
        except (ProtocolError, TooMuch) as error:
            turn_id = named_turn(frame)
            wrong = ErrorEvent(turn_id=turn_id, code=error.code, message=error.problem, decision="ignore")
            self._session.bus.publish(wrong)

    def _hear(self, frame: bytes) -> None:
        header, pcm = unpack(frame)
        if header.kind is not Kind.MICROPHONE:
            raise ProtocolError("bad_frame", f"clients send binary frames of kind {Kind.MICROPHONE}, microphone, alone")
        try:
            if self._caller.hears(pcm, header.param):
                self._session.hear(AudioChunk(pcm, header.param))
        except MediaError as error:
            raise ProtocolError("bad_frame", str(error)) from error

    def _apply(self, message: ClientMessage) -> None:
        session = self._session
        match message:
            case PlayheadReport():
                state = message.state
                session.report_playhead(
                    message.turn, message.sample, playing=state != "blocked", ended=state == "ended"
                )
                self._subscription.wake()
                if self._metering is not None:
                    self._metering.heard(message)
            case Flushed():
                session.report_flush(message.turn, message.sample)
            case UserText():
                self._caller.check_speech()
                session.bus.publish(user_text_event(message))
            case Interrupt():
                session.interrupt(message.reason)
            case ControlUpdate():
                session.update_control(message.control.control())
            case VoiceUpdate():
                session.update_voice(message.voice)
            case Hold():
                session.hold()
            case Resume():
                session.resume()
            case Microphone():
                session.microphone(message.state, discard=message.discard)
            case ListeningUpdate():
                session.bus.publish(listening_event(message))

    def close(self) -> None:
        """Take no more events."""
        self._watchdog.close()
        self._subscription.close()
        self._caught_up.set()

    def _note(self, event: Event) -> bytes | str | None:
        """The frame that tells ``event``, kept for a client that comes back; ``None`` for one that is of no use now."""
        if isinstance(event, AudioChunkEvent):
            return None
        if isinstance(event, FaceFrameEvent):
            face = event.frame
            return self._picture(Kind.FACE, event, face.sample, face.weights, 52, TAIL if face.tail else 0)
        if isinstance(event, VideoFrameEvent):
            return self._picture(Kind.VIDEO, event, event.frame.sample, event.frame.data, 0)
        text = self._journal.note(event)
        return None if text is None else text.decode()

    async def _send_event(self, event: Event) -> None:
        frame = self._note(event)
        if frame is None:
            return
        self._watch.touch()
        if isinstance(frame, str):
            await self._socket.send_text(frame)
        else:
            await self._socket.send_bytes(frame)

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
        while (piece := self._reader.read(self._session.playhead + STARTS_BEFORE, PIECE_UNITS)) is not None:
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

    def _picture(
        self,
        kind: Kind,
        event: FaceFrameEvent | VideoFrameEvent,
        sample: int,
        payload: bytes,
        param: int,
        flags: int = 0,
    ) -> bytes | str | None:
        turn = self._session.turn
        if event.turn_id and (turn is None or turn.id != event.turn_id):
            return None
        number = turn.number if turn is not None and event.turn_id else 0
        header = Header(kind=kind, flags=flags, param=param, generation=event.generation, turn=number, sample=sample)
        if self._media == "json":
            return self._json(header, payload)
        frame = pack(header, payload)
        if kind is Kind.FACE:
            self._journal.note_face(number, sample, frame, played=self._session.playhead - FACES_UNITS)
        return frame

    async def _send(self, header: Header, payload: bytes) -> None:
        self._watch.touch()
        if self._media == "binary":
            await self._socket.send_bytes(pack(header, payload))
        else:
            await self._socket.send_text(self._json(header, payload))

    def _json(self, header: Header, payload: bytes) -> str:
        body = {
            "seq": self._journal.number(),
            "type": _JSON_NAMES[header.kind],
            "generation": header.generation,
            "turn": header.turn,
            "sample": header.sample,
            "last": bool(header.flags & LAST),
            "data": payload,
        }
        if header.kind is Kind.AUDIO:
            body["sample_rate"] = header.param
        elif header.kind is Kind.FACE:
            body["tail"] = bool(header.flags & TAIL)
        return msgspec.json.encode(body).decode()

    async def _send_text(self, text: bytes) -> None:
        self._watch.touch()
        await self._socket.send_text(text.decode())


_JSON_NAMES = {Kind.AUDIO: "audio_chunk", Kind.FACE: "face_frame", Kind.VIDEO: "video_frame"}

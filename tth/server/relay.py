"""``WS /ws/conversation``: a session for clients that want no more than text and sound."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from tth.audio.pcm import HIGHEST_HZ, LOWEST_HZ
from tth.audio.resample import StreamResampler
from tth.config.finding import UnknownProfile
from tth.core.bus import Limit, Overflow
from tth.core.controls import RANGES, CharacterControl, EmotionControl, EmotionLabel, TurnControl
from tth.core.events import (
    ErrorEvent,
    Event,
    Family,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    UserTextEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ, AudioChunk
from tth.errors import AdapterError, ConfigError, MediaError, ProtocolError, TthError
from tth.server.answers import refusal
from tth.server.berth import TOO_LARGE, size_of
from tth.server.house import Busy, House, Request, UnknownPersona
from tth.server.pace import Pace
from tth.server.quota import Caller, TooMuch
from tth.server.security import key_is_right
from tth.server.stream import PIECE_UNITS, STARTS_BEFORE
from tth.session.session import Session
from tth.session.speech import SpeechReader
from tth.wire import relay
from tth.wire.native import CloseCode

log = logging.getLogger(__name__)

LIMITS = {
    Family.WORDS: Limit(4096, Overflow.CLOSE),
    Family.AUDIO: Limit(1, Overflow.KEEP_NEWEST),
}

LOOK_S = 0.25
"""How often it is looked whether more sound may be sent."""

PARAMETERS = ("profile", "persona", "rate", "emotion", "intensity", "speech_rate", "pitch_shift")
REFUSED = 4400
"""Close code where the address asks for what there is not; an ``error`` comes before."""


async def hold_relay(house: House, socket: WebSocket) -> None:
    """Hold one conversation, until one side ends it."""
    if not key_is_right(socket, house.settings):
        await socket.send_denial_response(_no_key())
        return
    await socket.accept()
    try:
        rate_hz, request = _asked(socket.query_params)
        caller = house.books.caller_of(socket)
        ticket = house.claim(*await _admitted(house, request, caller))
        assert ticket is not None
        async with house.open(ticket, caller) as session:
            log.info("relay client with profile %s", ticket.cast.profile, extra={"session": session.id})
            await Relay(session, socket, rate_hz, caller).converse(house.settings.limits.message_bytes)
    except (TthError, ProtocolError) as error:
        await _refuse(socket, error)
    except WebSocketDisconnect:
        pass  # gone before anything was said


async def _admitted(house: House, request: Request, caller: Caller) -> tuple[str, str]:
    ticket = await house.admit(request, caller)
    return ticket.session_id, ticket.secret


def _no_key() -> Response:
    return refusal(401, "unauthorized", "send this server's key as 'Authorization: Bearer …' or 'X-API-Key: …'")


async def _refuse(socket: WebSocket, error: Exception) -> None:
    code, problem = _told(error)
    try:
        await socket.send_text(relay.encode(relay.Error(code=code, message=problem)))
        await socket.close(_CODES.get(type(error), REFUSED), problem[:120])
    except (RuntimeError, WebSocketDisconnect):
        pass  # the client is gone


_CODES = {Busy: CloseCode.ENDED, TooMuch: CloseCode.TOO_MUCH}


def _told(error: Exception) -> tuple[str, str]:
    match error:
        case ProtocolError():
            return error.code, error.problem
        case Busy():
            return "busy", str(error)
        case TooMuch():
            return error.code, str(error)
        case UnknownProfile():
            return "no_such_profile", f"{error.problem}; {error.fix}"
        case UnknownPersona():
            return "no_such_persona", str(error)
        case ConfigError():
            log.warning("a profile was asked for that cannot be used: %s", error)
            return "unusable_profile", f"{error.key or 'the profile'}: {error.problem}; {error.fix}"
        case AdapterError():
            return error.code, str(error)
    return "internal_error", "the server made a mistake; its log says more"


def _asked(query: Mapping[str, str]) -> tuple[int, Request]:
    """What the address says: the rate of the sound that comes in, and the session.

    Raises:
        ProtocolError: A parameter is unknown or wrong.
    """
    for name in query:
        if name not in PARAMETERS:
            raise ProtocolError("bad_parameter", f"no parameter {name!r}; there are {', '.join(PARAMETERS)}")
    rate = query.get("rate", str(relay.RATE_HZ))
    if not rate.isascii() or not rate.isdigit() or not LOWEST_HZ <= int(rate[:9]) <= HIGHEST_HZ:
        raise ProtocolError("bad_parameter", f"rate is {rate!r}; use {LOWEST_HZ} to {HIGHEST_HZ}, in Hz")
    label = query.get("emotion")
    if label is not None and label not in list(EmotionLabel):
        raise ProtocolError("bad_parameter", f"no emotion {label!r}; there are {', '.join(EmotionLabel)}")
    emotion = EmotionControl(label=EmotionLabel(label) if label else None, intensity=_number(query, "intensity"))
    character = CharacterControl(speech_rate=_number(query, "speech_rate"), pitch_shift=_number(query, "pitch_shift"))
    control = TurnControl(emotion, character)
    return int(rate), Request(query.get("profile"), query.get("persona"), control)


def _number(query: Mapping[str, str], name: str) -> float | None:
    if name not in query:
        return None
    low, high = RANGES[name]
    try:
        value = float(query[name])
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise ProtocolError("bad_parameter", f"{name} is {query[name]!r}; use {low:g} to {high:g}")
    return value


class Relay:
    """One client.

    Args:
        session: Open.
        socket: The client's.
        rate_hz: Of the sound it sends.
        caller: Whose messages, sound and speech are counted.
    """

    def __init__(self, session: Session, socket: WebSocket, rate_hz: int, caller: Caller) -> None:
        self._session = session
        self._socket = socket
        self._rate_hz = rate_hz
        self._caller = caller
        self._subscription = session.subscribe(LIMITS)
        self._reader: SpeechReader | None = None
        self._resampler = StreamResampler(relay.RATE_HZ, relay.RATE_HZ)
        self._resampled_hz = relay.RATE_HZ

    async def converse(self, most_bytes: int) -> None:
        """Read and write until one side ends it."""
        ready = f"{self._session.ready().persona} listens, by the profile {self._session.cast.profile}"
        await self._send(relay.SessionReady(message=ready))
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._write())
            try:
                await self._read(most_bytes)
            finally:
                writing.cancel()
                self._subscription.close()

    # In

    async def _read(self, most_bytes: int) -> None:
        pace = Pace(asyncio.get_running_loop().time)
        socket = self._socket
        while True:
            await pace.step()
            await self._caller.step()
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            frame: str | bytes = message["bytes"] if message.get("text") is None else message["text"]
            if size_of(frame) > most_bytes:
                await socket.close(TOO_LARGE, f"a message may have {most_bytes} bytes")
                return
            self._apply(frame)

    def _apply(self, frame: str | bytes) -> None:
        """Apply one message; a wrong one is answered by an error and changes nothing."""
        try:
            message = relay.decode(frame)
            if isinstance(message, relay.Text):
                self._caller.check_speech()
                self._session.bus.publish(UserTextEvent(text=message.text))
            elif self._caller.hears(message.audio, self._rate_hz):
                self._session.hear(AudioChunk(message.audio, self._rate_hz))
        except (ProtocolError, TooMuch) as error:
            self._session.bus.publish(ErrorEvent(code=error.code, message=error.problem, decision="ignore"))
        except MediaError as error:
            self._session.bus.publish(ErrorEvent(code="bad_audio", message=str(error), decision="ignore"))

    # Out

    async def _write(self) -> None:
        subscription, loop = self._subscription, asyncio.get_running_loop()
        try:
            while not subscription.lagged:
                while (event := subscription.get_nowait()) is not None:
                    await self._tell(event)
                more = await self._send_sound()
                if len(subscription):
                    continue
                if subscription.closed:
                    await self._socket.close(CloseCode.ENDED, "the session has ended")
                    return
                timer = loop.call_later(LOOK_S, subscription.wake) if more else None
                await subscription.wait()
                if timer is not None:
                    timer.cancel()
            await self._socket.close(CloseCode.TOO_SLOW, "more was waiting than this client may leave unread")
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client is gone; the reader sees it too

    async def _tell(self, event: Event) -> None:
        match event:
            case TextDeltaEvent():
                await self._send(relay.TextDelta(text=event.token))
            case TurnCompleteEvent():
                await self._send_sound()
                await self._send(relay.ResponseDone(message=event.status))
            case TurnInterruptedEvent():
                await self._send(relay.ResponseDone(message=f"interrupted: {event.reason}"))
            case TurnFailedEvent():
                await self._send(relay.Error(code=event.code, message=event.message))
                await self._send(relay.ResponseDone(message="failed"))
            case ErrorEvent():
                await self._send(relay.Error(code=event.code, message=event.message))
            case WarningEvent(code="no_ears"):
                await self._send(relay.Error(code=event.code, message=event.message))

    async def _send_sound(self) -> bool:
        """Send what the playhead allows; says whether more may come."""
        turn = self._session.turn
        if turn is None:
            return False
        reader = self._reader
        if reader is None or reader.speech is not turn.speech:
            self._reader = reader = turn.speech.reader()
            self._resampler.clear()
        while (piece := reader.read(self._session.playhead + STARTS_BEFORE, PIECE_UNITS)) is not None:
            await self._send_pcm(self._at_rate(piece[1], piece[2]))
            if self._session.turn is not turn:
                return True
        if reader.drained:
            await self._send_pcm(self._resampler.flush())
        return not reader.drained

    async def _send_pcm(self, pcm: bytes) -> None:
        if pcm:
            await self._send(relay.AudioDelta(audio=pcm))

    def _at_rate(self, pcm: bytes, rate_hz: int) -> bytes:
        if rate_hz != self._resampled_hz:
            self._resampled_hz, self._resampler = rate_hz, StreamResampler(rate_hz, MEDIA_RATE_HZ)
        return self._resampler.feed(pcm)

    async def _send(self, message: relay.Outgoing) -> None:
        await self._socket.send_text(relay.encode(message))

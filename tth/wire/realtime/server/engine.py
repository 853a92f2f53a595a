"""One Realtime conversation as a server sees it.

The host gives it a client's text frames and sends what ``take_events`` gives; a mind carries out what ``take_orders``
gives and tells what it says by the methods named for it. The engine has no socket, no clock and no task, and nothing a
client or a mind does makes it raise.

Source: the general release of OpenAI's Realtime API, November 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from tth.wire.realtime.server import schema
from tth.wire.realtime.server.dialect import WIRES
from tth.wire.realtime.server.errors import Refusal, invalid, missing, wrong_type
from tth.wire.realtime.server.hearing import Hearing
from tth.wire.realtime.server.item_reader import read_base64
from tth.wire.realtime.server.options import MOST_FRAME_CHARS, EngineOptions, NewId, random_id
from tth.wire.realtime.server.orders import Configure, Order
from tth.wire.realtime.server.playing import Playing
from tth.wire.realtime.server.remembering import Remembering
from tth.wire.realtime.server.state import Outgoing, State
from tth.wire.realtime.server.talking import Talking, voice_name

_EVENT_ID = schema.text(512)
_ITEM_ID = schema.text(512)


def _anything(value: Any, path: str, strict: bool) -> Any:
    return value


def _event(required: tuple[str, ...] = (), **fields: schema.Check) -> schema.Check:
    optional = {"type": schema.text(), "event_id": schema.nullable(_EVENT_ID)}
    return schema.record({**optional, **fields}, required)


_EVENTS: dict[str, schema.Check] = {
    "session.update": _event(("session",), session=_anything),
    "input_audio_buffer.append": _event(("audio",), audio=schema.text()),
    "input_audio_buffer.commit": _event(),
    "input_audio_buffer.clear": _event(),
    "conversation.item.create": _event(("item",), item=_anything, previous_item_id=schema.nullable(_ITEM_ID)),
    "conversation.item.retrieve": _event(("item_id",), item_id=_ITEM_ID),
    "conversation.item.truncate": _event(
        ("item_id", "content_index", "audio_end_ms"),
        item_id=_ITEM_ID,
        content_index=schema.integer(0, 2**31),
        audio_end_ms=schema.integer(0, 2**31),
    ),
    "conversation.item.delete": _event(("item_id",), item_id=_ITEM_ID),
    "response.create": _event(response=schema.nullable(_anything)),
    "response.cancel": _event(response_id=schema.nullable(_ITEM_ID)),
    "output_audio_buffer.clear": _event(),
}
_TYPE = schema.choice(*_EVENTS)


Admit: TypeAlias = Callable[[str, float], bool]
"""Whether an event of a type, with sound of so many seconds, may be carried out."""

TRACK = "track"
"""The type where sound comes by the session's own track."""

_COSTLY = frozenset({"input_audio_buffer.append", "conversation.item.create", "response.create"})
_PCM_BYTES_PER_S, _G711_BYTES_PER_S = 48_000, 8_000


def _always(kind: str, seconds: float) -> bool:
    return True


class Engine:
    """The server's end of one connection.

    Args:
        options: How it is served.
        ids: Makes ids; random ones where none is given.
        admit: Asked before an event that brings sound or wants a response. It may raise ``Refusal``, which the client
            is told; where it says no, the event is passed over.

    Attributes:
        expired: Whether the session has ended; the host closes the socket with 1001.
    """

    def __init__(self, options: EngineOptions, *, ids: NewId = random_id, admit: Admit = _always) -> None:
        self.expired = False
        self._admit = admit
        self._state = State(options, ids)
        self._talking = Talking(self._state)
        self._hearing = Hearing(self._state, self._on_speech, self._on_turn)
        self._remembering = Remembering(self._state, lambda: self._hearing.reserved_id)
        self._idled = True
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "session.update": lambda event: self._update(event["session"]),
            "input_audio_buffer.append": lambda event: self._hearing.append(read_base64(event["audio"], "audio")),
            "input_audio_buffer.commit": lambda event: self._hearing.commit(),
            "input_audio_buffer.clear": lambda event: self._hearing.clear(),
            "conversation.item.create": self._remembering.create,
            "conversation.item.retrieve": lambda event: self._remembering.retrieve(event["item_id"]),
            "conversation.item.truncate": lambda event: self._remembering.truncate(
                event["item_id"], event["content_index"], event["audio_end_ms"]
            ),
            "conversation.item.delete": lambda event: self._remembering.delete(event["item_id"]),
            "response.create": self._create_response,
            "response.cancel": lambda event: self._talking.cancel(event.get("response_id")),
            "output_audio_buffer.clear": lambda event: self._clear(),
        }

    # The host's side

    def open(self) -> None:
        """Greet the client; to be called once, before anything else."""
        state = self._state
        refused: Refusal | None = None
        if state.options.session:
            try:
                state.settings.update({"type": state.options.kind, **state.options.session})
            except Refusal as refusal:
                refused = refusal
        self._hearing.configure()
        state.send("session.created", session=state.settings.shown())
        if state.settings.kind == "realtime":
            conversation = {"id": state.conversation_id, "object": "realtime.conversation"}
            state.send("conversation.created", conversation=conversation)
        if refused is not None:
            state.send_error(refused)
        self._order_configure(frozenset())

    def receive(self, frame: str | bytes) -> None:
        """One text frame of the client. What is wrong with it becomes an ``error`` event."""
        if self.expired:
            return
        event_id: str | None = None
        try:
            event = _decoded(frame)
            given_id = event.get("event_id")
            event_id = given_id if type(given_id) is str and len(given_id) <= 512 else None
            if "type" not in event:
                raise missing("type")
            strict = self._state.options.strict
            kind = _TYPE(event["type"], "type", strict)
            if kind in _COSTLY and not self._admit(kind, self._seconds(len(frame))):
                return
            event = WIRES[self._state.options.dialect].read(event, strict=strict)
            self._handlers[kind](_EVENTS[kind](event, "", strict))
        except Refusal as refusal:
            self._state.send_error(refusal, event_id)

    def take_events(self) -> list[Outgoing]:
        """What is to be sent to the client, in order; each event is given once."""
        taken, self._state.events = self._state.events, []
        return taken

    def take_orders(self) -> list[Order]:
        """What the mind shall do, in order; each order is given once."""
        taken, self._state.orders = self._state.orders, []
        return taken

    def greeting(self) -> bytes:
        """``session.created`` with the session as it is now, for one who joins a client that was greeted."""
        session = self._state.settings.shown()
        return msgspec.json.encode(
            {"type": "session.created", "event_id": self._state.ids("event"), "session": session}
        )

    def idle(self, ms: int) -> None:
        """Nothing was said for ``ms`` since the last response was played to its end."""
        detection = self._state.settings.turn_detection
        limit = None if detection is None else detection.get("idle_timeout_ms")
        if limit is None or ms < limit or self._idled or self._talking.active or self._hearing.speaking:
            return
        self._idled = True
        self._hearing.time_out()

    def expire(self) -> None:
        """The session's time is over; the host sends what is left and closes with 1001."""
        message = "Your session hit the maximum duration of 60 minutes."
        self._state.send_error(Refusal("session_expired", message))
        self.expired = True

    def rate_limits(self, limits: Sequence[tuple[Literal["requests", "tokens"], int, int, float]]) -> None:
        """Tell the client name, limit, remaining and seconds to the reset of each."""
        self._talking.send_rate_limits(*limits)

    # The media tracks, of a session whose sound goes by them

    @property
    def sounding(self) -> bool:
        """Whether something is played, or is about to be."""
        return self._state.playing is not None and self._state.playing.sounding

    @property
    def hears_speech(self) -> bool:
        """Whether the user is speaking, as far as is known."""
        return self._hearing.speaking

    def play(self, samples: int) -> bytes:
        """The next sound of the session's track, PCM16 at 24 kHz; silence where nothing is said."""
        assert self._state.playing is not None
        return self._state.playing.play(samples)

    def hear(self, pcm: bytes) -> None:
        """Sound of the user's track, PCM16 at 24 kHz."""
        try:
            if not self.expired and self._admit(TRACK, len(pcm) / _PCM_BYTES_PER_S):
                self._hearing.hear(pcm)
        except Refusal as refusal:
            self._state.send_error(refusal)

    # The mind's side; a response that is unknown, finished or cancelled is passed over

    def response_text(self, response_id: str, delta: str) -> None:
        """Words of the response: its text, or the transcript of its sound."""
        response = self._talking.running(response_id)
        if response is not None:
            response.text(delta)

    def response_audio(self, response_id: str, pcm: bytes) -> None:
        """Sound of the response, PCM16 at 24 kHz; passed over where text alone was asked for."""
        response = self._talking.running(response_id)
        if response is not None:
            response.audio(pcm)

    def response_next_item(self, response_id: str) -> None:
        """What follows is another message of the same response."""
        response = self._talking.running(response_id)
        if response is not None:
            response.next_item()

    def tool_call_delta(self, response_id: str, call_id: str, name: str, delta: str) -> None:
        """A piece of a call's arguments, which are JSON text; the first piece opens the call."""
        response = self._talking.running(response_id)
        if response is not None:
            response.call(call_id, name, delta)

    def tool_call_done(self, response_id: str, call_id: str) -> None:
        """A call's arguments are complete."""
        response = self._talking.running(response_id)
        if response is not None:
            response.call_done(call_id)

    def response_done(
        self,
        response_id: str,
        status: Literal["completed", "incomplete", "failed"] = "completed",
        *,
        reason: Literal["max_output_tokens", "content_filter"] | None = None,
        error: tuple[str, str, str] | None = None,
    ) -> None:
        """The response is at its end.

        Args:
            response_id: As it was ordered.
            status: How it ended.
            reason: Why it is incomplete.
            error: Type, code and message of why it failed.
        """
        response = self._talking.running(response_id)
        if response is not None:
            shown = None if error is None else dict(zip(("type", "code", "message"), error, strict=True))
            self._talking.finish(response, status, reason, shown)
            self._idled = False

    def transcript_delta(self, item_id: str, delta: str) -> None:
        """A piece of an utterance's transcript."""
        self._hearing.transcript_delta(item_id, delta)

    def transcript(self, item_id: str, text: str) -> None:
        """The whole transcript of an utterance."""
        self._hearing.transcript(item_id, text)

    def transcript_failed(self, item_id: str, code: str, message: str) -> None:
        """An utterance cannot be transcribed."""
        self._hearing.transcript_failed(item_id, code, message)

    # What the parts tell each other

    def _update(self, patch: Any) -> None:
        changed = self._state.settings.update(patch)
        self._hearing.configure()
        self._state.send("session.updated", session=self._state.settings.shown())
        self._order_configure(changed)
        self._state.fit()

    def _order_configure(self, changed: frozenset[str]) -> None:
        settings = self._state.settings
        speaks = settings.kind == "realtime"
        most = settings.max_output_tokens if speaks else "inf"
        self._state.orders.append(
            Configure(
                instructions=settings.instructions,
                voice=voice_name(settings.voice),
                speed=settings.speed,
                tools=tuple(settings.tools),
                tool_choice=settings.tool_choice if speaks else "none",
                max_output_tokens=most if isinstance(most, int) else None,
                transcription=settings.transcription,
                changed=changed,
            )
        )

    def _create_response(self, event: dict[str, Any]) -> None:
        body = event.get("response")
        self._talking.create({} if body is None else body)

    def _seconds(self, chars: int) -> float:
        """How long the sound is that an event of so many characters may bring."""
        pcm = self._state.settings.input_format["type"] == "audio/pcm"
        return chars * 3 / 4 / (_PCM_BYTES_PER_S if pcm else _G711_BYTES_PER_S)

    def _on_speech(self) -> None:
        self._idled = True
        detection = self._state.settings.turn_detection
        if detection is not None and detection["interrupt_response"]:
            if self._talking.active:
                self._talking.cancel(None, "turn_detected")
            if self._state.playing is not None:
                self._silence(self._state.playing)

    def _clear(self) -> None:
        playing = self._state.playing
        if playing is None:
            raise invalid("type", "sound goes by events here; there is nothing to clear")
        if self._talking.active:
            self._talking.cancel(None)
        self._silence(playing)

    def _silence(self, playing: Playing) -> None:
        """Play no more, and forget what was not heard."""
        for item, heard_ms in playing.clear():
            self._remembering.cut(item, heard_ms)

    def _on_turn(self) -> None:
        detection = self._state.settings.turn_detection
        if detection is None or not detection["create_response"] or self._state.settings.kind == "transcription":
            return
        try:
            if self._admit("response.create", 0.0):
                self._talking.create({})
        except Refusal as refusal:
            self._state.send_error(refusal)


def _decoded(frame: str | bytes) -> dict[str, Any]:
    if len(frame) > MOST_FRAME_CHARS:
        raise invalid("event", f"expected at most {MOST_FRAME_CHARS} bytes")
    try:
        event = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        message = "The event could not be parsed: expected one JSON object in a text frame."
        raise Refusal("invalid_json", message) from error
    if type(event) is not dict:
        raise wrong_type("event", "an object", event)
    return event

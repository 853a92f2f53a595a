"""Adapters that do what a test tells them, and remember what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tth.adapters.realtime import (
    PLAIN_REQUEST,
    Applied,
    Heard,
    RealtimeCapabilities,
    RealtimeEvent,
    ResponseRequest,
    SessionChange,
    When,
)
from tth.core.channel import Channel
from tth.core.controls import TurnControl
from tth.core.conversation import Item, message
from tth.core.events import (
    AudioChunkEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    UserSpeechStoppedEvent,
)
from tth.core.media import MEDIA_RATE_HZ, AudioChunk, AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream
from tth.core.tools import Tool
from tth.errors import AdapterError


class ScriptedVoice:
    """A realtime adapter that says nothing by itself: the test emits each event.

    Attributes:
        requests: Every response asked for.
        items: The conversation as it was told.
        cancelled: What was cancelled, ``None`` for whichever ran.
        heard: Every ``set_heard``.
        changes: Every ``configure``.
        voice: The voice it was connected with.
        voices: Names it knows; empty where it takes any.
        instructions: The instructions it was connected with.
        connections: How often ``connect`` was called.
        closed: Whether it was closed.
        refuse: Raised by the next ``connect`` or ``respond``, once.
        voice_changes: What ``configure`` says of a voice.
        hears: Whether it takes sound, and whether it finds speech in it: ``voice``, ``caller`` or, deaf, empty.
        sound: What it was sent of an utterance.
        utterances: The sound of each that was ended, ``None`` for one that was discarded.
    """

    def __init__(self) -> None:
        self.requests: list[ResponseRequest] = []
        self.items: list[Item] = []
        self.cancelled: list[str | None] = []
        self.heard: list[Sequence[Heard]] = []
        self.changes: list[SessionChange] = []
        self.voice: str | None = None
        self.voices: Sequence[str] = ()
        self.instructions = ""
        self.connections = 0
        self.closed = False
        self.refuse: AdapterError | None = None
        self.voice_changes: When = "at_renewal"
        self.hears: Literal["voice", "caller", ""] = ""
        self.sound = b""
        self.utterances: list[bytes | None] = []
        self._events: Channel[RealtimeEvent] = Channel(1 << 16)

    @property
    def capabilities(self) -> RealtimeCapabilities:
        """Client-driven; no audio in unless ``hears`` says so."""
        return RealtimeCapabilities(
            voices=self.voices,
            audio_in=bool(self.hears),
            detects=self.hears == "voice",
            deaf="" if self.hears else "it has no ears",
        )

    async def connect(
        self,
        system_instructions: str,
        voice: str | None = None,
        *,
        control: TurnControl | None = None,
        tools: Sequence[Tool] = (),
        items: Sequence[Item] = (),
    ) -> None:
        """Remember instructions, voice and items."""
        self.connections += 1
        self._refuse_once()
        self.instructions, self.voice = system_instructions, voice
        self.items = list(items)

    def _refuse_once(self) -> None:
        error, self.refuse = self.refuse, None
        if error is not None:
            raise error

    async def configure(self, change: SessionChange) -> Applied:
        """Remember the change."""
        self.changes.append(change)
        return Applied({"voice": self.voice_changes} if change.voice is not None else {})

    async def add_items(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Remember the items."""
        self.items.extend(items)

    async def delete_items(self, ids: Sequence[str]) -> None:
        """Forget the items."""
        self.items = [item for item in self.items if item.id not in ids]

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Remember the request."""
        self._refuse_once()
        self.requests.append(request)

    async def send_user_text(self, text: str) -> None:
        """Remember the text and the request."""
        await self.add_items([message(f"user_{len(self.items)}", "user", text)])
        await self.respond()

    async def send_user_audio(self, chunk: AudioChunk) -> None:
        """Remember the sound.

        Raises:
            AdapterError: It is deaf.
        """
        if not self.hears:
            raise AdapterError("scripted", "it has no ears", code="no_audio_in", decision="ignore")
        self.sound += chunk.data

    async def end_user_audio(self, *, discard: bool = False) -> None:
        """Remember the utterance, and name it."""
        self.utterances.append(None if discard else self.sound)
        self.sound = b""
        if not discard:
            self.emit(UserSpeechStoppedEvent(item_id=f"said{len(self.utterances)}"))

    async def cancel_response(self, response_id: str | None = None) -> None:
        """Remember what was cancelled."""
        self.cancelled.append(response_id)

    async def set_heard(self, heard: Sequence[Heard]) -> None:
        """Remember what was heard."""
        self.heard.append(heard)

    async def stream_events(self) -> Stream[RealtimeEvent]:
        """What the test emits."""
        async for event in self._events:
            yield event

    async def close(self) -> None:
        """End the stream."""
        self.closed = True
        self._events.close()

    # What the test does

    def emit(self, *events: RealtimeEvent) -> None:
        """Say this."""
        for event in events:
            self._events.put_now(event)

    def start(self, response_id: str = "r1", item_id: str = "i1", *, tag: str | None = None) -> None:
        """Begin a response to the newest request, with one item."""
        if tag is None:
            tag = self.requests[-1].tag if self.requests else ""
        self.emit(
            ResponseStartedEvent(response_id=response_id, tag=tag),
            ItemStartedEvent(response_id=response_id, item_id=item_id),
        )

    def text(self, token: str, response_id: str = "r1", item_id: str = "i1") -> None:
        """Say a token."""
        self.emit(TextDeltaEvent(token=token, response_id=response_id, item_id=item_id))

    def audio(self, ms: int, response_id: str = "r1", item_id: str = "i1", rate_hz: int = 24_000) -> None:
        """Make ``ms`` milliseconds of sound."""
        data = b"\x01\x10" * (rate_hz * ms // 1000)
        self.emit(AudioChunkEvent(data=data, sample_rate=rate_hz, response_id=response_id, item_id=item_id))

    def finish(self, response_id: str = "r1", status: str = "completed", reason: str = "") -> None:
        """End the response."""
        self.emit(TurnCompleteEvent(response_id=response_id, status=status, reason=reason))

    def drop(self) -> None:
        """Lose the connection."""
        self._events.close()


class ScriptedAvatar:
    """An avatar that makes one frame for each packet it is sent, and remembers everything.

    Attributes:
        sent: Bytes of sound, by speech.
        starts: Where each speech began.
        marks: Marks it was sent.
        ended: Speeches that were ended.
        interrupted: How often it was interrupted.
        closed: Whether it was closed.
    """

    wants_marks = True

    def __init__(self, rate_hz: int = 16_000, packet_ms: int = 20) -> None:
        self.audio_format = AudioFormat(rate_hz)
        self.packet_ms = packet_ms
        self.sent: dict[str, bytes] = {}
        self.starts: list[tuple[str, int]] = []
        self.marks: list[SpeechMark | EmotionMark] = []
        self.ended: list[str] = []
        self.interrupted = 0
        self.closed = False
        self.speech_id = ""
        self.frames: Channel[FaceFrame] = Channel(1 << 16)

    async def connect(self) -> None:
        """Nothing to acquire."""

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Remember it."""
        self.speech_id = speech_id
        self.starts.append((speech_id, start_sample))
        self.sent[speech_id] = b""

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Remember it, and make a frame for each packet."""
        self.sent[self.speech_id] += pcm
        rate_hz = self.audio_format.rate_hz
        for at in range(0, len(pcm) >> 1, rate_hz * self.packet_ms // 1000):
            sample = start_sample + at * MEDIA_RATE_HZ // rate_hz
            self.frames.put_now(FaceFrame(speech_id=self.speech_id, sample=sample, weights=bytes(208)))

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Remember them."""
        self.marks.extend(marks)

    async def end_speech(self) -> None:
        """Remember it."""
        self.ended.append(self.speech_id)

    async def interrupt(self) -> None:
        """Remember it."""
        self.interrupted += 1

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """One frame for each packet."""
        async for frame in self.frames:
            yield frame

    async def close(self) -> None:
        """End the frames."""
        self.closed = True
        self.frames.close()

"""A realtime voice made of tones."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

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
from tth.adapters.shared import Shared
from tth.audio.pcm import HIGHEST_HZ, LOWEST_HZ
from tth.builtins.mock.memory import Memory
from tth.builtins.mock.reply import REPLY, REPLY_IS, fill, tokens
from tth.builtins.mock.tones import DEFAULT_VOICE, VOICES, Tones
from tth.core.channel import Channel, ChannelClosed
from tth.core.controls import TurnControl, merge
from tth.core.conversation import Item, message
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ, AudioChunk
from tth.core.streams import Stream
from tth.core.tasks import Tasks
from tth.core.tools import Tool
from tth.errors import AdapterError

EVENTS = 256
"""Events that may wait for the reader; then the response waits."""


class MockRealtimeOptions(BaseModel):
    """What it says, in which tones, how fast."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reply: str = Field(REPLY, description=REPLY_IS)
    audio: bool = Field(True, description="Whether it speaks; without sound its answers are text alone.")
    sample_rate: int = Field(24_000, ge=LOWEST_HZ, le=HIGHEST_HZ, description="Samples a second.")
    chunk_ms: int = Field(40, ge=1, le=2000, description="Length of a chunk.")
    pace: float = Field(0, ge=0, description="Sound is made at so many times the pace of speech; 0 is at once.")
    voice_changes: When = Field("at_renewal", description="When another voice is taken: now or at_renewal.")


class MockRealtime:
    """Repeats what was said, one response at a time, and keeps its conversation as it is told to."""

    def __init__(self, options: MockRealtimeOptions | None, shared: Shared) -> None:
        self._options = options or MockRealtimeOptions()
        self._events: Channel[RealtimeEvent] = Channel(EVENTS)
        self._tasks = Tasks(self._broke)
        self._ids = itertools.count(1)
        self._memory = Memory()
        self._voice: str | None = None
        self._control = TurnControl()
        self._connected = False
        self._running: tuple[str, asyncio.Task[None]] | None = None

    @property
    def capabilities(self) -> RealtimeCapabilities:
        """Text in, sound out, every voice of the default voice map."""
        return RealtimeCapabilities(
            voices=tuple(VOICES), output_rate_hz=self._options.sample_rate, speed=(0.25, 4.0), turns="client"
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
        """Take voice, control and the conversation so far. A second call does nothing.

        Another voice than it has is the default one, and a warning.
        """
        if self._connected or self._events.closed:
            return
        self._connected = True
        self._voice = voice
        self._control = control or TurnControl()
        self._memory.add(items)
        if voice and voice not in VOICES:
            problem = f"mock_realtime: there is no voice {voice!r}; {DEFAULT_VOICE} speaks"
            self._events.put_now(WarningEvent(code="control_voice", message=problem))

    async def configure(self, change: SessionChange) -> Applied:
        """Take what can be taken now; a voice that it lacks it never takes."""
        applied: dict[str, When] = {}
        if change.control is not None:
            self._control = change.control
            applied["control"] = "now"
        if change.voice is not None:
            applied["voice"] = self._options.voice_changes if change.voice in VOICES else "never"
            if applied["voice"] == "now":
                self._voice = change.voice
        return Applied(applied)

    async def add_items(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Add to the conversation, at its end or behind the item ``after``; what is too old is forgotten."""
        self._memory.add(items, after=after)

    async def delete_items(self, ids: Sequence[str]) -> None:
        """Take items out; unknown ids are passed over."""
        for item_id in ids:
            self._memory.forget(item_id)

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Begin a response.

        Raises:
            AdapterError: It is not connected, or a response is running.
        """
        if not self._connected or self._events.closed:
            raise AdapterError("mock_realtime", "it is not connected; connect first", code="not_connected")
        if self._running is not None:
            problem = "a response is running; cancel it first"
            raise AdapterError("mock_realtime", problem, code="response_active", decision="retry")
        item_id = self._new_id("mock_item_")
        response_id = item_id.replace("item", "response")
        task = self._tasks.start(self._respond(response_id, item_id, request), response_id)
        self._running = (response_id, task)

    async def send_user_text(self, text: str) -> None:
        """Add a user's message and ask for the answer."""
        await self.add_items([message(self._new_id("mock_user_"), "user", text)])
        await self.respond()

    async def send_user_audio(self, chunk: AudioChunk) -> None:
        """Not possible: it has no ears.

        Raises:
            AdapterError: Always.
        """
        raise AdapterError("mock_realtime", "it cannot hear; send text", code="no_audio_in", decision="ignore")

    async def end_user_audio(self, *, discard: bool = False) -> None:
        """There is no audio to end."""

    async def cancel_response(self, response_id: str | None = None) -> None:
        """Stop the running response."""
        if self._running is None or response_id not in (None, self._running[0]):
            return
        running, task = self._running
        # Not left to the task: cancelled before its first step, it would never run and never tell.
        self._end(running, "cancelled")
        await self._tasks.stop(task)

    async def set_heard(self, heard: Sequence[Heard]) -> None:
        """Cut its memory of what it said: to the words given, else to those whose sound had passed."""
        for piece in heard:
            self._memory.cut(piece)

    async def stream_events(self) -> Stream[RealtimeEvent]:
        """Everything that happens, to one reader."""
        async for event in self._events:
            yield event

    async def close(self) -> None:
        """Stop everything. Idempotent."""
        self._events.close()
        await self._tasks.close()

    def _broke(self, error: Exception) -> None:
        if not self._events.closed:
            self._events.put_now(ErrorEvent(code="mock_failed", message=str(error)))
        if self._running is not None:
            self._end(self._running[0], "failed")

    def _new_id(self, prefix: str) -> str:
        """An id that nothing in memory has: the items of a voice before it count from 1 as well."""
        return next(new for number in self._ids if (new := f"{prefix}{number}") not in self._memory)

    async def _respond(self, response_id: str, item_id: str, request: ResponseRequest) -> None:
        text = fill(self._options.reply, tuple(self._memory) if request.context is None else request.context)
        tones = self._tones(text, request) if self._options.audio and request.modality == "audio" else None
        remembered = request.context is None and text != ""
        if remembered:
            self._memory.begin(item_id, text, tones)
        try:
            await self._write(response_id, item_id, text, request.tag)
            if tones is not None:
                await self._speak(response_id, item_id, tones)
        except ChannelClosed:
            return  # closed: there is nobody to tell
        if remembered:
            self._memory.complete(item_id, text)
        self._end(response_id, "completed")

    def _end(self, response_id: str, status: str) -> None:
        self._running = None
        if status == "cancelled":
            self._events.drop(lambda event: getattr(event, "response_id", "") == response_id)
        if not self._events.closed:
            self._events.put_now(TurnCompleteEvent(response_id=response_id, status=status))

    def _tones(self, text: str, request: ResponseRequest) -> Tones:
        control = merge(self._control, request.control or TurnControl())
        return Tones(
            text,
            self._voice,
            rate_hz=self._options.sample_rate,
            speech_rate=control.speech_rate,
            pitch_shift=control.pitch_shift,
        )

    async def _write(self, response_id: str, item_id: str, text: str, tag: str) -> None:
        put = self._events.put
        await put(ResponseStartedEvent(response_id=response_id, tag=tag))
        await put(ItemStartedEvent(response_id=response_id, item_id=item_id))
        for token in tokens(text):
            await put(TextDeltaEvent(token=token, response_id=response_id, item_id=item_id))

    async def _speak(self, response_id: str, item_id: str, tones: Tones) -> None:
        put, now = self._events.put, asyncio.get_running_loop().time
        rate_hz, pace, began, sample = self._options.sample_rate, self._options.pace, now(), 0
        for marks, pcm in tones.chunks(self._options.chunk_ms):
            # Due by the clock, not so long after the chunk before: what a late chunk lost is made up. At once or late,
            # it still lets the reader run.
            await asyncio.sleep(began + sample / rate_hz / pace - now() if pace else 0)
            if marks:
                await put(SpeechMarkEvent(marks=marks, response_id=response_id, item_id=item_id))
            unit = sample * MEDIA_RATE_HZ // rate_hz
            await put(
                AudioChunkEvent(data=pcm, sample_rate=rate_hz, sample=unit, response_id=response_id, item_id=item_id)
            )
            sample += len(pcm) // 2

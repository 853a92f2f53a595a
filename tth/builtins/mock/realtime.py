"""A realtime voice made of tones."""

from __future__ import annotations

import asyncio
import itertools
import re
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
from tth.builtins.mock.tones import VOICES, Tones, cut
from tth.core.channel import Channel, ChannelClosed
from tth.core.controls import TurnControl, merge
from tth.core.conversation import Conversation, Item, TextPart, message
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
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

    reply: str = Field("You said: {text}", description="The answer; {text} stands for what the person said.")
    sample_rate: int = Field(24_000, ge=LOWEST_HZ, le=HIGHEST_HZ, description="Samples a second.")
    chunk_ms: int = Field(40, ge=1, le=2000, description="Length of a chunk.")
    pace: float = Field(0, ge=0, description="Times real time at which sound is made; 0 is at once.")
    voice_changes: When = Field("at_renewal", description="When another voice is taken: now or at_renewal.")


class MockRealtime:
    """Repeats what was said, one response at a time, and keeps its conversation as it is told to."""

    def __init__(self, options: MockRealtimeOptions | None, shared: Shared) -> None:
        self._options = options or MockRealtimeOptions()
        self._events: Channel[RealtimeEvent] = Channel(EVENTS)
        self._tasks = Tasks(self._broke)
        self._ids = itertools.count(1)
        self._conversation = Conversation()
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
        """Take voice, control and the conversation so far. A second call does nothing."""
        if self._connected:
            return
        self._connected = True
        self._voice = voice
        self._control = control or TurnControl()
        for item in items:
            self._conversation.put(item)

    async def configure(self, change: SessionChange) -> Applied:
        """Take what can be taken now."""
        applied: dict[str, When] = {}
        if change.control is not None:
            self._control = change.control
            applied["control"] = "now"
        if change.voice is not None:
            applied["voice"] = self._options.voice_changes
            if self._options.voice_changes == "now":
                self._voice = change.voice
        return Applied(applied)

    async def add_items(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Add to the conversation's end."""
        for item in items:
            self._conversation.put(item)

    async def delete_items(self, ids: Sequence[str]) -> None:
        """Take items out; unknown ids are passed over."""
        for item_id in ids:
            self._conversation.remove(item_id)

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Begin a response.

        Raises:
            AdapterError: It is not connected, or a response is running.
        """
        if not self._connected:
            raise AdapterError("mock_realtime", "connect first", code="not_connected")
        if self._running is not None:
            problem = "a response is running; cancel it first"
            raise AdapterError("mock_realtime", problem, code="response_active", decision="retry")
        number = next(self._ids)
        response_id = f"mock_response_{number}"
        task = self._tasks.start(self._respond(response_id, f"mock_item_{number}", request), response_id)
        self._running = (response_id, task)
        # A task that is cancelled before its first step never runs, and so would never tell that it was cancelled.
        await asyncio.sleep(0)

    async def send_user_text(self, text: str) -> None:
        """Add a user's message and ask for the answer."""
        await self.add_items([message(f"mock_user_{next(self._ids)}", "user", text)])
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
        if self._running is not None and response_id in (None, self._running[0]):
            await self._tasks.stop(self._running[1])

    async def set_heard(self, heard: Sequence[Heard]) -> None:
        """Cut its memory of what it said."""
        for piece in heard:
            if piece.samples <= 0:
                self._conversation.remove(piece.item_id)
            elif piece.text is not None and piece.item_id in self._conversation:
                self._conversation.set_text(piece.item_id, piece.text, complete=False)

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

    async def _respond(self, response_id: str, item_id: str, request: ResponseRequest) -> None:
        context = self._conversation if request.context is None else request.context
        said = next((item.text for item in reversed(list(context)) if item.role == "user"), "")
        text = self._options.reply.replace("{text}", said)
        status = "cancelled"
        try:
            await self._say(response_id, item_id, text, request)
            status = "completed"
        except ChannelClosed:
            pass  # closed: there is nobody to tell
        finally:
            self._running = None
            if request.context is None:
                parts = (TextPart(text),)
                self._conversation.put(Item(id=item_id, role="assistant", parts=parts, complete=status == "completed"))
            if status == "cancelled":
                self._events.drop(lambda event: getattr(event, "response_id", "") == response_id)
            if not self._events.closed:
                self._events.put_now(TurnCompleteEvent(response_id=response_id, status=status))

    async def _say(self, response_id: str, item_id: str, text: str, request: ResponseRequest) -> None:
        put = self._events.put
        await put(ResponseStartedEvent(response_id=response_id, tag=request.tag))
        await put(ItemStartedEvent(response_id=response_id, item_id=item_id))
        for token in re.findall(r"\s*\S+|\s+", text):
            await put(TextDeltaEvent(token=token, response_id=response_id, item_id=item_id))
        if request.modality == "text":
            return
        control = merge(self._control, request.control or TurnControl())
        rate_hz, sample = self._options.sample_rate, 0
        tones = Tones(
            text, self._voice, rate_hz=rate_hz, speech_rate=control.speech_rate, pitch_shift=control.pitch_shift
        )
        await put(SpeechMarkEvent(marks=tuple(tones.marks()), response_id=response_id, item_id=item_id))
        for chunk in cut(tones.pcm(), rate_hz, self._options.chunk_ms):
            if self._options.pace:
                await asyncio.sleep(len(chunk) / 2 / rate_hz / self._options.pace)
            unit = sample * MEDIA_RATE_HZ // rate_hz
            await put(
                AudioChunkEvent(data=chunk, sample_rate=rate_hz, sample=unit, response_id=response_id, item_id=item_id)
            )
            sample += len(chunk) // 2

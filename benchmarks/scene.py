"""A session as the path is measured with: a voice fed by a source, a client, two observers and an avatar."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from tth.adapters.realtime import PLAIN_REQUEST, RealtimeEvent, ResponseRequest
from tth.core.controls import TurnControl
from tth.core.events import (
    AudioChunkEvent,
    Event,
    Family,
    ItemStartedEvent,
    ResponseStartedEvent,
    TurnCompleteEvent,
)
from tth.core.media import AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.peers import ScriptedVoice

OBSERVED = frozenset({Family.WORDS, Family.AUDIO, Family.PICTURES})


class FedVoice(ScriptedVoice):
    """Answers every request with what its source gives, chunk by chunk, in its own reading task."""

    def __init__(self, sources: Callable[[], AsyncIterator[bytes]]) -> None:
        super().__init__()
        self._sources = sources
        self._asked = asyncio.Event()

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Let the stream go on with an answer."""
        await super().respond(request)
        self._asked.set()

    async def stream_events(self) -> Stream[RealtimeEvent]:
        """One response for each request."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            response_id, item_id = f"r{len(self.requests)}", f"i{len(self.requests)}"
            yield ResponseStartedEvent(response_id=response_id, tag=self.requests[-1].tag)
            yield ItemStartedEvent(response_id=response_id, item_id=item_id)
            async for pcm in self._sources():
                yield AudioChunkEvent(data=pcm, response_id=response_id, item_id=item_id)
            yield TurnCompleteEvent(response_id=response_id, status="completed")


class SinkAvatar:
    """Takes packets and shows nothing."""

    wants_marks = True
    packet_ms = 20
    elsewhere = True

    def __init__(self, sink: Callable[[bytes], None], rate_hz: int = 16_000) -> None:
        self.audio_format = AudioFormat(rate_hz)
        self._sink = sink
        self._closed = asyncio.Event()

    async def connect(self) -> None:
        """Nothing to acquire."""

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Nothing to begin."""

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Hand the packets on."""
        self._sink(pcm)

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Of no use here."""

    async def end_speech(self) -> None:
        """Nothing to end."""

    async def interrupt(self) -> None:
        """Nothing to stop."""

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """No frame, until it is closed."""
        await self._closed.wait()
        return
        yield

    async def close(self) -> None:
        """End the frames."""
        self._closed.set()


class Watcher:
    """An observer that does what a metric does: it counts."""

    def __init__(self) -> None:
        self.events = 0
        self.bytes = 0

    def __call__(self, event: Event) -> None:
        """One event."""
        self.events += 1
        if type(event) is AudioChunkEvent:
            self.bytes += len(event.data)


@asynccontextmanager
async def scene(
    sources: Callable[[], AsyncIterator[bytes]],
    sink: Callable[[bytes], None],
    *,
    client: bool = True,
    observers: int = 2,
    rate_hz: int = 16_000,
) -> AsyncIterator[Session]:
    """A session with a client that reads everything, observers, and an avatar that wants ``rate_hz``."""
    cast = Cast(
        profile="benchmark",
        persona="benchmark",
        realtime=[Maker("fed", lambda: FedVoice(sources))],
        rungs=[Rung("sink", lambda: SinkAvatar(sink, rate_hz))],
    )
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(Session(cast))
        for _ in range(observers):
            session.bus.observe(Watcher(), OBSERVED)
        if client:
            group = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(group.create_task(_read(session), name="client").cancel)
        yield session


async def _read(session: Session) -> None:
    async for event in session.subscribe():
        del event

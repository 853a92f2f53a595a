"""A known clip through the avatar: what it was sent, what came back, what of it reached a page's wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import msgspec

from tth.adapters.avatar import AvatarAdapter
from tth.cli.checkup_clip import ClipVoice
from tth.config.settings import Budget
from tth.core.bus import Subscription
from tth.core.events import (
    DegradedEvent,
    FaceFrameEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    VideoFrameEvent,
)
from tth.core.media import FaceFrame, VideoFrame
from tth.core.streams import Stream
from tth.errors import TthError
from tth.server.stream import ClientStream
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.foreign import explain
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.wire.native import Kind, unpack


@dataclass(slots=True)
class Passed:
    """What passed between the stage, the avatar and the wire.

    Attributes:
        connect_ms: How long the avatar took to connect; ``None`` where it did not.
        rate_hz: Samples a second that it asked for.
        packet_bytes: Size of the packets that it asked for.
        elsewhere: Whether its pictures go another way than through the session.
        sends: Seconds and bytes of each piece that it accepted.
        pending: Whether it has not yet accepted the last one.
        first_audio_s: When it got the first piece.
        first_frame_s: When the first frame was delivered.
        frames: Frames that were delivered.
        came_s: When each of them was.
        on_wire: Media units of the frames that were written for a page.
        ended: Whether the clip was played to its end.
        trouble: Why it is no longer in use, or never was.
        reason: The trouble in the avatar's own words; empty where it said nothing, and was found to be slow or silent.
        remarks: What it says itself of how it was answered.
    """

    connect_ms: float | None = None
    rate_hz: int = 0
    packet_bytes: int = 0
    elsewhere: bool = False
    sends: list[tuple[float, int]] = field(default_factory=list)
    pending: bool = False
    first_audio_s: float | None = None
    first_frame_s: float | None = None
    frames: list[FaceFrame | VideoFrame] = field(default_factory=list)
    came_s: list[float] = field(default_factory=list)
    on_wire: list[int] = field(default_factory=list)
    ended: bool = False
    trouble: str = ""
    reason: str = ""
    remarks: tuple[str, ...] = ()


class Probe:
    """Stands between stage and avatar and notes what passes; everything else is the avatar's own."""

    def __init__(self, adapter: AvatarAdapter, passed: Passed) -> None:
        self._adapter = adapter
        self._passed = passed
        passed.rate_hz = adapter.audio_format.rate_hz
        passed.packet_bytes = 2 * (passed.rate_hz * adapter.packet_ms // 1000)
        passed.elsewhere = bool(getattr(adapter, "elsewhere", False))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    async def connect(self) -> None:
        """Connect it, and note how long it takes."""
        began_s = _now_s()
        await self._adapter.connect()
        self._passed.connect_ms = round((_now_s() - began_s) * 1000, 1)

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Send it a piece; one that it does not accept stays pending."""
        passed = self._passed
        passed.pending = True
        if passed.first_audio_s is None:
            passed.first_audio_s = _now_s()
        with self._reasons():
            await self._adapter.send_audio(pcm, start_sample)
        passed.pending = False
        passed.sends.append((_now_s(), len(pcm)))

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """Its frames, as they are."""
        with self._reasons():
            async with aclosing(self._adapter.stream_frames()) as frames:
                async for frame in frames:
                    yield frame

    async def close(self) -> None:
        """Close it, and keep what it has to say."""
        await self._adapter.close()
        self._passed.remarks = tuple(getattr(self._adapter, "remarks", ()))

    @contextmanager
    def _reasons(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # a stranger's class
            self._passed.reason = self._passed.reason or explain(error)
            raise


class Wire:
    """The socket of a page that is not there: notes what is written to it."""

    def __init__(self, passed: Passed) -> None:
        self._passed = passed
        self.over = asyncio.Event()

    async def send_text(self, data: str) -> None:
        """An event: the one that ends the turn is waited for."""
        if msgspec.json.decode(data)["type"] == "turn_complete":
            self.over.set()

    async def send_bytes(self, data: bytes) -> None:
        """Sound or a frame."""
        header, _ = unpack(data)
        if header.kind is not Kind.AUDIO and header.turn:
            self._passed.on_wire.append(header.sample)


async def feed(made_of: Cast, until: float) -> Passed:
    """Say the clip to the first avatar of ``made_of`` in real time, no longer than ``until`` on the loop's clock.

    It is given up at its first failure. Whatever goes wrong is in what is returned.
    """
    passed = Passed()
    best = made_of.rungs[0]

    def make() -> AvatarAdapter:
        return cast("AvatarAdapter", Probe(best.make(), passed))

    alone = replace(
        made_of,
        realtime=[Maker("clip", ClipVoice)],
        llms=(),
        voices=(),
        rungs=[Rung(best.name, make)],
        choose_voice=lambda control: None,
        budget=Budget(),
    )
    try:
        async with asyncio.timeout_at(until):
            await _run(alone, passed)
    except TimeoutError:
        passed.trouble = passed.trouble or "it took too long"
    except TthError as error:
        passed.trouble = explain(error)
    return passed


async def _run(made_of: Cast, passed: Passed) -> None:
    session = Session(made_of)
    events = session.subscribe()
    async with session, asyncio.TaskGroup() as group:
        wire = Wire(passed)
        stream = ClientStream(session, wire)
        writing = group.create_task(stream.write())
        if passed.connect_ms is not None:
            session.say("Go")
        await _take(events, passed)
        if passed.ended:
            await wire.over.wait()
        writing.cancel()
        stream.close()


async def _take(events: Subscription, passed: Passed) -> None:
    async for event in events:
        match event:
            case FaceFrameEvent() | VideoFrameEvent() if event.frame.speech_id:
                if passed.first_frame_s is None:
                    passed.first_frame_s = _now_s()
                passed.came_s.append(_now_s())
                passed.frames.append(event.frame)
            case DegradedEvent(component="avatar"):
                passed.trouble = event.reason
                return
            case TurnCompleteEvent() | TurnInterruptedEvent() | TurnFailedEvent():
                passed.ended = isinstance(event, TurnCompleteEvent)
                return


def _now_s() -> float:
    return asyncio.get_running_loop().time()

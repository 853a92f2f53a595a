"""A service in memory, so that clips run on virtual time: frames as sound arrives, and whatever goes wrong."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.core.channel import Channel
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.media import MEDIA_RATE_HZ, FaceFrame
from tth.face.blendshapes import NAMES
from tth.transports.grpc_call import CallFailed
from tth.wire.a2f.messages_pb2 import AnimationDataStream, AudioStream, AudioStreamHeader, Status
from tth.wire.a2f.names import raised

PACKET = bytes(640)


@dataclass
class Seen:
    """One clip as the service saw it."""

    at: float
    header: AudioStreamHeader | None = None
    pieces: list[bytes] = field(default_factory=list)
    moods: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    ended: float | None = None
    half_closed: bool = False
    cancelled: bool = False

    @property
    def audio(self) -> bytes:
        return b"".join(self.pieces)


def names(shapes: Sequence[str] = NAMES) -> AnimationDataStream:
    reply = AnimationDataStream()
    reply.animation_data_stream_header.skel_animation_header.blend_shapes.extend(map(raised, shapes))
    return reply


def pose(time_code: float, values: Sequence[float] = (0.25,) * len(NAMES)) -> AnimationDataStream:
    reply = AnimationDataStream()
    reply.animation_data.skel_animation.blend_shape_weights.add(time_code=time_code, values=values)
    return reply


def status(code: int = Status.SUCCESS, message: str = "") -> AnimationDataStream:
    return AnimationDataStream(status=Status(code=code, message=message))


Answer = Callable[["MemoryCall"], None]


class MemoryCall:
    """Both ends of one call."""

    def __init__(self, seen: Seen, service: MemoryService) -> None:
        self.seen = seen
        self._service = service
        self._replies: Channel[bytes | CallFailed] = Channel(1 << 20)
        self._framed = 0
        self.reply(names(service.shapes))

    def reply(self, *replies: AnimationDataStream) -> None:
        for each in replies:
            if not self._replies.closed:
                self._replies.put_now(each.SerializeToString())

    def end(self, status: str = "", detail: str = "") -> None:
        if status and not self._replies.closed:
            self._replies.put_now(CallFailed(status, detail))
        self._replies.close()

    def make_frames(self, *, all_of_it: bool = False) -> None:
        rate_hz = self.seen.header.audio_header.samples_per_second
        frames = len(self.seen.audio) / 2 * 30 / rate_hz
        for number in range(self._framed, math.ceil(frames) if all_of_it else int(frames)):
            self.reply(pose(number / 30))
            self._framed = number + 1

    async def write(self, message: bytes) -> bool:
        await self._service.room.wait()
        await asyncio.sleep(0)
        if self._replies.closed:
            return False
        part = AudioStream.FromString(message)
        match part.WhichOneof("stream_part"):
            case "audio_stream_header":
                self.seen.header = part.audio_stream_header
            case "audio_with_emotion":
                self.seen.pieces.append(part.audio_with_emotion.audio_buffer)
                self.seen.moods += [(each.time_code, dict(each.emotion)) for each in part.audio_with_emotion.emotions]
                self._service.on_audio(self)
            case "end_of_audio":
                self.seen.ended = asyncio.get_running_loop().time()
                self._service.on_end(self)
        return True

    async def done_writing(self) -> None:
        self.seen.half_closed = True

    async def read(self) -> bytes | None:
        try:
            found = await anext(self._replies)
        except StopAsyncIteration:
            return None
        if isinstance(found, CallFailed):
            raise found
        return found

    def cancel(self) -> None:
        self.seen.cancelled = True
        self._replies.close()


def _frames(call: MemoryCall) -> None:
    call.make_frames()


def _finish(call: MemoryCall) -> None:
    call.make_frames(all_of_it=True)
    call.reply(status())
    call.end()


class MemoryService:
    """A ``Link``; what it does at sound and at the end can be changed."""

    def __init__(self, on_audio: Answer = _frames, on_end: Answer = _finish, shapes: Sequence[str] = NAMES) -> None:
        self.on_audio = on_audio
        self.on_end = on_end
        self.shapes = shapes
        self.clips: list[Seen] = []
        self.calls: list[MemoryCall] = []
        self.closed = 0
        self.room = asyncio.Event()
        self.room.set()

    async def check(self) -> None:
        pass

    def open(self, limit_s: float) -> MemoryCall:
        seen = Seen(asyncio.get_running_loop().time())
        self.clips.append(seen)
        self.calls.append(MemoryCall(seen, self))
        return self.calls[-1]

    async def close(self) -> None:
        self.closed += 1

    async def opener(self, options: A2FOptions, shared: Shared) -> MemoryService:
        return self


class Scene:
    """An adapter at a service in memory, and what it gave; an async context manager."""

    def __init__(self, service: MemoryService | None = None, **options: object) -> None:
        self.service = service or MemoryService()
        self.avatar = A2F(A2FOptions(**options), opener=self.service.opener)
        self.frames: list[FaceFrame] = []
        self.error: Exception | None = None
        self.at = 0

    async def __aenter__(self) -> Scene:
        await self.avatar.connect()
        self._group = asyncio.TaskGroup()
        await self._group.__aenter__()
        self._group.create_task(self._read())
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.avatar.close()
        await self._group.__aexit__(None, None, None)

    async def _read(self) -> None:
        try:
            async for frame in self.avatar.stream_frames():
                self.frames.append(frame)
        except Exception as error:
            self.error = error

    async def start(self, speech_id: str = "one", at: int = 0, emotion: str | None = None, **fields: float) -> None:
        label = EmotionLabel(emotion) if emotion else None
        self.at = at
        control = TurnControl(EmotionControl(label, **fields))
        await self.avatar.start_speech(speech_id, start_sample=at, control=control)

    async def speak(self, seconds: float, *, packet: bytes = PACKET, pace: float = 1.0, lump: int = 1) -> None:
        """Sound for so long, in lumps of packets at ``pace`` times real time; 0: at once."""
        rate_hz = self.avatar.audio_format.rate_hz
        length = len(packet) / 2 / rate_hz
        for _ in range(round(seconds / length / lump)):
            await self.avatar.send_audio(packet * lump, self.at)
            self.at += len(packet) * lump // 2 * MEDIA_RATE_HZ // rate_hz
            if pace:
                await asyncio.sleep(length * lump / pace)

    async def settle(self) -> None:
        await asyncio.sleep(0.01)

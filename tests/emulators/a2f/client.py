"""A small client of the service, for tests: it says what it is told and keeps what comes."""

from __future__ import annotations

import asyncio
import math
from array import array
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import grpc
import grpc.aio

from tth.wire.a2f import methods
from tth.wire.a2f.messages_pb2 import (
    AnimationDataStream,
    AudioHeader,
    AudioStream,
    AudioStreamHeader,
    AudioWithEmotion,
    EmotionAggregate,
    EmotionWithTimeCode,
    Status,
)

END = AudioStream(end_of_audio=AudioStream.EndOfAudio())


def header(rate_hz=16_000, *, channels=1, bits=16, **parameters) -> AudioStream:
    audio = AudioHeader(samples_per_second=rate_hz, channel_count=channels, bits_per_sample=bits)
    return AudioStream(audio_stream_header=AudioStreamHeader(audio_header=audio, **parameters))


def sound(pcm: bytes, *emotions: tuple[float, dict[str, float]]) -> AudioStream:
    sent = [EmotionWithTimeCode(time_code=time, emotion=values) for time, values in emotions]
    return AudioStream(audio_with_emotion=AudioWithEmotion(audio_buffer=pcm, emotions=sent))


def tone(samples: int, rate_hz=16_000, hz=800.0) -> bytes:
    step = 2 * math.pi * hz / rate_hz
    return array("h", (int(9000 * math.sin(n * step)) for n in range(samples))).tobytes()


def ah(samples: int, rate_hz=16_000) -> bytes:
    """The vowel of "spa": harmonics of a voice at 120 Hz, strongest at its formants."""
    wave = [0.0] * samples
    for number in range(1, 40):
        hz = 120.0 * number
        loud = sum(math.exp(-(((hz - formant) / 130.0) ** 2)) for formant in (730.0, 1090.0, 2440.0)) + 0.02
        step = 2 * math.pi * hz / rate_hz
        for at in range(samples):
            wave[at] += loud * math.sin(at * step)
    return array("h", (int(2500 * value) for value in wave)).tobytes()


def clip(pcm: bytes, rate_hz=16_000, *emotions, **parameters) -> list[AudioStream]:
    """A whole clip in messages of a second, as NVIDIA's client cuts it."""
    second = 2 * rate_hz
    pieces = [pcm[at : at + second] for at in range(0, len(pcm), second)]
    first = [sound(pieces[0], *emotions)] if pieces else []
    return [header(rate_hz, **parameters), *first, *map(sound, pieces[1:]), END]


@dataclass
class Answer:
    """All that came back."""

    parts: list[AnimationDataStream] = field(default_factory=list)
    code: grpc.StatusCode = grpc.StatusCode.UNKNOWN
    details: str = ""

    @property
    def kinds(self) -> list[str]:
        return [part.WhichOneof("stream_part") for part in self.parts]

    @property
    def header(self):
        (found,) = [each.animation_data_stream_header for each in self.parts if self._is(each, "header")]
        return found

    @property
    def names(self) -> list[str]:
        return list(self.header.skel_animation_header.blend_shapes)

    @property
    def data(self):
        return [each.animation_data for each in self.parts if each.HasField("animation_data")]

    @property
    def frames(self):
        return [frame for data in self.data for frame in data.skel_animation.blend_shape_weights]

    @property
    def audio(self) -> bytes:
        return b"".join(data.audio.audio_buffer for data in self.data)

    @property
    def statuses(self) -> list[Status]:
        return [each.status for each in self.parts if each.HasField("status")]

    @property
    def feelings(self) -> list[EmotionAggregate]:
        return [EmotionAggregate.FromString(data.metadata["emotion_aggregate"].value) for data in self.data]

    def values(self, name: str) -> list[float]:
        index = self.names.index(name)
        return [frame.values[index] for frame in self.frames]

    @staticmethod
    def _is(part: AnimationDataStream, kind: str) -> bool:
        return str(part.WhichOneof("stream_part")).endswith(kind)


@asynccontextmanager
async def connected(target: str, credentials: grpc.ChannelCredentials | None = None) -> AsyncIterator[grpc.aio.Channel]:
    # A pool of its own: channels to one target otherwise share a connection within the process.
    options = [("grpc.use_local_subchannel_pool", 1)]
    made = (
        grpc.aio.insecure_channel(target, options)
        if credentials is None
        else grpc.aio.secure_channel(target, credentials, options)
    )
    async with made as channel:
        yield channel


def begin(channel: grpc.aio.Channel, **metadata: str):
    method = channel.stream_stream(
        methods.PROCESS_AUDIO_STREAM,
        request_serializer=AudioStream.SerializeToString,
        response_deserializer=AnimationDataStream.FromString,
    )
    return method(metadata=[(name.replace("_", "-"), value) for name, value in metadata.items()])


async def say(call, messages: Iterable[AudioStream], *, half_close: bool = True) -> None:
    """Send, letting the loop run between writes, until the server ends the call."""
    try:
        for message in messages:
            await call.write(message)
            await asyncio.sleep(0)
        if half_close:
            await call.done_writing()
    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
        pass  # the call has ended; its answer says how


async def speak(call, told: asyncio.Event, piece: AudioStream) -> None:
    """Send a clip as it is spoken, a piece every few milliseconds, until it is told how the clip ended."""
    try:
        await call.write(header())
        while not told.is_set():
            await call.write(piece)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.003):
                    await told.wait()
        await call.done_writing()
    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
        pass  # the call has ended; its answer says how


async def speak_live(channel, piece: AudioStream, **metadata: str) -> Answer:
    """One call whose client stops when it is told in the stream."""
    call, told = begin(channel, **metadata), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(speak(call, told, piece))
        answer = await hear(call, told)
    return answer


async def hear(call, told: asyncio.Event | None = None) -> Answer:
    """Everything up to the end of the call."""
    answer = Answer()
    try:
        while (part := await call.read()) is not grpc.aio.EOF:
            answer.parts.append(part)
            if told is not None and part.HasField("status"):
                told.set()
    except grpc.aio.AioRpcError:
        pass
    if told is not None:
        told.set()
    answer.code, answer.details = await call.code(), await call.details()
    return answer


async def converse(channel, messages: Iterable[AudioStream], *, half_close: bool = True, **metadata: str) -> Answer:
    """One whole call, read and written side by side."""
    call = begin(channel, **metadata)
    async with asyncio.TaskGroup() as group:
        group.create_task(say(call, messages, half_close=half_close))
        hearing = group.create_task(hear(call))
    return hearing.result()


async def ask(target: str, messages: Iterable[AudioStream], *, half_close: bool = True, **metadata: str) -> Answer:
    """One whole call on a connection of its own."""
    async with connected(target) as channel:
        return await converse(channel, messages, half_close=half_close, **metadata)

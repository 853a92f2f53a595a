"""NVIDIA's own stubs, driven as its published sample client drives them.

That is: one second of sound a message, so that whole seconds end in an empty buffer; all emotions with the first
message; every parameter of the preset; no half-close; the health check with an empty service name.
"""

from __future__ import annotations

import asyncio
import functools
import json
import math
import time
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from nvidia_ace.audio_pb2 import AudioHeader
from nvidia_ace.status_pb2 import Status
from nvidia_audio2face_3d import a2x_export_config_pb2, a2x_export_config_pb2_grpc
from nvidia_audio2face_3d.audio2face_pb2_grpc import A2FControllerServiceStub
from nvidia_audio2face_3d.messages_pb2 import (
    A2F3DAnimationDataStream,
    AudioWithEmotion,
    AudioWithEmotionStream,
    AudioWithEmotionStreamHeader,
    BlendShapeParameters,
    EmotionAggregate,
    EmotionParameters,
    EmotionPostProcessingParameters,
    EmotionWithTimeCode,
    FaceParameters,
)

from tests.clients.claims import main

Code = grpc.StatusCode
END = AudioWithEmotionStream(end_of_audio=AudioWithEmotionStream.EndOfAudio())
EMOTIONS = ((0.5, {"joy": 1.0}), (2.0, {"sadness": 0.7, "fear": 0.2}))
TRIES = 10
STREAMS = 10

FACE = {
    "upperFaceStrength": 1.0, "upperFaceSmoothing": 0.001, "lowerFaceStrength": 1.25, "lowerFaceSmoothing": 0.006,
    "faceMaskLevel": 0.6, "faceMaskSoftness": 0.0085, "skinStrength": 1.0, "eyelidOpenOffset": 0.0,
    "lipOpenOffset": 0.0, "tongueStrength": 1.3, "tongueHeightOffset": 0.0, "tongueDepthOffset": 0.0,
}  # fmt: skip
SHAPES = {"JawForward": 0.7, "JawLeft": 0.2, "MouthFunnel": 1.2, "MouthSmileLeft": 0.8, "TongueOut": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The services to try, as the file says whose path every claim is given."""

    plain: str
    tls: str
    mutual: str
    hosted: str
    full: str
    ca: str
    certificate: str
    key: str

    @classmethod
    def read(cls, file: str) -> Where:
        return cls(**json.loads(Path(file).read_text()))

    def credentials(self) -> tuple[grpc.ChannelCredentials, grpc.ChannelCredentials]:
        """Of a client that knows the authority, and of one that has its certificate too."""
        ca, certificate, key = (Path(each).read_bytes() for each in (self.ca, self.certificate, self.key))
        return grpc.ssl_channel_credentials(ca), grpc.ssl_channel_credentials(ca, key, certificate)


@dataclass
class Heard:
    """All that a clip brought."""

    names: list[str] = field(default_factory=list)
    rate_hz: int = 0
    frames: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    audio: bytes = b""
    feelings: list[EmotionAggregate] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    code: Code = Code.UNKNOWN
    details: str = ""
    first_s: float = 0.0
    """Until the first frame."""
    seconds: float = 0.0
    """Until the end of the call."""

    def take(self, message: A2F3DAnimationDataStream) -> None:
        if message.HasField("animation_data_stream_header"):
            header = message.animation_data_stream_header
            self.names = list(header.skel_animation_header.blend_shapes)
            self.rate_hz = header.audio_header.samples_per_second
        elif message.HasField("animation_data"):
            data = message.animation_data
            for frame in data.skel_animation.blend_shape_weights:
                self.frames.append((frame.time_code, dict(zip(self.names, frame.values, strict=True))))
            self.audio += data.audio.audio_buffer
            self.feelings.append(EmotionAggregate.FromString(data.metadata["emotion_aggregate"].value))
        elif message.HasField("status"):
            self.statuses.append(message.status)


HARMONICS = [
    (120 * number, sum(math.exp(-(((120 * number - formant) / 130) ** 2)) for formant in (730, 1090, 2440)))
    for number in range(1, 24)
]
"""The vowel of "spa"."""


@functools.cache
def ah(samples: int, rate_hz: int) -> bytes:
    wave = (sum(loud * math.sin(2 * math.pi * hz * n / rate_hz) for hz, loud in HARMONICS) for n in range(samples))
    return array("h", (int(2500 * value) for value in wave)).tobytes()


def header(rate_hz: int, channels: int = 1) -> AudioWithEmotionStream:
    return AudioWithEmotionStream(
        audio_stream_header=AudioWithEmotionStreamHeader(
            audio_header=AudioHeader(
                audio_format=AudioHeader.AUDIO_FORMAT_PCM,
                channel_count=channels,
                samples_per_second=rate_hz,
                bits_per_sample=16,
            ),
            face_params=FaceParameters(float_params=FACE),
            emotion_post_processing_params=EmotionPostProcessingParameters(
                emotion_contrast=1.0,
                live_blend_coef=0.7,
                enable_preferred_emotion=True,
                preferred_emotion_strength=0.5,
                emotion_strength=0.6,
                max_emotions=3,
            ),
            blendshape_params=BlendShapeParameters(
                bs_weight_multipliers=SHAPES,
                bs_weight_offsets=dict.fromkeys(SHAPES, 0.0),
                enable_clamping_bs_weight=False,
            ),
            emotion_params=EmotionParameters(live_transition_time=0.0001, beginning_emotion={"joy": 0.5}),
        )
    )


async def write(call, pcm: bytes, rate_hz: int, channels: int = 1) -> None:
    """Send a clip; a call that is over by then says why when it is read."""
    with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
        await write_all(call, pcm, rate_hz, channels)


async def write_all(call, pcm: bytes, rate_hz: int, channels: int) -> None:
    await call.write(header(rate_hz, channels))
    emotions = [EmotionWithTimeCode(time_code=at, emotion=values) for at, values in EMOTIONS]
    second = 2 * rate_hz
    for number in range(len(pcm) // second + 1):
        piece = pcm[number * second : (number + 1) * second]
        part = AudioWithEmotion(audio_buffer=piece, emotions=emotions if number == 0 else [])
        await call.write(AudioWithEmotionStream(audio_with_emotion=part))
    await call.write(END)


async def clip(channel, samples: int, rate_hz: int, *, channels: int = 1, metadata=()) -> Heard:
    """A whole clip; what the call ends with is no error here."""
    call = A2FControllerServiceStub(channel).ProcessAudioStream(metadata=metadata)
    heard, began = Heard(), time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(write(call, ah(samples, rate_hz), rate_hz, channels))
        with suppress(grpc.aio.AioRpcError):
            while (message := await call.read()) is not grpc.aio.EOF:
                heard.take(message)
                heard.first_s = heard.first_s or (time.monotonic() - began if heard.frames else 0.0)
    heard.seconds = time.monotonic() - began
    heard.code, heard.details = await call.code(), await call.details()
    return heard


@asynccontextmanager
async def connected(target: str, credentials=None) -> AsyncIterator[grpc.aio.Channel]:
    made = grpc.aio.insecure_channel(target) if credentials is None else grpc.aio.secure_channel(target, credentials)
    async with made as channel:
        yield channel


def well(heard: Heard) -> bool:
    return heard.code is Code.OK and [status.code for status in heard.statuses] == [Status.SUCCESS]


async def its_health_check_with_an_empty_name_is_answered(file):
    where = Where.read(file)
    for target in (where.plain, where.hosted):
        async with connected(target) as channel:
            answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def clips_of_16_24_44_1_and_48_kHz_get_thirty_frames_a_second(file):
    async with connected(Where.read(file).plain) as channel:
        for rate_hz in (16_000, 24_000, 44_100, 48_000):
            samples = rate_hz * 37 // 10
            heard = await clip(channel, samples, rate_hz)
            assert well(heard), heard.details
            assert heard.rate_hz == rate_hz
            assert [at for at, _ in heard.frames] == [number / 30 for number in range(111)]
            assert heard.audio == ah(samples, rate_hz).ljust(2 * rate_hz * 111 // 30, b"\0")
            assert max(weights["JawOpen"] for _, weights in heard.frames) > 0.3


async def the_clip_of_nvidias_published_log_gives_its_numbers(file):
    async with connected(Where.read(file).plain) as channel:
        heard = await clip(channel, 60_371, 16_000)
    assert (len(heard.frames), len(heard.audio)) == (114, 2 * 60_800)


async def an_empty_buffer_at_the_end_of_whole_seconds_is_taken(file):
    async with connected(Where.read(file).plain) as channel:
        heard = await clip(channel, 48_000, 16_000)
        assert well(heard), heard.details
        assert len(heard.frames) == 90
        assert well(await clip(channel, 0, 16_000))


async def emotions_sent_with_the_first_message_come_back_at_their_times(file):
    async with connected(Where.read(file).plain) as channel:
        heard = await clip(channel, 48_000, 16_000)
    assert all(not each.a2e_output for each in heard.feelings)
    joy = [dict(each.input_emotions[0].emotion).get("joy", 0.0) for each in heard.feelings]
    assert joy == [0.5] * 15 + [1.0] * 45 + [0.0] * 30
    shown = [dict(each.a2f_smoothed_output[0].emotion) for each in heard.feelings]
    assert len(shown[0]) == 10
    assert shown[40]["joy"] > shown[5]["joy"] > shown[80]["joy"] == 0 < shown[80]["sadness"]


async def its_configuration_files_come_as_yaml_and_as_json(file):
    async with connected(Where.read(file).plain) as channel:
        for name, kind in a2x_export_config_pb2.ConfigsTypeRequest.ConfigType.items():
            request = a2x_export_config_pb2.ConfigsTypeRequest(config_type=kind)
            stub = a2x_export_config_pb2_grpc.A2XExportConfigServiceStub(channel)
            files = [each async for each in stub.GetConfigs(request)]
            wanted = ("stylization_config", "deployment_config", "advanced_config")
            assert [each.name for each in files] == [f"{each}.{name.lower()}" for each in wanted]
            assert all(each.content for each in files)


async def tls_and_mutual_tls_are_spoken(file):
    where = Where.read(file)
    known, certified = where.credentials()
    for target, credentials, code in (
        (where.tls, known, Code.OK),
        (where.tls, None, Code.UNAVAILABLE),
        (where.mutual, certified, Code.OK),
        (where.mutual, known, Code.UNAVAILABLE),
    ):
        async with connected(target, credentials) as channel:
            assert (await clip(channel, 16_000, 16_000)).code is code


async def key_and_function_id_are_taken_as_metadata(file):
    metadata = (("authorization", "Bearer secret"), ("function-id", "0961a6da"))
    async with connected(Where.read(file).hosted) as channel:
        assert well(await clip(channel, 16_000, 16_000, metadata=metadata))


async def always(code: Code, attempt: Callable) -> Heard:
    """The status is the true one each time, though the client writes as fast as it can."""
    heard = [await attempt() for _ in range(TRIES)]
    assert [each.code for each in heard] == [code] * TRIES
    return heard[0]


async def refusals_are_told_by_their_own_status(file):
    where = Where.read(file)
    key = ("authorization", "Bearer secret")
    async with connected(where.plain) as plain, connected(where.hosted) as hosted, connected(where.full) as full:
        for rate_hz, channels, told in ((8_000, 1, "samples_per_second"), (16_000, 2, "channel_count")):
            heard = await always(
                Code.INVALID_ARGUMENT, lambda r=rate_hz, c=channels: clip(plain, 48_000, r, channels=c)
            )
            assert [status.code for status in heard.statuses] == [Status.ERROR]
            assert told in heard.statuses[0].message
        await always(Code.UNAUTHENTICATED, partial(clip, hosted, 48_000, 16_000))
        gone = (key, ("function-id", "gone"))
        await always(Code.NOT_FOUND, partial(clip, hosted, 48_000, 16_000, metadata=gone))
        held = A2FControllerServiceStub(full).ProcessAudioStream()
        await held.write(header(16_000))
        await held.read()
        await always(Code.RESOURCE_EXHAUSTED, partial(clip, full, 48_000, 16_000))
        held.cancel()


async def it_keeps_up_with_ten_streams_at_once(file):
    async with connected(Where.read(file).plain) as channel:
        alone = await clip(channel, 16_000 * 5, 16_000)
        many = await asyncio.gather(*(clip(channel, 16_000 * 5, 16_000) for _ in range(STREAMS)))
    assert all(map(well, (alone, *many)))
    firsts = sorted(each.first_s for each in many)
    slowest = max(each.seconds for each in many)
    print(
        f"       alone: first frame after {alone.first_s * 1000:.0f} ms, {len(alone.frames) / alone.seconds:.0f} frames"
        f" a second; {STREAMS} at once: first frame after {firsts[len(firsts) // 2] * 1000:.0f} ms (median),"
        f" {len(many[0].frames) / slowest:.0f} frames a second for the slowest"
    )
    assert len(many[0].frames) / slowest > 30


if __name__ == "__main__":
    main(
        [
            its_health_check_with_an_empty_name_is_answered,
            clips_of_16_24_44_1_and_48_kHz_get_thirty_frames_a_second,
            the_clip_of_nvidias_published_log_gives_its_numbers,
            an_empty_buffer_at_the_end_of_whole_seconds_is_taken,
            emotions_sent_with_the_first_message_come_back_at_their_times,
            its_configuration_files_come_as_yaml_and_as_json,
            tls_and_mutual_tls_are_spoken,
            key_and_function_id_are_taken_as_metadata,
            refusals_are_told_by_their_own_status,
            it_keeps_up_with_ten_streams_at_once,
        ]
    )

"""``python -m benchmarks.a2f_peer``: a service that answers each clip with ready-made frames."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import grpc
import grpc.aio

from tth.face.blendshapes import NAMES, TONGUE
from tth.wire.a2f.messages_pb2 import AnimationDataStream, AudioStream, HealthCheckResponse, Status
from tth.wire.a2f.methods import CONTROLLER, FRAMES_A_SECOND, HEALTH
from tth.wire.a2f.names import raised

SHAPES = tuple(map(raised, (*NAMES, *TONGUE)))


def _header() -> bytes:
    message = AnimationDataStream()
    message.animation_data_stream_header.skel_animation_header.blend_shapes.extend(SHAPES)
    return message.SerializeToString()


def _frame(number: int, rate_hz: int) -> bytes:
    """A frame as the service sends it, with the sound echoed."""
    message = AnimationDataStream()
    time_code = number / FRAMES_A_SECOND
    weights = [(number + index) % 100 / 100 for index in range(len(SHAPES))]
    message.animation_data.skel_animation.blend_shape_weights.add(time_code=time_code, values=weights)
    message.animation_data.audio.audio_buffer = bytes(2 * rate_hz // FRAMES_A_SECOND)
    return message.SerializeToString()


FRAMES = [_frame(number, 16_000) for number in range(10 * FRAMES_A_SECOND)]
DONE = AnimationDataStream(status=Status(code=Status.SUCCESS)).SerializeToString()


async def _clip(requests: AsyncIterator[bytes], _: object) -> AsyncIterator[bytes]:
    yield _header()
    samples = made = 0
    async for request in requests:
        part = AudioStream.FromString(request)
        samples += len(part.audio_with_emotion.audio_buffer) // 2
        whole = part.HasField("end_of_audio")
        count = -(-samples * FRAMES_A_SECOND // 16_000) if whole else samples * FRAMES_A_SECOND // 16_000
        while made < min(count, len(FRAMES)):
            yield FRAMES[made]
            made += 1
        if whole:
            break
    yield DONE


async def _silent(requests: AsyncIterator[bytes], _: object) -> AsyncIterator[bytes]:
    """No frame at all, so that writing alone can be measured."""
    yield _header()
    async for _request in requests:
        pass
    yield DONE


async def _check(_: bytes, __: object) -> bytes:
    return HealthCheckResponse(status=HealthCheckResponse.SERVING).SerializeToString()


async def main(silent: bool) -> None:
    """Serve until standard input is closed; the address is the first line told."""
    server = grpc.aio.server()
    clip = grpc.stream_stream_rpc_method_handler(_silent if silent else _clip)
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(CONTROLLER, {"ProcessAudioStream": clip}),
            grpc.method_handlers_generic_handler(HEALTH, {"Check": grpc.unary_unary_rpc_method_handler(_check)}),
        )
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"127.0.0.1:{port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(main("--silent" in sys.argv))

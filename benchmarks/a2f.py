"""The avatar ``a2f`` at a service in another process: what writing and reading cost, and how soon a frame is there."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from benchmarks.figures import Figure, Goal, quantile
from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.core.controls import TurnControl
from tth.core.media import MEDIA_RATE_HZ
from tth.wire.a2f.clip import END, ClipSettings, audio, header
from tth.wire.a2f.methods import PROCESS_AUDIO_STREAM

PART = "Audio2Face-3D"
SESSIONS = 20
SETTLE_S = 0.1
"""What gRPC still does when a call is over must not outlive the loop."""

PACKET = bytes(640)
SECOND = bytes(32_000)
LEAD = SECOND + SECOND[:16_000]
"""What the stage feeds at once when a speech begins."""


@contextmanager
def service(*arguments: str) -> Iterator[str]:
    """A service in another process; gives its address."""
    command = [sys.executable, "-m", "benchmarks.a2f_peer", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


@asynccontextmanager
async def connected(target: str, shared: Shared) -> AsyncIterator[A2F]:
    """One session's avatar."""
    avatar = A2F(A2FOptions(target=target), shared)
    try:
        await avatar.connect()
        yield avatar
    finally:
        await avatar.close()


async def write_s(target: str, count: int) -> float:
    """CPU seconds of this process for one packet sent, each in a message of its own."""
    async with connected(target, Shared()) as avatar:
        await avatar.start_speech("one", start_sample=0, control=TurnControl())
        await avatar.send_audio(PACKET, 0)
        await asyncio.sleep(0.05)
        begun = time.process_time()
        for number in range(1, count + 1):
            await avatar.send_audio(PACKET, number * 480)
            # Longer than a write takes, so that nothing is coalesced.
            await asyncio.sleep(0.001)
        spent = time.process_time() - begun
        await avatar.interrupt()
    return spent / count


async def bare_write_s(target: str, count: int) -> float:
    """The same with nothing but ``grpc.aio``."""
    import grpc.aio

    async with grpc.aio.insecure_channel(target) as channel:
        call = channel.stream_stream(PROCESS_AUDIO_STREAM)()
        await call.write(header(ClipSettings(rate_hz=16_000)))
        await asyncio.sleep(0.05)
        message = audio(PACKET)
        begun = time.process_time()
        for _ in range(count):
            await call.write(message)
            await asyncio.sleep(0.001)
        spent = time.process_time() - begun
        call.cancel()
        await asyncio.sleep(SETTLE_S)
    return spent / count


async def frame_s(target: str) -> float:
    """CPU seconds of this process for one frame of a speech of nine seconds that is sent at once."""
    async with connected(target, Shared()) as avatar:
        begun, frames = time.process_time(), 0
        await avatar.start_speech("one", start_sample=0, control=TurnControl())
        await avatar.send_audio(SECOND * 9, 0)
        await avatar.end_speech()
        async for frame in avatar.stream_frames():
            frames += 1
            if frame.sample >= 9 * MEDIA_RATE_HZ:
                break
        return (time.process_time() - begun) / frames


async def bare_frame_s(target: str) -> float:
    """The same with nothing but ``grpc.aio``: frames come as bytes and are not looked at."""
    import grpc.aio

    async with grpc.aio.insecure_channel(target) as channel:
        await channel.channel_ready()
        begun, frames = time.process_time(), 0
        call = channel.stream_stream(PROCESS_AUDIO_STREAM)()
        for message in (header(ClipSettings(rate_hz=16_000)), *[audio(SECOND)] * 9, END):
            await call.write(message)
        await call.done_writing()
        while await call.read() is not grpc.aio.EOF:
            frames += 1
        spent = time.process_time() - begun
        await asyncio.sleep(SETTLE_S)
    return spent / frames


async def first_frames(target: str, seconds: int, count: int) -> list[float]:
    """Seconds from the first sound of a reply to its first frame, for ``count`` replies of that length."""
    shared, found = Shared(), []
    async with connected(target, shared) as avatar:
        frames = avatar.stream_frames()
        for number in range(count):
            await avatar.start_speech(str(number), start_sample=0, control=TurnControl())
            begun = time.perf_counter()
            await avatar.send_audio(LEAD, 0)
            feeding = asyncio.gather(_rest(avatar, seconds))
            await anext(frame async for frame in frames if frame.speech_id == str(number))
            found.append(time.perf_counter() - begun)
            await feeding
            await avatar.interrupt()
    return found


async def _rest(avatar: A2F, seconds: int) -> None:
    for at in range(3 * MEDIA_RATE_HZ // 2, seconds * MEDIA_RATE_HZ, MEDIA_RATE_HZ // 2):
        await avatar.send_audio(SECOND[:16_000], at)


async def share_of_core(target: str, seconds: float) -> float:
    """What of a core sessions take that all speak at once, fed as the stage feeds them."""
    shared = Shared()

    async def speak(number: int) -> None:
        async with connected(target, shared) as avatar, asyncio.TaskGroup() as group:
            reading = group.create_task(_read(avatar))
            await asyncio.sleep(number / SESSIONS / 4)
            await avatar.start_speech("one", start_sample=0, control=TurnControl())
            await avatar.send_audio(LEAD, 0)
            for step in range(int(seconds * 4)):
                await asyncio.sleep(0.25)
                await avatar.send_audio(SECOND[:8000], 3 * MEDIA_RATE_HZ // 2 + step * MEDIA_RATE_HZ // 4)
            reading.cancel()

    begun, cpu = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for number in range(SESSIONS):
            group.create_task(speak(number))
    return (time.process_time() - cpu) / (time.perf_counter() - begun)


async def _read(avatar: A2F) -> None:
    async for _ in avatar.stream_frames():
        pass


def _against(what: str, pairs: list[tuple[float, float]]) -> Figure:
    return Figure(
        part=PART,
        what=what,
        value=min(ours for ours, _ in pairs) * 1e6,
        floor=min(bare for _, bare in pairs) * 1e6,
        unit="µs",
        note="floor: grpc.aio alone; threads of gRPC and the waits between counted in both; best of the rounds",
    )


def measure(*, quick: bool) -> Iterator[Figure]:
    """Writing, reading, the first frame, and many at once."""
    gc.collect()
    rounds = 3 if quick else 7
    with service("--silent") as target:
        count = 300 if quick else 1000
        yield _against(
            "CPU for a write of 20 ms, send_audio to the socket",
            [(asyncio.run(write_s(target, count)), asyncio.run(bare_write_s(target, count))) for _ in range(rounds)],
        )
    with service() as target:
        yield _against(
            "CPU for a frame of 68 weights, socket to FaceFrame",
            [(asyncio.run(frame_s(target)), asyncio.run(bare_frame_s(target))) for _ in range(rounds)],
        )
        replies = 50 if quick else 200
        short = sorted(asyncio.run(first_frames(target, 2, replies)))
        long = sorted(asyncio.run(first_frames(target, 8, replies)))
        for name, part, goal in (("p50", 0.5, None), ("p99", 0.99, Goal(80))):
            yield Figure(
                part=PART,
                what=f"first frame after the first sound, {name}",
                value=quantile(long, part) * 1e3,
                floor=quantile(short, part) * 1e3,
                unit="ms",
                goal=goal,
                note="replies of 8 s; floor: of 2 s",
            )
        yield Figure(
            part=PART,
            what=f"share of a core, {SESSIONS} sessions that speak",
            value=asyncio.run(share_of_core(target, 3 if quick else 8)) * 100,
            unit="%",
            goal=Goal(100),
            note="fed as the stage feeds; adapter and gRPC's threads",
        )

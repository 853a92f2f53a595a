"""The adapter at a service over real gRPC on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import struct
import threading

import pytest

from tests.builtins.a2f.sound import noise, tone
from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.media import MEDIA_RATE_HZ, FaceFrame
from tth.emulators.a2f.faults import Fault, Faults
from tth.emulators.a2f.options import EmulatorOptions
from tth.errors import AdapterError
from tth.testing.conformance import AvatarConformance
from tth.testing.emulated_a2f import emulated_a2f

PLAIN = TurnControl()


class TestA2F(AvatarConformance):
    @pytest.fixture(autouse=True)
    def _service(self):
        """On a loop of its own, since a gRPC server always has a task that waits for the next call."""
        began, done = threading.Event(), threading.Event()

        async def serve():
            async with emulated_a2f() as (self.target, _):
                began.set()
                await asyncio.to_thread(done.wait)

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        assert began.wait(10)
        yield
        done.set()
        thread.join()

    def make(self, shared):
        return A2F(A2FOptions(target=self.target), shared)


class TestA2FAtAnotherRate(TestA2F):
    def make(self, shared):
        return A2F(A2FOptions(target=self.target, rate_hz=24_000, packet_ms=35), shared)


@contextlib.asynccontextmanager
async def connected(emulated: EmulatorOptions | None = None, **options):
    async with emulated_a2f(emulated or EmulatorOptions()) as (target, emulator):
        avatar = A2F(A2FOptions(target=target, **options), Shared())
        try:
            await avatar.connect()
            yield avatar, emulator
        finally:
            await avatar.close()


async def say(avatar: A2F, pcm: bytes, speech_id: str = "one", control: TurnControl = PLAIN, piece: int = 6400) -> None:
    await avatar.start_speech(speech_id, start_sample=0, control=control)
    for at in range(0, len(pcm), piece):
        await avatar.send_audio(pcm[at : at + piece], at // 2 * MEDIA_RATE_HZ // avatar.audio_format.rate_hz)
        await asyncio.sleep(0)
    await avatar.end_speech()


async def take(avatar: A2F, until: int) -> list[FaceFrame]:
    """Frames up to the first that is due at ``until`` or later."""
    found: list[FaceFrame] = []
    async with asyncio.timeout(10):
        async for frame in avatar.stream_frames():
            found.append(frame)
            if frame.sample >= until:
                break
    return found


@pytest.mark.parametrize("piece", [640, 6400, 64_000])
async def test_the_service_gets_every_byte_in_order_and_the_tail(piece):
    sound = noise(3 * 32_000 + 66)
    async with connected() as (avatar, emulator):
        await say(avatar, sound, piece=piece)
        frames = await take(avatar, round(3.36 * MEDIA_RATE_HZ))
        (clip,) = emulator.records
        assert bytes(clip.audio) == sound + bytes(20 * 640)
        assert clip.header.audio_header.samples_per_second == 16_000
        assert abs(len(frames) - 30 * 3.4) <= 1
        assert [frame.tail for frame in frames] == [frame.sample >= 3 * MEDIA_RATE_HZ + 48 for frame in frames]


@pytest.mark.parametrize(("names", "tongue"), [(52, 0), (55, 0), (68, 64), (71, 64)])
async def test_any_number_of_names_gives_the_fifty_two_and_a_tongue_where_there_is_one(names, tongue):
    async with connected(EmulatorOptions(names=names)) as (avatar, _):
        await say(avatar, tone(1))
        for frame in await take(avatar, MEDIA_RATE_HZ):
            assert (len(frame.weights), len(frame.tongue)) == (208, tongue)
            assert all(0 <= value <= 1 for value in struct.unpack("<52f", frame.weights))


async def test_several_frames_in_a_message_are_several_frames():
    async with connected(EmulatorOptions(frames_a_message=7)) as (avatar, _):
        await say(avatar, tone(1))
        frames = await take(avatar, round(1.36 * MEDIA_RATE_HZ))
        assert [frame.sample for frame in frames] == [800 * number for number in range(42)]


async def test_parameters_reach_the_service_as_the_profile_has_them():
    options = {
        "preset": "james",
        "face": {"lowerFaceStrength": 0.5},
        "multipliers": {"jawOpen": 0.9, "MouthSmileLeft": 0.7},
        "offsets": {"eyeSquint": 0.1},
        "clamp": True,
        "emotions": "both",
        "emotion": {"preferred_emotion_strength": 0.7, "max_emotions": 2, "live_transition_time": 0.25},
    }
    async with connected(**options) as (avatar, emulator):
        await say(avatar, tone(0.2), control=TurnControl(EmotionControl(EmotionLabel.ANGRY, 0.5)))
        await take(avatar, 4800)
        (clip,) = emulator.records
        header = clip.header
        face, shapes = header.face_params.float_params, header.blendshape_params
        assert face["lowerFaceStrength"] == 0.5
        assert face["lipOpenOffset"] == pytest.approx(-0.02)
        assert shapes.bs_weight_multipliers["JawOpen"] == pytest.approx(0.9)
        assert shapes.bs_weight_multipliers["MouthSmileLeft"] == pytest.approx(0.7)
        assert shapes.bs_weight_multipliers["MouthSmileRight"] == pytest.approx(1.2)
        assert dict(shapes.bs_weight_offsets) == pytest.approx({"EyeSquintLeft": 0.1, "EyeSquintRight": 0.1})
        assert shapes.enable_clamping_bs_weight
        mixing = header.emotion_post_processing_params
        assert mixing.enable_preferred_emotion
        assert mixing.preferred_emotion_strength == pytest.approx(0.7)
        assert mixing.max_emotions == 2
        assert not mixing.HasField("emotion_contrast")
        assert header.emotion_params.live_transition_time == 0.25
        assert dict(clip.emotions[0].emotion) == pytest.approx({"anger": 0.49})


async def test_what_is_not_set_is_not_sent():
    async with connected() as (avatar, emulator):
        await say(avatar, tone(0.2))
        await take(avatar, 4800)
        header = emulator.records[0].header
        assert not header.HasField("face_params")
        assert not header.HasField("blendshape_params")
        assert not header.HasField("emotion_params")


async def test_after_an_interrupt_no_frame_comes_and_the_service_knows():
    async with connected() as (avatar, emulator):
        await avatar.start_speech("one", start_sample=0, control=PLAIN)
        await avatar.send_audio(tone(1), 0)
        await take(avatar, 12_000)
        await avatar.interrupt()
        await say(avatar, tone(0.5), "two")
        frames = await take(avatar, 12_000)
        assert {frame.speech_id for frame in frames} == {"two"}
        await emulator.ledger.settled()
        assert [clip.ended for clip in emulator.records] == ["cancelled", "complete"]


@pytest.mark.parametrize(
    ("fault", "code", "decision"),
    [
        ({"refuse": "INVALID_ARGUMENT"}, "bad_request", "fatal"),
        ({"refuse": "RESOURCE_EXHAUSTED"}, "busy", "retry"),
        ({"error": "no", "frame": 5}, "clip_refused", "retry"),
        ({"abort": "UNAVAILABLE", "frame": 5}, "connection_lost", "retry"),
        ({"drop": True, "frame": 5}, "connection_lost", "retry"),
        ({"no_header": True}, "bad_reply", "retry"),
        ({"names": 7}, None, None),
        ({"values": 51, "frame": 3}, "bad_reply", "retry"),
        ({"weight": "nan", "frame": 3}, "bad_reply", "retry"),
        ({"no_status": True}, "ended_early", "retry"),
    ],
)
async def test_a_fault_of_the_service_is_told_for_what_it_is(fault, code, decision):
    async with connected(EmulatorOptions(faults=Faults(faults=(Fault(**fault),)))) as (avatar, _):
        if code is None:
            await say(avatar, tone(1))
            assert await take(avatar, MEDIA_RATE_HZ)
            return
        with contextlib.suppress(AdapterError):
            await say(avatar, tone(1))
        with pytest.raises(AdapterError) as caught:
            await take(avatar, 10 * MEDIA_RATE_HZ)
        assert (caught.value.code, caught.value.decision) == (code, decision)


async def test_weights_out_of_range_are_clamped_and_time_codes_that_fall_are_passed_over():
    faults = Faults(faults=(Fault(weight=7.5, frames=3), Fault(time_codes="repeated", frame=9, frames=3)))
    async with connected(EmulatorOptions(faults=faults)) as (avatar, _):
        await say(avatar, tone(1))
        frames = await take(avatar, round(1.36 * MEDIA_RATE_HZ))
        assert struct.unpack_from("<f", frames[0].weights) == (1.0,)
        samples = [frame.sample for frame in frames]
        assert samples == sorted(set(samples))


async def test_two_hundred_speeches_leave_nothing_whether_they_end_or_are_interrupted():
    async with emulated_a2f() as (target, emulator):
        shared = Shared()
        before = asyncio.all_tasks()
        async with asyncio.timeout(60):
            avatar = A2F(A2FOptions(target=target), shared)
            await avatar.connect()
            for number in range(200):
                await avatar.start_speech(str(number), start_sample=0, control=PLAIN)
                await avatar.send_audio(bytes(6400), 0)
                if number % 2:
                    await avatar.end_speech()
                    await take(avatar, 4800)
                else:
                    await asyncio.sleep(0)
                    await avatar.interrupt()
            await avatar.close()
        async with asyncio.timeout(10):
            await emulator.ledger.settled()
        gc.collect()
        assert len(shared) == 0
        assert {task.get_name() for task in asyncio.all_tasks() - before if task.get_name().startswith("a2f")} == set()

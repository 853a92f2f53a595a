"""Sound between RTP and a session: at its pace, at the other's rate, without holes."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from tth.hosting.rtc.sound import FRAME, RATE_HZ, STEP, Ear, Voice
from tth.testing.clock import run

LATE = 16
RAMP = (8000 * np.sin(np.arange(48_000) / 20)).astype("<i2")


def frame(samples, pts, *, rate_hz=RATE_HZ, stereo=True):
    wide = np.repeat(samples, 2) if stereo else samples
    made = AudioFrame.from_ndarray(wide.reshape(1, -1), format="s16", layout="stereo" if stereo else "mono")
    made.sample_rate, made.pts = rate_hz, pts
    return made


def test_a_track_never_runs_ahead_of_the_clock_and_is_not_late_either():
    async def main():
        asked = []
        voice = Voice(lambda samples: asked.append(samples) or bytes(2 * samples))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for number in range(50):
            made = await voice.recv()
            assert loop.time() - begun == pytest.approx(number * 0.02)
            assert (made.samples, made.sample_rate, made.pts) == (FRAME, RATE_HZ, number * FRAME)
            assert asked == [STEP] * (number + 1)

    run(main())


def test_a_track_that_was_held_up_goes_on_from_now_and_one_that_was_nearly_in_time_makes_up_for_it():
    async def main():
        voice = Voice(lambda samples: bytes(2 * samples))
        loop = asyncio.get_running_loop()
        await voice.recv()
        await asyncio.sleep(5)
        at = loop.time()
        for _ in range(3):
            await voice.recv()
        assert loop.time() - at == pytest.approx(0.04)
        await asyncio.sleep(0.1)
        at = loop.time()
        for _ in range(6):
            await voice.recv()
        assert loop.time() - at == pytest.approx(0.02)

    run(main())


def test_what_is_played_comes_out_at_twice_the_rate_and_is_the_same_sound():
    async def main():
        at = [0]

        def play(samples):
            at[0] += samples
            return RAMP[at[0] - samples : at[0]].tobytes()

        voice = Voice(play)
        made = np.concatenate([(await voice.recv()).to_ndarray().ravel() for _ in range(20)])
        assert len(made) == 20 * FRAME
        assert made[2 * LATE :: 2].tolist() == RAMP[: 20 * STEP - LATE].tolist()
        between = 8000 * np.sin((np.arange(500, 9000) + 0.5) / 20)
        assert np.abs(made[2 * (500 + LATE) + 1 : 2 * (9000 + LATE) + 1 : 2] - between).max() < 4

    run(main())


def test_a_stopped_track_gives_nothing():
    async def main():
        voice = Voice(lambda samples: bytes(2 * samples))
        voice.stop()
        with pytest.raises(MediaStreamError):
            await voice.recv()

    run(main())


@pytest.mark.parametrize("stereo", [True, False])
def test_what_is_heard_is_one_channel_at_half_the_rate(stereo):
    heard = bytearray()
    ear = Ear(heard.extend)
    for at in range(0, 48_000, FRAME):
        ear.take(frame(RAMP[at : at + FRAME], at, stereo=stereo))
    samples = np.frombuffer(bytes(heard), "<i2")
    assert 23_000 < len(samples) <= 24_000
    assert np.abs(samples[500:20_000].astype(int) - RAMP[1000:40_000:2]).max() < 200


def test_packets_that_were_lost_are_silence_and_no_more_than_two_seconds_of_it():
    heard = bytearray()
    ear = Ear(heard.extend)
    ear.take(frame(RAMP[:FRAME], 0))
    ear.take(frame(RAMP[:FRAME], 5 * FRAME))
    assert len(heard) / 2 == pytest.approx(6 * STEP, abs=STEP)
    ear.take(frame(RAMP[:FRAME], 10_000 * FRAME))
    assert len(heard) / 2 == pytest.approx((6 + 101) * STEP, abs=STEP)
    ear.take(frame(RAMP[:FRAME], 0))
    assert len(heard) / 2 == pytest.approx((6 + 102) * STEP, abs=STEP)

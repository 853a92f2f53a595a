"""Lips from sound alone: shut in silence, open by loudness, shaped by the spectrum, whatever the chunks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.lipsync.energy import EnergyLips
from tth.errors import MediaError
from tth.face.blendshapes import INDEX

JAW = INDEX["jawOpen"]
RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000, 144_000]


def tone(hz, seconds=1.0, rate_hz=16_000, loud=0.3):
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (loud * 32_767 * np.sin(2 * np.pi * hz * time)).astype("<i2").tobytes()


def hiss(seconds=1.0, rate_hz=16_000):
    noise = np.random.default_rng(1).normal(0, 3_000, round(seconds * rate_hz))
    return np.diff(noise, prepend=0).astype("<i2").tobytes()


def frames(pcm, rate_hz=16_000):
    lips = EnergyLips(rate_hz)
    return [*lips.feed(pcm), *lips.flush()]


def settled(pcm, rate_hz=16_000):
    return frames(pcm, rate_hz)[-1].weights


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("samples", [0, 1, 533, 534, 800, 12_345])
def test_every_thirtieth_of_a_second_begun_has_a_frame(rate_hz, samples):
    assert len(frames(bytes(2 * samples), rate_hz)) == -(-samples * 30 // rate_hz)


@given(
    st.sampled_from(RATES),
    st.lists(st.integers(-32_768, 32_767), max_size=6_000),
    st.lists(st.integers(0, 2_000), max_size=20),
)
def test_frames_are_the_same_however_the_sound_is_cut(rate_hz, samples, cuts):
    pcm = np.array(samples, "<i2").tobytes()
    whole = frames(pcm, rate_hz)
    lips, got, at = EnergyLips(rate_hz), [], 0
    for cut in cuts:
        got += lips.feed(pcm[at : at + 2 * cut])
        at += 2 * cut
    got += [*lips.feed(pcm[at:]), *lips.flush()]
    assert len(got) == len(whole)
    for one, other in zip(got, whole, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert one.speaking == other.speaking
        assert one.weights.min() >= 0
        assert one.weights.max() <= 1
        assert 0 <= one.speaking <= 1


def test_silence_keeps_the_mouth_shut_and_closes_an_open_one():
    assert not any(each.weights.any() or each.speaking for each in frames(bytes(32_000)))
    spoken = frames(tone(800) + bytes(16_000))
    assert spoken[29].weights[JAW] > 0.4
    assert spoken[33].weights[JAW] < 0.1
    assert (spoken[-1].weights.any(), spoken[-1].speaking) == (False, 0)


def test_the_mouth_is_open_within_two_frames_of_a_loud_sound():
    spoken = frames(bytes(16_000) + tone(800, 0.2))
    assert spoken[16].weights[JAW] > 0.4


def test_louder_opens_further():
    opened = [settled(tone(800, loud=loud))[JAW] for loud in (0.003, 0.01, 0.03, 0.1, 0.3)]
    assert opened == sorted(set(opened))


@pytest.mark.parametrize(
    ("pcm", "shape", "others"),
    [
        (tone(300), "mouthPucker", ("mouthStretchLeft", "mouthSmileLeft")),
        (tone(900), "jawOpen", ("mouthPucker", "mouthStretchLeft")),
        (tone(2_300), "mouthStretchLeft", ("mouthPucker", "mouthFunnel")),
        (hiss(), "mouthLowerDownLeft", ("mouthPucker", "jawOpen")),
    ],
)
def test_the_spectrum_chooses_the_shape(pcm, shape, others):
    mouth = settled(pcm)
    assert all(mouth[INDEX[shape]] > mouth[INDEX[other]] + 0.05 for other in others)


@pytest.mark.parametrize("rate_hz", RATES[1:])
def test_the_rate_makes_no_great_difference(rate_hz):
    assert np.allclose(settled(tone(900, 1, rate_hz), rate_hz), settled(tone(900)), atol=0.02)


def test_after_a_flush_a_new_speech_is_as_the_first():
    lips = EnergyLips(16_000)
    first = [*lips.feed(tone(500, 0.31)), *lips.flush()]
    again = [*lips.feed(tone(500, 0.31)), *lips.flush()]
    assert all(np.array_equal(a.weights, b.weights) for a, b in zip(first, again, strict=True))


def test_half_a_sample_is_refused():
    with pytest.raises(MediaError, match="within a sample"):
        EnergyLips(16_000).feed(b"\0")

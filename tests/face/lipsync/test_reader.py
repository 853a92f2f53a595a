"""Poses from sound: the same however it is cut, no later than promised, shut where nothing is heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tth.errors import MediaError
from tth.face.blendshapes import INDEX
from tth.face.lipsync.hearing import BANDS
from tth.face.lipsync.model import OUTPUTS, Model
from tth.face.lipsync.network import Layer, Network
from tth.face.lipsync.reader import FRAME_UNITS, LipReader

JAW = INDEX["jawOpen"]
RATE = 16_000


def network(draw, *shapes):
    """Layers of random weights, each given as (offsets, inputs, outputs)."""
    return Network(
        tuple(
            Layer(
                offsets,
                draw.normal(0, 0.3, (len(offsets) * inputs, outputs)).astype(np.float32),
                draw.normal(0, 0.3, outputs).astype(np.float32),
            )
            for offsets, inputs, outputs in shapes
        )
    )


def random_model(seed=1):
    draw = np.random.default_rng(seed)
    live = network(draw, ((-2, -1, 0, 1), BANDS, 24), ((-3, 0, 1), 24, OUTPUTS))
    buffered = network(draw, ((-2, -1, 0, 1, 2), BANDS, 24), ((-3, 0, 3), 24, 16), ((-2, 0, 2), 16, OUTPUTS))
    return Model(np.full(BANDS, -5, np.float32), live, buffered)


MODEL = random_model()


def noise(samples, seed=2, loud=3_000):
    return np.random.default_rng(seed).normal(0, loud, samples).astype("<i2").tobytes()


def read(pcm, cuts=(), *, live=False, start_sample=0, tail_frames=0):
    reader, made, at = LipReader(MODEL, live=live, start_sample=start_sample), [], 0
    for cut in cuts:
        made += reader.feed(pcm[at : at + 2 * cut])
        at += 2 * cut
    return [*made, *reader.feed(pcm[at:]), *reader.flush(tail_frames)]


def same(some, others):
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert (one.sample, one.speaking, one.closure) == (other.sample, other.speaking, other.closure)
        assert np.array_equal(one.weights, other.weights)


@settings(deadline=None)
@given(
    st.integers(0, 9_000),
    st.lists(st.integers(0, 2_500), max_size=20),
    st.booleans(),
    st.integers(0, 3_000),
)
def test_poses_are_the_same_however_the_sound_is_cut(samples, cuts, live, start_sample):
    pcm = noise(samples)
    same(read(pcm, cuts, live=live, start_sample=start_sample), read(pcm, live=live, start_sample=start_sample))


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("samples", [1, 16, 32_000])
def test_poses_are_the_same_in_pieces_of_a_sample_a_millisecond_and_two_seconds(samples, live):
    pcm = noise(16_000)
    same(read(pcm, [samples] * (16_000 // samples), live=live), read(pcm, live=live))


@pytest.mark.parametrize("samples", [0, 1, 533, 534, 1_600, 12_345])
@pytest.mark.parametrize("tail_frames", [0, 6])
def test_every_thirtieth_of_a_second_begun_has_a_pose(samples, tail_frames):
    made = read(noise(samples), tail_frames=tail_frames)
    assert len(made) == -(-samples * 30 // RATE) + tail_frames
    assert [frame.sample for frame in made] == [number * FRAME_UNITS for number in range(len(made))]


@pytest.mark.parametrize(("live", "limit_ms"), [(True, 65), (False, 115)])
def test_a_pose_is_given_once_the_sound_is_so_far_beyond_it(live, limit_ms):
    reader = LipReader(MODEL, live=live)
    assert reader.look_ahead_ms <= limit_ms
    pcm, step = noise(16_000), 2 * 16
    for milliseconds, at in enumerate(range(0, len(pcm), step), 1):
        for frame in reader.feed(pcm[at : at + step]):
            assert milliseconds - frame.sample / 24 <= limit_ms + 1


@pytest.mark.parametrize("live", [True, False])
def test_sound_beyond_the_look_ahead_does_not_matter(live):
    known = noise(16_000)
    one, other = read(known + noise(8_000, 3), live=live), read(known + noise(8_000, 4), live=live)
    limit = 24_000 - round(LipReader(MODEL, live=live).look_ahead_ms * 24) - 1
    before = [frame.sample <= limit for frame in one].count(True)
    assert before > 20
    same(one[:before], other[:before])


@pytest.mark.parametrize("start_sample", [0, 1, 799, 800, 24_001])
def test_poses_lie_on_the_grid_of_the_speech_wherever_it_begins(start_sample):
    made = read(noise(8_000), start_sample=start_sample)
    first = -(-start_sample // FRAME_UNITS) * FRAME_UNITS
    assert [frame.sample for frame in made] == [first + number * FRAME_UNITS for number in range(len(made))]
    skipped = noise(8_000)[2 * ((first - start_sample) * 2 // 3) :]
    same(made, read(skipped, start_sample=first))


def test_a_reader_that_is_reset_reads_as_a_new_one():
    reader = LipReader(MODEL)
    reader.feed(noise(10_000, 7))
    reader.reset()
    pcm = noise(8_000)
    same([*reader.feed(pcm), *reader.flush()], read(pcm))
    same([*reader.feed(pcm), *reader.flush()], read(pcm))


def test_silence_is_a_shut_mouth_whatever_the_weights():
    for pcm in (bytes(32_000), noise(16_000, loud=50)):
        for frame in read(pcm)[6:]:
            assert not frame.weights.any()
            assert (frame.speaking, frame.closure) == (0.0, 0.0)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32_767))
@settings(deadline=None, max_examples=30)
def test_whatever_is_heard_poses_stay_in_range(seed, loud):
    for frame in read(noise(8_000, seed, loud)):
        assert frame.weights.dtype == np.float32
        assert frame.weights.shape == (52,)
        assert frame.weights.min() >= 0
        assert frame.weights.max() <= 1
        assert 0 <= frame.speaking <= 1
        assert 0 <= frame.closure <= 1


def test_sound_that_ends_within_a_sample_is_refused():
    with pytest.raises(MediaError, match="within a sample"):
        LipReader(MODEL).feed(b"\0")

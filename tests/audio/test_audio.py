from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tth.audio.loudness import loudness
from tth.audio.meters import Meter
from tth.audio.packets import Packetizer
from tth.audio.pcm import SampleAligner, check_format, mono
from tth.audio.resample import StreamResampler
from tth.errors import MediaError

RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)


def cut(data: bytes, sizes):
    pieces, at = [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    return [*pieces, data[at:]]


def tone(rate_hz: int, samples: int, seed: int = 0) -> bytes:
    rng = np.random.default_rng(seed)
    wave = np.sin(np.arange(samples) * 440 * 2 * np.pi / rate_hz) * 9000 + rng.normal(0, 900, samples)
    return wave.astype("<i2").tobytes()


@given(
    st.sampled_from(RATES),
    st.sampled_from((16_000, 24_000)),
    st.integers(0, 6000),
    st.lists(st.integers(0, 3000), max_size=12),
)
@settings(max_examples=80, deadline=None)
def test_any_cutting_gives_the_same_samples(in_hz, out_hz, samples, sizes):
    data = tone(in_hz, samples)
    whole = StreamResampler(in_hz, out_hz)
    expected = whole.feed(data) + whole.flush()
    aligner, resampler = SampleAligner(), StreamResampler(in_hz, out_hz)
    pieces = [resampler.feed(aligner.feed(piece)) for piece in cut(data, sizes)]
    assert b"".join(pieces) + resampler.flush() == expected
    assert abs(len(expected) // 2 - samples * out_hz / in_hz) <= 1


@pytest.mark.parametrize("in_hz", RATES)
def test_full_scale_never_wraps(in_hz):
    square = np.where(np.arange(in_hz) // (in_hz // 200) % 2, 32767, -32768).astype("<i2")
    resampler = StreamResampler(in_hz, 16_000)
    out = np.frombuffer(resampler.feed(square.tobytes()) + resampler.flush(), "<i2")
    centre = np.arange(len(out)) * in_hz / 16_000
    period = in_hz // 200
    middle = np.abs(centre % period - period / 2) < period * 0.2
    expected = np.where((centre[middle] // period).astype(int) % 2, 1, -1)
    assert np.all(np.sign(out[middle]) == expected)


def test_silence_stays_silence():
    resampler = StreamResampler(24_000, 16_000)
    assert not any(resampler.feed(bytes(48_000)) + resampler.flush())


def test_equal_rates_pass_the_very_chunk():
    chunk = tone(16_000, 320)
    assert StreamResampler(16_000, 16_000).feed(chunk) is chunk


def test_a_cleared_resampler_gives_nothing_of_the_speech_before():
    resampler, fresh = StreamResampler(24_000, 16_000), StreamResampler(24_000, 16_000)
    resampler.feed(tone(24_000, 5000, seed=1))
    resampler.clear()
    data = tone(24_000, 5000, seed=2)
    assert resampler.feed(data) + resampler.flush() == fresh.feed(data) + fresh.flush()


def test_a_flushed_resampler_begins_anew():
    resampler, data = StreamResampler(24_000, 16_000), tone(24_000, 5000)
    first = resampler.feed(data) + resampler.flush()
    assert resampler.feed(data) + resampler.flush() == first


def test_stereo_is_mixed_to_the_mean_without_wrapping():
    pairs = np.array([[32767, 32767], [-32768, -32768], [1000, 3000]], "<i2")
    assert np.frombuffer(mono(pairs.tobytes(), 2), "<i2").tolist() == [32767, -32768, 2000]
    chunk = b"\x01\x02"
    assert mono(chunk, 1) is chunk


@given(st.binary(max_size=400), st.lists(st.integers(0, 60), max_size=10), st.sampled_from((1, 2)))
@settings(deadline=None)
def test_the_aligner_loses_no_whole_frame(data, sizes, channels):
    aligner = SampleAligner()
    out = b"".join(aligner.feed(piece, channels) for piece in cut(data, sizes))
    assert out == data[: len(data) // (2 * channels) * 2 * channels]


@given(st.binary(max_size=3000), st.lists(st.integers(0, 700), max_size=10), st.sampled_from((2, 320, 640)))
@settings(deadline=None)
def test_packets_are_whole_and_in_order(data, sizes, size):
    packets = Packetizer(size)
    pieces = [packets.feed(piece) for piece in cut(data, sizes)]
    assert all(len(piece) % size == 0 for piece in pieces)
    assert b"".join(pieces) + packets.flush() == data


@pytest.mark.parametrize(("rate", "channels"), [(7999, 1), (48_001, 1), (24_000, 0), (24_000, 3)])
def test_nonsense_formats_are_refused_with_what_would_be_right(rate, channels):
    with pytest.raises(MediaError, match="use"):
        check_format(rate, channels)


@pytest.mark.parametrize("cut", [2, 334, 4800, 9600, 48_000])
def test_the_meter_measures_windows_however_the_sound_is_cut(cut):
    meter = Meter()
    loud = struct.pack("<h", 16384) * 2400
    sound = bytes(4800) + loud + loud[:1000]
    for at in range(0, len(sound), cut):
        meter.feed(sound[at : at + cut])
    assert (meter.bytes, meter.windows, meter.silent_windows) == (10_600, 2, 1)
    assert meter.rms == pytest.approx(0.5 / math.sqrt(2))
    assert meter.peak == pytest.approx(0.5)


@pytest.mark.parametrize(("sample", "silent"), [(0, 1), (3, 1), (4, 0)])
def test_a_window_is_silent_below_both_thresholds(sample, silent):
    meter = Meter()
    meter.feed(struct.pack("<h", sample) + bytes(4798))
    assert meter.silent_windows == silent


def test_loudness_grows_with_level_and_is_nought_in_silence():
    levels = [
        loudness((np.frombuffer(tone(24_000, 800), "<i2") * gain).astype("<i2").tobytes()) for gain in (0, 0.02, 0.2, 1)
    ]
    assert levels[0] == 0.0
    assert levels == sorted(levels)
    assert levels[-1] > 0.9


@pytest.mark.parametrize(
    "make",
    [
        lambda: StreamResampler(7999, 16_000),
        lambda: StreamResampler(24_000, 96_000),
        lambda: StreamResampler(0, 0),
        lambda: Packetizer(0),
        lambda: Packetizer(-320),
        lambda: Packetizer(641),
        lambda: Meter(0),
        lambda: SampleAligner().feed(b"12", 0),
        lambda: SampleAligner().feed(b"12", 3),
        lambda: mono(b"12345678", 4),
        lambda: mono(b"12345678", 0),
        lambda: mono(b"123456", 2),
        lambda: mono(b"123", 2),
        lambda: StreamResampler(24_000, 16_000).feed(b"123"),
        lambda: Meter().feed(b"123"),
        lambda: loudness(b"123"),
    ],
)
def test_what_is_no_sound_is_refused_with_what_would_be_right(make):
    with pytest.raises(MediaError, match="use"):
        make()


def test_a_piece_that_the_meter_refuses_is_not_counted():
    meter = Meter()
    with pytest.raises(MediaError):
        meter.feed(b"123")
    assert (meter.bytes, meter.windows) == (0, 0)


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
def test_a_leftover_does_not_reach_the_next_format(before, after):
    aligner = SampleAligner()
    aligner.feed(b"abc" if before == 1 else b"abcdefg", before)
    assert aligner.feed(b"12345678", after) == b"12345678"


def test_a_refused_format_leaves_the_stream_as_it_was():
    aligner = SampleAligner()
    aligner.feed(b"abc")
    with pytest.raises(MediaError):
        aligner.feed(b"12", 5)
    assert aligner.feed(b"d") == b"cd"

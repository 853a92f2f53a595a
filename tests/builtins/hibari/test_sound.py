from __future__ import annotations

import numpy as np
import pytest

from tth.builtins.hibari.sound import bend, pcm, resample_frames, trim
from tth.builtins.hibari.timing import Envelope

TONE = np.sin(np.arange(24_000) / 20).astype(np.float32)


def mean(f0):
    return np.exp(np.log(f0[f0 > 40]).mean())


def test_pitch_moves_the_mean_and_leaves_unvoiced_frames():
    f0 = np.array([0, 180, 200, 220, 0], np.float32)
    bent = bend(f0, 1.25, 1.0)
    assert mean(bent) == pytest.approx(1.25 * mean(f0), rel=1e-4)
    assert bent[0] == bent[4] == 0


def test_range_widens_and_flattens_around_the_same_mean():
    f0 = np.array([160, 200, 250], np.float32)
    assert np.ptp(bend(f0, 1.0, 1.8)) > np.ptp(f0) > np.ptp(bend(f0, 1.0, 0.5))
    assert mean(bend(f0, 1.0, 0.5)) == pytest.approx(mean(f0), rel=1e-4)


def test_the_plain_voice_is_not_touched():
    f0 = np.array([160, 0, 250], np.float32)
    assert bend(f0, 1.0, 1.0) is f0


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_frames_are_repeated_or_dropped_evenly(factor):
    index = resample_frames(100, factor)
    assert len(index) == round(100 * factor)
    assert (index[0], index[-1]) == (0, 99)
    assert set(np.diff(index)) <= {0, 1, 2}


def test_silence_is_cut_to_the_lead_asked_for():
    wave = np.concatenate([np.zeros(12_000), TONE, np.zeros(12_000)]).astype(np.float32)
    cut, shift = trim(wave, Envelope(wave), lead=960, speed=1.0)
    assert shift == 960 - 12_000
    assert len(cut) == 960 + 24_000 + 1440
    assert not cut[:960].any()


def test_a_sound_without_silence_gets_some():
    cut, shift = trim(TONE, Envelope(TONE), lead=960, speed=1.0)
    assert (shift, len(cut)) == (960, 24_960)


@pytest.mark.parametrize("level", [0.001, 0.1, 1.0, 5.0])
def test_every_sentence_is_as_loud_as_the_other_and_none_clips(level):
    loudness = [
        np.frombuffer(pcm(level * TONE, Envelope(level * TONE), gain), "<i2").std() / 32767 for gain in (1, 1.4)
    ]
    assert loudness == pytest.approx([0.08, 0.112], rel=0.02)


def test_a_peak_holds_the_gain_back():
    spike = TONE * np.float32(0.1)
    spike[500] = 1.0
    assert np.abs(np.frombuffer(pcm(spike, Envelope(spike), 1.4), "<i2")).max() <= 0.96 * 32767


def test_silence_stays_silence():
    assert pcm(np.zeros(480, np.float32), Envelope(np.zeros(480, np.float32)), 1.0) == bytes(960)

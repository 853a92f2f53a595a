"""The referee finds what was put in, and says so where it cannot tell."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.sync.bursts import JAW, Bursts, ahead_by, curve
from tests.sync.course import Shock
from tests.sync.referee import CONTEXT_HZ, QUANTUM, find, foremost, offset, offsets, recording
from tests.sync.verdict import gap_ms, recovery_ms, shut_ms, silence
from tests.web.fake_server import JAW_OPEN, UNITS

LATENCY_MS = 42.0
LATE_MS = 300.0
SECONDS = 12
KNOWN = curve(SECONDS * 30)


def level(ms):
    """Of the sound, so long after it began."""
    return np.interp(ms * 30 / 1000, np.arange(len(KNOWN)), KNOWN, left=0, right=0)


def played(ahead=lambda ms: 0.0, *, jaw=level, step_ms=10.0, gap=None):
    """A page that shows its mouth so far ahead of the sound, drawing 60 pictures a second."""
    frames = np.arange(0, SECONDS * CONTEXT_HZ, QUANTUM)
    loudness = level((frames + QUANTUM / 2) * 1000 / CONTEXT_HZ - LATE_MS)
    if gap is not None:
        at_ms = frames * 1000 / CONTEXT_HZ
        loudness[(at_ms > gap[0]) & (at_ms < gap[1])] = 0
    sound = [{"frame": int(frames[at]), "loudness": list(loudness[at : at + 64])} for at in range(0, len(frames), 64)]
    pictures = []
    for picture_ms in np.arange(500, SECONDS * 1000 - 500, 1000 / 60):
        heard_ms = picture_ms + 1000 / 60 - LATENCY_MS
        now_ms = picture_ms + 3
        shown = jaw(heard_ms + ahead(heard_ms) - LATE_MS)
        pictures.append([picture_ms, now_ms, float(shown), math.floor(now_ms / step_ms) * step_ms, LATENCY_MS])
    return recording(sound, pictures)


@pytest.mark.parametrize("ahead_ms", [-200, -80, -20, 0, 13, 80, 200])
def test_a_mouth_that_is_ahead_or_behind_is_found_so_to_three_milliseconds(ahead_ms):
    found = offsets(played(lambda ms: ahead_ms))
    assert len(found) > 80
    assert max(abs(each.ms - ahead_ms) for each in found) <= 3


def test_a_drift_is_seen_where_it_happens():
    found = offsets(played(lambda ms: ms / 200))
    assert found[-1].ms - found[0].ms == pytest.approx((found[-1].from_ms - found[0].from_ms) / 200, abs=4)


def test_where_nothing_moves_nothing_is_told():
    assert offsets(played(jaw=lambda ms: 0.3)) == []


def test_a_mouth_that_says_something_else_is_in_step_with_nothing():
    other = curve(SECONDS * 30, seed=8)
    found = offsets(played(jaw=lambda ms: np.interp(ms * 30 / 1000, np.arange(len(other)), other)))
    assert sum(math.isnan(each.ms) for each in found) > 0.9 * len(found)


def test_a_picture_drawn_after_its_refresh_counts_with_the_next():
    sound = [{"frame": 0, "loudness": [0.0] * 64}]
    run = recording(sound, [[100, 103, 0, 100, 0], [116, 140, 0, 130, 0]])
    assert run.drawn_ms == pytest.approx([116.7, 149.3], abs=0.1)


def test_a_picture_that_the_browser_held_up_is_left_out_and_counted():
    sound = [{"frame": 0, "loudness": [0.0] * 64}]
    run = recording(sound, [[100, 103, 0, 100, 0], [116, 190, 0, 190, 0], [200, 202, 0, 200, 0]])
    assert len(run.jaw) == 2
    assert run.stalled == 1


def test_time_that_moves_in_steps_is_taken_as_right_just_after_each():
    now = np.arange(0, 2000, 7.0)
    led = foremost(now, np.floor(now / 20) * 20 - now)
    assert led.min() > -3


def test_a_piece_of_sound_is_found_where_it_was_played_and_nowhere_else():
    run = played()
    piece = level(np.arange(2000, 2500, 4.0))
    assert find(run, piece, 4.0, 1000, 4000) == pytest.approx(2000 + LATE_MS, abs=2)
    assert find(run, piece, 4.0, 4000, 6000) is None


def test_recovery_is_the_time_until_the_last_moment_out_of_step():
    run = played(lambda ms: -150 if 4000 < ms < 4400 else 10)
    assert offset(run, 4000 + LATENCY_MS, 4300 + LATENCY_MS).ms == pytest.approx(-150, abs=4)
    assert 200 < recovery_ms(Shock("latency up", 4042, 4042), run) < 500
    assert recovery_ms(Shock("latency up", 5000, 5000), run) == 0


def test_a_time_without_pictures_is_seen_from_within_and_from_its_edges():
    run = played()
    kept = (run.drawn_ms < 5000) | (run.drawn_ms > 5200)
    halted = replace(run, drawn_ms=run.drawn_ms[kept])
    for within in ((5100, 5100), (4900, 5010), (5190, 5300), (4000, 6000)):
        assert gap_ms(halted, *within) > 190
    assert gap_ms(halted, 4000, 4900) < 20


def test_silence_and_a_shut_mouth_are_read_off_the_curves():
    run = played(gap=(4000, 5000), jaw=lambda ms: 0 if 3830 < ms < 4500 else 0.3)
    begin, end = silence(Shock("underrun", 3900, 4100), run)
    assert begin == pytest.approx(4000 + LATENCY_MS, abs=200)
    assert end == pytest.approx(5000 + LATENCY_MS, abs=200)
    assert shut_ms(run, 4042) == pytest.approx(3830 + LATE_MS - 4000, abs=20)


def test_the_bursts_are_as_loud_as_the_jaw_is_open():
    talk = Bursts("t", " ".join(["word"] * 10), "neutral", UNITS)
    sound = np.frombuffer(talk.pcm(0, talk.units), "<i2") / 32768
    loud = np.sqrt((sound.reshape(-1, 64) ** 2).mean(axis=1))
    jaw = [np.frombuffer(talk.weights(unit), "<f4")[JAW_OPEN] for unit in range(32, talk.units, 64)]
    assert np.corrcoef(loud, jaw)[0, 1] > 0.999
    assert max(jaw) <= JAW
    early = ahead_by(80)("t", talk.text, "neutral", UNITS)
    assert early.weights(0) == talk.weights(80 * UNITS // 1000)

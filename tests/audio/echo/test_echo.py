from __future__ import annotations

import pickle

import numpy as np
import pytest

from tth.audio.echo.canceller import BLOCK
from tth.audio.echo.delay import LOOKED_AT, MAX_DELAY, DelayFinder
from tth.audio.echo.remover import HEARD_ON, LATE, EchoRemover

RATE_HZ = 16_000


def babble(seconds: float, seed: int = 0) -> np.ndarray:
    """Noise in syllables, loud and soft, as speech is."""
    rng = np.random.default_rng(seed)
    samples = int(seconds * RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum /= 1 + (np.fft.rfftfreq(samples, 1 / RATE_HZ) / 800) ** 2
    sound = np.fft.irfft(spectrum, samples)
    steps = np.repeat(rng.choice([0.0, 0.3, 1.0], samples // 1600 + 1), 1600)[:samples]
    shape = np.convolve(steps, np.hanning(800) / 400, "same")
    return (0.06 * sound * shape / np.sqrt(np.mean(sound**2))).astype(np.float32)


def way(seed: int = 0, gain: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    tail = rng.standard_normal(3000) * np.exp(-np.arange(3000) / 700) * 0.05
    tail[0] = 1.0
    return (gain * tail / np.sqrt(np.sum(tail**2))).astype(np.float32)


def echo_of(far: np.ndarray, delay: int, seed: int = 0, gain: float = 0.2) -> np.ndarray:
    sound = np.convolve(far, way(seed, gain))[: len(far)]
    return np.concatenate([np.zeros(delay, np.float32), sound])[: len(far)].astype(np.float32)


def background(samples: int) -> np.ndarray:
    return (0.0003 * np.random.default_rng(99).standard_normal(samples)).astype(np.float32)


def cleaned(remover: EchoRemover, near: np.ndarray, far: np.ndarray, *, playing: bool = True) -> np.ndarray:
    blocks = range(0, len(near) // BLOCK * BLOCK, BLOCK)
    out = [remover.feed(near[at : at + BLOCK], far[at : at + BLOCK], playing=playing) for at in blocks]
    return np.concatenate(out)


def loss_db(near: np.ndarray, out: np.ndarray, seconds: slice) -> float:
    cut = slice(seconds.start * RATE_HZ, seconds.stop * RATE_HZ)
    return float(10 * np.log10(np.sum(near[cut] ** 2) / (np.sum(out[cut] ** 2) + 1e-12)))


@pytest.mark.parametrize("delay_ms", [20, 150, 400])
def test_an_echo_is_gone_within_three_seconds_however_late_it_is(delay_ms):
    far = babble(8)
    near = echo_of(far, delay_ms * 16) + background(len(far))
    assert loss_db(near, cleaned(EchoRemover(), near, far), slice(3, 8)) > 25


def test_somebody_else_is_kept_while_the_echo_goes():
    far, person = babble(10), babble(10, seed=5)
    person[: 5 * RATE_HZ] = 0
    echo = echo_of(far, 2000)
    out = cleaned(EchoRemover(), echo + person + background(len(far)), far)
    late = out[5 * RATE_HZ + LATE :]
    kept = person[5 * RATE_HZ : 5 * RATE_HZ + len(late)]
    assert np.corrcoef(late, kept)[0, 1] > 0.9
    assert 0.7 < np.sqrt(np.mean(late**2) / np.mean(kept**2)) < 1.1


def test_a_delay_that_jumps_is_followed():
    far = babble(12)
    near = np.where(np.arange(len(far)) < 6 * RATE_HZ, echo_of(far, 1500), echo_of(far, 4500, seed=3))
    near = (near + background(len(far))).astype(np.float32)
    out = cleaned(EchoRemover(), near, far)
    assert loss_db(near, out, slice(3, 6)) > 25
    assert loss_db(near, out, slice(7, 12)) > 15


def test_an_echo_that_grows_louder_does_not_come_through():
    far = babble(12)
    near = echo_of(far, 1500)
    near[6 * RATE_HZ :] *= 3
    near += background(len(far))
    out = cleaned(EchoRemover(), near, far)
    assert loss_db(near, out, slice(7, 12)) > 20


@pytest.mark.parametrize("ppm", [-100, 100])
def test_clocks_that_drift_apart_are_followed(ppm):
    far = babble(14)
    at = np.arange(len(far)) * (1 + ppm * 1e-6)
    drifted = np.interp(at, np.arange(len(far)), far).astype(np.float32)
    near = echo_of(drifted, 1500) + background(len(far))
    assert loss_db(near, cleaned(EchoRemover(), near, far), slice(8, 14)) > 25


def test_without_any_echo_a_person_is_soon_heard():
    far, person = babble(8), babble(8, seed=5)
    person[: 3 * RATE_HZ] = 0
    out = cleaned(EchoRemover(), person + background(len(far)), far)
    late = out[3 * RATE_HZ + LATE :]
    assert np.corrcoef(late, person[3 * RATE_HZ : 3 * RATE_HZ + len(late)])[0, 1] > 0.9


def test_while_nothing_plays_the_sound_goes_through_untouched():
    near = babble(1)
    out = cleaned(EchoRemover(), near, np.zeros_like(near), playing=False)
    assert not out[:LATE].any()
    assert np.array_equal(out[LATE:], near[: len(out) - LATE])


def test_a_second_after_the_last_sound_it_rests():
    remover, silence = EchoRemover(), np.zeros(BLOCK, np.float32)
    remover.feed(silence, silence, playing=True)
    for _ in range(HEARD_ON):
        assert remover.active
        remover.feed(silence, silence, playing=False)
    assert not remover.active
    assert not remover.suspect()


def test_what_is_learnt_in_one_response_holds_in_the_next():
    far = babble(12)
    far[6 * RATE_HZ : 8 * RATE_HZ] = 0
    near = echo_of(far, 2000) + background(len(far))
    remover = EchoRemover()
    cut = slice(6 * RATE_HZ // BLOCK * BLOCK), slice(6 * RATE_HZ // BLOCK * BLOCK, 8 * RATE_HZ // BLOCK * BLOCK)
    rest = slice(8 * RATE_HZ // BLOCK * BLOCK, len(far))
    cleaned(remover, near[cut[0]], far[cut[0]])
    cleaned(remover, near[cut[1]], far[cut[1]], playing=False)
    out = cleaned(remover, near[rest], far[rest])
    assert loss_db(near[rest], out, slice(0, 1)) > 25


def test_the_remover_does_not_grow():
    far = babble(6)
    near = echo_of(far, 2000) + background(len(far))
    remover = EchoRemover()
    cleaned(remover, near[: 2 * RATE_HZ], far[: 2 * RATE_HZ])
    size = len(pickle.dumps(remover))
    cleaned(remover, near, far)
    assert len(pickle.dumps(remover)) <= size + 100


def test_a_cleared_remover_is_a_new_one():
    far = babble(4)
    near = echo_of(far, 2000) + background(len(far))
    remover = EchoRemover()
    first = cleaned(remover, near, far)
    remover.clear()
    assert np.array_equal(cleaned(remover, near, far), first)


@pytest.mark.parametrize("delay", [0, 300, 5000, MAX_DELAY - 100])
def test_a_delay_is_found_to_the_sample(delay):
    far = babble(3)
    near = np.concatenate([np.zeros(delay, np.float32), 0.01 * far])[: len(far)]
    finder, found = DelayFinder(), []
    for end in range(LOOKED_AT + MAX_DELAY, len(far), BLOCK):
        found.append(finder.look(near[end - LOOKED_AT : end], far[end - LOOKED_AT - MAX_DELAY : end]))
    assert set(found) - {None} == {delay}


def test_no_delay_is_found_between_sounds_that_have_nothing_in_common():
    far, near = babble(6), babble(6, seed=4)
    finder = DelayFinder()
    for end in range(LOOKED_AT + MAX_DELAY, len(far), BLOCK):
        assert finder.look(near[end - LOOKED_AT : end], far[end - LOOKED_AT - MAX_DELAY : end]) is None

import numpy as np

from tests.builtins.moonshine.speech import RATE_HZ, noise, quiet
from tth.builtins.moonshine.quiet import FRAME, SILENT, Levels


def hum(seconds, level=0.1):
    return (np.sin(np.arange(round(seconds * RATE_HZ)) / 8) * level).astype(np.float32)


def fed(*parts):
    levels = Levels()
    for part in parts:
        levels.feed(part)
    return levels


def test_quiet_is_counted_from_where_it_begins_however_the_sound_is_cut():
    sound = np.concatenate([hum(0.5), quiet(0.3)])
    whole, pieces = fed(sound), fed(*np.array_split(sound, 77))
    assert whole.quiet == pieces.quiet == 15
    assert np.allclose(whole.frames, pieces.frames)


def test_a_room_that_is_never_silent_has_its_own_quiet():
    levels = fed(noise(0.3, 0.01), hum(1) + noise(1, 0.01, seed=1), noise(0.4, 0.01, seed=2))
    assert levels.quiet == 20


def test_words_spoken_softly_after_loud_ones_are_not_quiet():
    assert fed(quiet(0.2), hum(0.5, 0.3), hum(0.2, 0.08)).quiet == 0


def test_a_steady_noise_alone_is_not_called_quiet_and_silence_is():
    assert fed(noise(1, 0.05)).quiet == 0
    silence = fed(noise(1, SILENT / 2))
    assert silence.nothing
    assert silence.quiet == 50


def test_what_is_forgotten_counts_no_more():
    levels = fed(hum(0.2), quiet(0.2))
    assert not levels.nothing
    levels.forget(12)
    assert levels.nothing
    assert levels.quiet == len(levels.frames) == 8


def test_the_quietest_place_is_found_between_the_bounds():
    levels = fed(quiet(0.4), hum(1), hum(0.2, 0.01), hum(1), quiet(0.4))
    assert levels.quietest(25, 115, 10) * FRAME == round(1.5 * RATE_HZ)

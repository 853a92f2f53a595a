import numpy as np
import pytest

from tests.builtins.moonshine.speech import chunks, quiet
from tests.builtins.moonshine.test_quiet import hum
from tth.builtins.moonshine.model import RATE_HZ, Written
from tth.builtins.moonshine.quiet import FRAME
from tth.builtins.moonshine.utterance import Utterance
from tth.core.media import AudioChunk
from tth.errors import MediaError


def utterance(partial_ms=None):
    return Utterance(quiet_ms=200, partial_ms=partial_ms)


def hear(heard, *parts):
    for chunk in chunks(*parts):
        heard.feed(chunk)


def write(heard, text):
    work = heard.work()
    heard.took(work, Written(text, 0.0))
    return work


def test_what_was_said_before_a_pause_is_written_once_and_stands_when_only_quiet_follows():
    heard = utterance()
    hear(heard, hum(1), quiet(0.18))
    assert heard.work() is None
    hear(heard, quiet(0.06))
    assert write(heard, "Hello.").settled
    hear(heard, quiet(0.4))
    assert heard.work() is None
    heard.end()
    assert heard.work() is None
    assert heard.text == "Hello."


def test_what_follows_a_pause_is_written_together_with_what_was_before_it():
    heard = utterance()
    hear(heard, hum(1), quiet(0.3))
    write(heard, "Hello.")
    hear(heard, hum(1))
    heard.end()
    work = write(heard, "Hello, you.")
    assert len(work.sound) == round(2.3 * RATE_HZ)
    assert heard.text == "Hello, you."
    assert heard.work() is None


def test_a_sound_that_ends_without_quiet_is_written_when_it_ends():
    heard = utterance()
    hear(heard, hum(0.71))
    assert heard.work() is None
    heard.end()
    assert len(write(heard, "Yes").sound) == round(0.71 * RATE_HZ)
    assert heard.work() is None


def test_silence_is_no_work_and_does_not_pile_up():
    heard = utterance(partial_ms=100)
    hear(heard, quiet(120))
    assert heard.work() is None
    assert not heard.full
    hear(heard, hum(0.5), quiet(0.3))
    assert len(heard.work().sound) < 1.4 * RATE_HZ
    heard.end()


def test_guesses_come_after_new_sound_and_lose_the_dot_that_ends_no_sentence():
    heard = utterance(partial_ms=600)
    hear(heard, hum(0.58))
    assert heard.work() is None
    hear(heard, hum(0.04))
    assert not write(heard, "Hello the.").settled
    assert heard.text == "Hello the"
    assert heard.work() is None
    hear(heard, hum(0.62))
    heard.took(heard.work(), None)
    assert heard.text == "Hello the"
    assert heard.work() is None


def test_guesses_become_rarer_the_longer_the_sentence():
    heard, made = utterance(partial_ms=200), 0
    for _ in range(1000):
        hear(heard, hum(0.02))
        if heard.work() is not None:
            write(heard, "so")
            made += 1
    assert 10 < made < 25


def test_a_long_speech_is_done_with_at_a_pause():
    heard = utterance()
    hear(heard, hum(13), quiet(0.24))
    assert write(heard, "First.").done
    hear(heard, hum(1), quiet(0.24))
    work = write(heard, "Second.")
    assert len(work.sound) < 2 * RATE_HZ
    assert heard.text == "First. Second."


def test_a_speech_without_a_pause_is_cut_where_it_is_least_loud():
    heard = utterance()
    hear(heard, hum(25), hum(0.4, 0.05), hum(6))
    work = write(heard, "First")
    assert work.done
    assert abs(len(work.sound) - 25.2 * RATE_HZ) <= 0.1 * RATE_HZ
    assert len(work.sound) == work.frames * FRAME
    heard.end()
    assert len(write(heard, "second").sound) + len(work.sound) == round(31.4 * RATE_HZ)
    assert heard.text == "First second"


def test_no_sample_is_lost_or_doubled_however_long_one_speaks():
    heard, sound = utterance(), np.concatenate([hum(0.9), quiet(0.1)] * 80)
    works = []
    for chunk in chunks(sound):
        heard.feed(chunk)
        if heard.work() is not None:
            works.append(write(heard, "a"))
    heard.end()
    while heard.work() is not None:
        works.append(write(heard, "a"))
    assert sum(len(work.sound) for work in works if work.done) == len(sound)
    assert all(len(work.sound) <= 30.1 * RATE_HZ for work in works)


def test_it_is_full_before_it_takes_too_much():
    heard = utterance()
    hear(heard, hum(61))
    assert heard.full
    write(heard, "So")
    assert not heard.full


def test_stereo_of_another_rate_is_the_same_sound():
    heard = utterance()
    for _ in range(10):
        heard.feed(AudioChunk(np.repeat(np.full(4800, 4000, "<i2"), 2).tobytes(), 48_000, 2))
    heard.end()
    assert len(heard.work().sound) == RATE_HZ
    assert heard.work().sound[8000] == pytest.approx(4000 / 32768, abs=1e-3)


def test_sound_of_a_rate_that_no_microphone_has_is_refused():
    with pytest.raises(MediaError):
        utterance().feed(AudioChunk(bytes(100), 300))

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tth.audio.vad import WINDOW, best, silero
from tth.audio.vad.energy import EnergyActivity

needs_silero = pytest.mark.skipif(bool(silero.missing()), reason="needs the extra tth[ears]")


def vowel(seconds: float, level: float = 0.1, pitch_hz: float = 120.0) -> np.ndarray:
    """A buzz through two resonances, in syllables."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    tones = [
        np.sin(2 * np.pi * pitch_hz * part * time) / (1 + ((pitch_hz * part - 600) / 400) ** 2)
        + 0.3 * np.sin(2 * np.pi * pitch_hz * part * time) / (1 + ((pitch_hz * part - 1800) / 300) ** 2)
        for part in range(1, 30)
    ]
    sound = np.sum(tones, axis=0)
    sound *= np.clip(np.sin(2 * np.pi * 2 * time) * 4, 0, 1)
    return (level * sound / np.abs(sound).max()).astype(np.float32)


def noise(seconds: float, level: float, seed: int = 0) -> np.ndarray:
    return (level * np.random.default_rng(seed).standard_normal(int(seconds * 16_000))).astype(np.float32)


KINDS = ["energy", pytest.param("silero", marks=needs_silero)]


@pytest.mark.parametrize("kind", KINDS)
@given(sizes=st.lists(st.integers(0, 2000), max_size=10))
@settings(max_examples=10, deadline=None)
def test_any_cutting_gives_the_same_probabilities(kind, sizes):
    sound = vowel(0.6) + noise(0.6, 0.001)
    choice = best(kind)
    whole, pieces = choice.make(), choice.make()
    expected = whole.feed(sound)
    got, at = [], 0
    for size in [*sizes, len(sound)]:
        got += pieces.feed(sound[at : at + size])
        at += size
    assert got == expected
    assert len(got) == len(sound) // WINDOW


@pytest.mark.parametrize("kind", KINDS)
def test_one_listener_does_not_change_what_another_hears(kind):
    choice = best(kind)
    one, other = choice.make(), choice.make()
    expected = choice.make().feed(vowel(0.5))
    one.feed(noise(1.0, 0.1))
    assert other.feed(vowel(0.5)) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_reset_nothing_of_the_stream_before_is_left(kind):
    detector = best(kind).make()
    expected = detector.feed(vowel(0.5))
    detector.feed(noise(0.51, 0.1))
    detector.reset()
    assert detector.feed(vowel(0.5)) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_neither_silence_nor_noise_is_speech(kind):
    detector = best(kind).make()
    sound = np.concatenate([np.zeros(16_000, np.float32), noise(3.0, 0.003), noise(3.0, 0.02)])
    assert max(detector.feed(sound)[4:]) < 0.5


def test_by_sums_a_voice_is_speech_and_a_hiss_as_loud_is_not():
    for sound, speech in ((vowel(2.0), True), (noise(2.0, 0.05) * (vowel(2.0) != 0), False)):
        detector = EnergyActivity()
        detector.feed(noise(2.0, 0.001))
        likely = np.array(detector.feed(sound + noise(2.0, 0.001)))
        assert (likely > 0.5).mean() > 0.3 if speech else (likely > 0.5).mean() < 0.05


def test_by_sums_is_chosen_without_a_reason_when_asked_for():
    choice = best("energy")
    assert (choice.name, choice.reason) == ("energy", "")


@needs_silero
def test_the_network_is_chosen_where_it_is_installed():
    choice = best()
    assert (choice.name, choice.reason) == ("silero", "")
    assert all(0 <= probability <= 1 for probability in choice.make().feed(vowel(0.5)))


@pytest.mark.parametrize("package", ["onnxruntime", silero.PACKAGE])
@pytest.mark.parametrize("kind", ["auto", "silero"])
def test_what_is_missing_is_told_and_speech_is_heard_by_sums(monkeypatch, package, kind):
    monkeypatch.setattr(silero, "find_spec", lambda name: None if name == package else find_spec(name))
    choice = best(kind)
    assert choice.name == "energy"
    assert "not installed" in choice.reason
    assert "tth[ears]" in choice.reason
    assert isinstance(choice.make(), EnergyActivity)


@needs_silero
def test_a_network_that_does_not_load_is_told(monkeypatch, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    monkeypatch.setattr(silero, "_found", lambda: broken)
    choice = best()
    assert choice.name == "energy"
    assert "does not load" in choice.reason

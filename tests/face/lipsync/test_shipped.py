"""The model that ships: small, as its card says, and of use on sounds that nobody trained it on."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import numpy as np
import pytest

from tth.face.blendshapes import INDEX
from tth.face.lipsync.model import Model
from tth.face.lipsync.reader import LipReader

RATE = 16_000
JAW = INDEX["jawOpen"]
ROUND = [INDEX["mouthFunnel"], INDEX["mouthPucker"]]
FOLDER = files("tth.face.lipsync")


@pytest.fixture(scope="module")
def model():
    return Model.load()


def vowel(formants_hz, seconds=0.4, pitch_hz=120):
    """A buzz through resonances: harmonics whose strength is that of a throat."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.zeros_like(time)
    for number in range(1, 7_000 // pitch_hz):
        hertz = number * pitch_hz
        strength = sum(1 / (1 + ((hertz - formant) / (50 + formant / 20)) ** 2) for formant in formants_hz)
        wave += strength / number * np.sin(2 * np.pi * hertz * time)
    ramp = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
    return 0.25 * ramp * wave / np.abs(wave).max()


def mouth(model, *pieces, live=False):
    """Poses of silence, the pieces, silence."""
    rest = np.zeros(RATE // 2)
    pcm = (np.concatenate((rest, *pieces, rest)) * 32_767).astype("<i2").tobytes()
    reader = LipReader(model, live=live)
    return np.stack([frame.weights for frame in [*reader.feed(pcm), *reader.flush()]])


def test_the_card_is_that_of_the_model():
    data = (FOLDER / "lips.npz").read_bytes()
    card = json.loads((FOLDER / "lips.json").read_text(encoding="utf-8"))
    assert card["sha256"] == hashlib.sha256(data).hexdigest()
    assert len(data) < 1_000_000
    assert not set(card["heard"]["utterances"]) & set(card["heard"]["kept for the scores"])


def test_a_model_that_was_loaded_is_written_as_it_was(model):
    assert model.to_bytes() == (FOLDER / "lips.npz").read_bytes()


@pytest.mark.parametrize("live", [True, False])
def test_among_vowels_the_open_one_opens_the_jaw_and_the_round_one_rounds_the_lips(model, live):
    kinds = {"a": (730, 1_090, 2_440), "i": (270, 2_290, 3_010), "u": (300, 750, 2_240)}
    order = "aiuaiuaiu"
    poses = mouth(model, *(vowel(kinds[kind], 0.2) for kind in order), live=live)
    # Poses well within each vowel: six frames long, the first after fifteen of silence.
    within = {
        kind: [15 + 6 * at + n for at, other in enumerate(order) if other == kind for n in (2, 3, 4)] for kind in kinds
    }
    jaw = {kind: poses[frames, JAW].mean() for kind, frames in within.items()}
    rounding = {kind: poses[frames][:, ROUND].sum(1).mean() for kind, frames in within.items()}
    assert jaw["a"] > max(jaw["i"], jaw["u"]) + 0.2
    assert rounding["u"] > max(rounding["i"], rounding["a"]) + 0.2


@pytest.mark.parametrize("live", [True, False])
def test_the_mouth_rests_before_and_after(model, live):
    poses = mouth(model, vowel((730, 1_090, 2_440)), live=live)
    assert poses[:11].max() < 0.01
    assert poses[-8:].max() < 0.01

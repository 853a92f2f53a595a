"""From an emotion to the voice that is heard, through a shipped profile."""

from __future__ import annotations

import numpy as np
import pytest

from tth.builtins.mock.tones import VOICES
from tth.cli.take import one_turn
from tth.cli.talk import local_talk
from tth.config.profiles import resolve_profile
from tth.config.sources import read_sources
from tth.config.voices import VOICE_MAP
from tth.core.controls import CharacterControl, EmotionControl, EmotionLabel, TurnControl
from tth.plugins.loader import load_plugins
from tth.testing.clock import run


def pitch_of(take) -> float:
    sound = np.frombuffer(b"".join(chunk.data for chunk in take.chunks), "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    return float(np.argmax(spectrum)) * take.rate_hz / (1 << 18)


async def ask(control: TurnControl, *sets: str):
    registry = load_plugins()
    profile = resolve_profile("offline_mock", read_sources(sets, environ={}), registry)
    async with local_talk(registry, profile) as talk:
        return await one_turn(talk, "hello there my friend", control)


@pytest.mark.parametrize("label", EmotionLabel)
def test_each_emotion_is_heard_in_its_own_voice(label):
    take = run(ask(TurnControl(EmotionControl(label))))
    assert pitch_of(take) == pytest.approx(VOICES[VOICE_MAP[label]], rel=0.03)


def test_a_profile_may_give_an_emotion_another_voice():
    take = run(ask(TurnControl(EmotionControl(EmotionLabel.HAPPY)), "voice_map.happy=onyx"))
    assert pitch_of(take) == pytest.approx(VOICES["onyx"], rel=0.03)


@pytest.mark.parametrize(("rate", "times"), [(0.5, 2.0), (2.0, 0.5)])
def test_the_pace_asked_for_is_heard(rate, times):
    plain = run(ask(TurnControl()))
    paced = run(ask(TurnControl(character=CharacterControl(speech_rate=rate))))
    assert paced.units == pytest.approx(plain.units * times, rel=0.01)

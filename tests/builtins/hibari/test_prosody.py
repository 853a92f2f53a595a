from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.builtins.hibari.prosody import (
    FLATTEST,
    HIGHEST,
    LOWEST,
    QUICKEST,
    SLOWEST,
    WIDEST,
    Delivery,
    delivery,
)
from tth.core.controls import CharacterControl, EmotionControl, EmotionLabel, TurnControl


def of(label, intensity=None, **character):
    return delivery(TurnControl(EmotionControl(label, intensity), CharacterControl(**character)))


def test_nothing_asked_leaves_the_voice_as_it_is():
    assert delivery(TurnControl()) == Delivery()
    assert of(EmotionLabel.NEUTRAL) == Delivery()


def test_each_emotion_has_a_delivery_of_its_own():
    assert len({of(label) for label in EmotionLabel}) == len(EmotionLabel)


def test_happy_goes_up_and_sad_goes_down():
    happy, sad = of(EmotionLabel.HAPPY), of(EmotionLabel.SAD)
    assert happy.pitch > 1 > sad.pitch
    assert happy.range > 1 > sad.range
    assert happy.speed > 1 > sad.speed
    assert happy.gain > 1 > sad.gain


def test_less_intensity_or_expressivity_is_less_of_the_emotion():
    assert 1 < of(EmotionLabel.HAPPY, 0.3).pitch < of(EmotionLabel.HAPPY, 1.0).pitch
    assert of(EmotionLabel.HAPPY, expressivity=0.2).pitch < of(EmotionLabel.HAPPY, expressivity=1.0).pitch
    assert of(EmotionLabel.ANGRY, 0.0) == Delivery()


def test_little_expressivity_is_flat_without_any_emotion():
    assert of(None, expressivity=0.0).range < 1 < of(None, expressivity=1.0).range


def test_pitch_shift_is_six_semitones_either_way():
    assert of(None, pitch_shift=1).pitch == HIGHEST == pytest.approx(2**0.5, rel=0.01)
    assert of(None, pitch_shift=-1).pitch == LOWEST == pytest.approx(2**-0.5, rel=0.01)
    assert of(None, pitch_shift=0.5).pitch == pytest.approx(2**0.25)


def test_the_profile_multiplies_the_pace():
    assert delivery(TurnControl(character=CharacterControl(speech_rate=1.5)), 0.8).speed == pytest.approx(1.2)


@given(
    st.sampled_from(EmotionLabel),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.25, 4),
    st.floats(-1, 1),
    st.floats(0.5, 2),
)
def test_no_control_leaves_what_the_voice_can_do(label, intensity, expressivity, rate, shift, speed):
    character = CharacterControl(expressivity=expressivity, speech_rate=rate, pitch_shift=shift)
    how = delivery(TurnControl(EmotionControl(label, intensity), character), speed)
    assert SLOWEST <= how.speed <= QUICKEST
    assert LOWEST <= how.pitch <= HIGHEST
    assert FLATTEST <= how.range <= WIDEST
    assert 0.5 < how.gain < 1.5

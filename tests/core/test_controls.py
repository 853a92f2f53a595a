from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.core.controls import RANGES, CharacterControl, EmotionControl, EmotionLabel, TurnControl, merge

labels = st.none() | st.sampled_from(EmotionLabel)
unit = st.none() | st.floats(0, 1)
emotions = st.builds(EmotionControl, labels, unit, st.none() | st.floats(-1, 1), st.none() | st.floats(-1, 1))
characters = st.builds(CharacterControl, st.none() | st.sampled_from(["mira", "ori"]), st.none() | st.floats(0.25, 4))
controls = st.builds(TurnControl, emotions, characters)


@given(controls)
def test_an_empty_layer_changes_nothing(control):
    assert merge(control, TurnControl()) == control
    assert merge(TurnControl(), control) == control


@given(controls, controls, controls)
def test_merging_is_associative(one, two, three):
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@given(controls, controls)
def test_what_the_later_layer_sets_wins(under, over):
    merged = merge(under, over)
    if over.emotion.label is not None:
        assert merged.emotion.label is over.emotion.label
    if over.character.speech_rate is not None:
        assert merged.character.speech_rate == over.character.speech_rate
    elif under.character.speech_rate is not None:
        assert merged.character.speech_rate == under.character.speech_rate


def test_asking_for_neutral_is_a_request_and_unset_is_none():
    happy = TurnControl(EmotionControl(EmotionLabel.HAPPY, 0.8))
    assert merge(happy, TurnControl(EmotionControl(EmotionLabel.NEUTRAL))).label is EmotionLabel.NEUTRAL
    assert merge(happy, TurnControl(EmotionControl(None))).label is EmotionLabel.HAPPY


def test_a_label_brings_its_own_strength_and_a_strength_alone_keeps_the_label():
    faint = TurnControl(EmotionControl(EmotionLabel.HAPPY, 0.2))
    assert merge(faint, TurnControl(EmotionControl(EmotionLabel.ANGRY))).intensity == 1.0
    assert merge(faint, TurnControl(EmotionControl(intensity=0.7))).emotion == EmotionControl(EmotionLabel.HAPPY, 0.7)


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("off", ["low", "high", "nan"])
def test_a_number_out_of_range_is_refused_with_what_would_be_right(name, off):
    low, high = RANGES[name]
    value = {"low": low - 0.01, "high": high + 0.01, "nan": math.nan}[off]
    kind = EmotionControl if name in ("intensity", "valence", "arousal") else CharacterControl
    with pytest.raises(ValueError, match=f"{name} is .*; use a number from {low:g} to {high:g}"):
        kind(**{name: value})


def test_defaults_show_through_only_when_read():
    control = TurnControl()
    assert (control.speech_rate, control.pitch_shift, control.expressivity, control.motion_gain) == (1, 0, 0.6, 1)
    assert (control.label, control.intensity) == (EmotionLabel.NEUTRAL, 0.0)
    assert control.character.speech_rate is None

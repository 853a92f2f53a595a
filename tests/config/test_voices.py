"""The voice of an emotion."""

from tth.config.voices import VOICE_MAP, voice_for
from tth.core.controls import EmotionLabel


def test_each_of_the_seven_emotions_has_a_voice_of_its_own() -> None:
    assert list(VOICE_MAP) == list(EmotionLabel)
    assert len(set(VOICE_MAP.values())) == 7


def test_an_unknown_label_counts_as_neutral() -> None:
    assert voice_for("smug") == voice_for("neutral") == "alloy"


def test_a_profiles_map_wins_and_the_default_fills_the_rest() -> None:
    mine = {EmotionLabel.NEUTRAL: "cedar"}
    assert voice_for(EmotionLabel.NEUTRAL, mine) == "cedar"
    assert voice_for("smug", mine) == "cedar"
    assert voice_for(EmotionLabel.HAPPY, mine) == "echo"

"""Which voice speaks which emotion, where neither the profile nor the adapter says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tth.core.controls import EmotionLabel

VOICE_MAP: Mapping[EmotionLabel, str] = MappingProxyType(
    {
        EmotionLabel.NEUTRAL: "alloy",
        EmotionLabel.HAPPY: "echo",
        EmotionLabel.SAD: "onyx",
        EmotionLabel.ANGRY: "shimmer",
        EmotionLabel.SURPRISED: "nova",
        EmotionLabel.FEARFUL: "fable",
        EmotionLabel.DISGUSTED: "ash",
    }
)
"""A voice for each emotion."""


def voice_for(label: str, voice_map: Mapping[EmotionLabel, str] = VOICE_MAP) -> str:
    """The voice of an emotion; a label that does not exist counts as neutral.

    Args:
        label: One of the seven emotions.
        voice_map: What a profile or an adapter says; ``VOICE_MAP`` answers for the labels it leaves out.
    """
    try:
        known = EmotionLabel(label)
    except ValueError:
        known = EmotionLabel.NEUTRAL
    return voice_map.get(known) or VOICE_MAP[known]

"""How a model is told to sound: the emotion of a control, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tth.core.controls import EmotionLabel, TurnControl

DELIVERY: Mapping[EmotionLabel, str] = MappingProxyType(
    {
        EmotionLabel.NEUTRAL: "calm and even",
        EmotionLabel.HAPPY: "happy: bright, warm, with a smile in the voice and lively intonation",
        EmotionLabel.SAD: "sad: slow, soft and low, with long pauses and falling intonation",
        EmotionLabel.ANGRY: "angry: firm and clipped, with hard stresses and no warmth",
        EmotionLabel.SURPRISED: "surprised: wide-eyed, rising intonation, a catch of breath before the point",
        EmotionLabel.FEARFUL: "afraid: hushed, tense and a little breathless, hesitating",
        EmotionLabel.DISGUSTED: "disgusted: drawn out and flat, with a curl of contempt",
    }
)

_AMOUNTS = ((0.35, "slightly"), (0.75, "clearly"), (1.01, "very"))


def delivery(control: TurnControl, words: Mapping[EmotionLabel, str] = DELIVERY) -> str:
    """A sentence of instruction for the emotion that ``control`` sets; empty where it sets none.

    The voice follows the emotion as far as the control's expressivity allows.
    """
    if control.emotion.label is None:
        return ""
    label = control.label
    if label is EmotionLabel.NEUTRAL:
        return f"Deliver this answer {words[label]}."
    strength = min(1.0, control.intensity * (0.4 + control.expressivity))
    if strength <= 0:
        return ""
    amount = next(word for most, word in _AMOUNTS if strength < most)
    return f"Deliver this answer so that you sound {amount} {words[label]}. Do not speak about how you sound."


def instructed(instructions: str, control: TurnControl, words: Mapping[EmotionLabel, str] = DELIVERY) -> str | None:
    """The instructions of one response: the session's with the delivery; ``None`` where the session's will do."""
    told = delivery(control, words)
    return f"{instructions}\n\n{told}".strip() if told else None

"""Emotion and character as a profile or a persona writes them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tth.config.document import Node
from tth.config.nearest import suggestion
from tth.core.controls import RANGES, CharacterControl, EmotionControl, EmotionLabel, TurnControl


def read_control(node: Node | None) -> TurnControl:
    """The control that a ``control:`` group asks for; what it leaves out is unset.

    Raises:
        ConfigError: A key, a label or a number cannot be used.
    """
    if node is None:
        return TurnControl()
    groups = node.only(("emotion", "character"))
    emotion: dict[str, Any] = {}
    if "emotion" in groups:
        emotion = _numbers(groups["emotion"], [f.name for f in fields(EmotionControl)])
    character: dict[str, Any] = {}
    if "character" in groups:
        character = _numbers(groups["character"], [f.name for f in fields(CharacterControl) if f.name != "persona_id"])
    return TurnControl(EmotionControl(**emotion), CharacterControl(**character))


def _numbers(node: Node, known: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, child in node.only(known).items():
        if child.value is None:
            continue
        values[name] = read_label(child, child.string()) if name == "label" else _number(child, name)
    return values


def _number(node: Node, name: str) -> float:
    low, high = RANGES[name]
    number = node.number()
    if not low <= number <= high:
        raise node.error(f"{number:g} will not do", f"it should be from {low:g} to {high:g}")
    return number


def read_label(node: Node, text: str) -> EmotionLabel:
    """The emotion of that name.

    Raises:
        ConfigError: There is none.
    """
    try:
        return EmotionLabel(text)
    except ValueError:
        raise node.error(f"no emotion named {text!r}", suggestion(text, list(EmotionLabel))) from None

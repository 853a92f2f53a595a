"""Emotion and character as a profile or a persona writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from tth.config.document import Node, pick
from tth.config.mistakes import Mistakes
from tth.config.nearest import suggestion
from tth.core.controls import RANGES, CharacterControl, EmotionControl, EmotionLabel, TurnControl

GROUPS = {
    "emotion": tuple(field.name for field in fields(EmotionControl)),
    "character": tuple(field.name for field in fields(CharacterControl) if field.name != "persona_id"),
}
"""What a control consists of."""


def read_control(node: Node | None) -> TurnControl:
    """The control that a ``control:`` group asks for; what it leaves out is unset.

    Raises:
        ConfigError: A key, a label or a number cannot be used.
    """
    if node is None:
        return TurnControl()
    mistakes = Mistakes()
    with mistakes.kept():
        node.only(GROUPS)
    given: dict[str, dict[str, Any]] = {name: {} for name in GROUPS}
    for name, known in GROUPS.items():
        if name in node.table():
            with mistakes.kept():
                given[name] = _numbers(node.table()[name], known)
    mistakes.tell()
    return TurnControl(EmotionControl(**given["emotion"]), CharacterControl(**given["character"]))


def _numbers(node: Node, known: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    mistakes = Mistakes()
    with mistakes.kept():
        node.only(known)
    for name, child in pick(node, known).table().items():
        if child.value is not None:
            with mistakes.kept():
                values[name] = read_label(child, child.string()) if name == "label" else _number(child, name)
    mistakes.tell()
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

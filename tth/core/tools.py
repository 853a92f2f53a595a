"""Functions that a model may call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Tool:
    """A function as a model is told of it.

    Attributes:
        name: Letters, digits, ``_`` and ``-``.
        description: When and what for, in words to the model.
        parameters: JSON schema of its arguments.
        required: Whether the model must call it, or another that is required too, instead of answering.
    """

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False


def chosen(tools: Sequence[Tool], choice: str | Mapping[str, str] | None) -> Sequence[Tool]:
    """The tools that ``auto``, ``none``, ``required`` or ``{"name": …}`` leaves, those that must be called marked."""
    if choice == "none":
        return ()
    if choice == "required":
        return [replace(tool, required=True) for tool in tools]
    if isinstance(choice, Mapping):
        return [replace(tool, required=True) for tool in tools if tool.name == choice.get("name")]
    return tools


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to have a tool called; ``arguments`` is a JSON object as text."""

    call_id: str
    name: str
    arguments: str

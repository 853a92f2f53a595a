"""Functions that a model may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Tool:
    """A function as a model is told of it.

    Attributes:
        name: Letters, digits, ``_`` and ``-``.
        description: When and what for, in words to the model.
        parameters: JSON schema of its arguments.
    """

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to have a tool called; ``arguments`` is a JSON object as text."""

    call_id: str
    name: str
    arguments: str

"""What the emulator answers, and when it calls a tool: nothing that needs a model."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tth.adapters.llm import Generated, LLMAdapter
from tth.adapters.shared import Shared
from tth.core.controls import TurnControl
from tth.core.conversation import Item, ToolCallPart, ToolResultPart
from tth.core.streams import Stream
from tth.core.tools import Tool, ToolCall

WORD_S = 0.08
"""What a model takes to write a word, about: it writes faster than one speaks."""

DEEPEST = 4
"""Levels of a schema that are filled in."""


class MindOptions(BaseModel):
    """What the emulator says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["scripted", "echo", "answers"] = Field("scripted", description="The offline mind, or one of these.")
    answers: tuple[str, ...] = Field((), description="For 'answers': said one after another, then again.")


class EmulatedMind:
    """Calls a tool where it must, or where the person names one; tells its result; else answers as it is told to.

    Args:
        options: What it says.
        shared: Handed on to the scripted mind.
        scripted: Makes the mind that answers where ``options`` says so.
        pace: How many times faster than a model it writes; 0: at once.
    """

    def __init__(
        self, options: MindOptions, shared: Shared, scripted: LLMAdapter | None = None, *, pace: float = 0.0
    ) -> None:
        self._options = options
        self._pause_s = WORD_S / pace if pace else 0.0
        self._scripted = scripted
        self._answers = itertools.cycle(options.answers or ("Yes.",))
        self._numbers = itertools.count(1)

    async def generate(
        self, messages: Sequence[Item], *, control: TurnControl, tools: Sequence[Tool] = ()
    ) -> Stream[Generated]:
        """Stream the answer, word by word."""
        tool = _wanted(messages, tools)
        if tool is not None:
            yield ToolCall(f"call_{next(self._numbers):04}", tool.name, json.dumps(example(tool.parameters)))
            return
        if (told := _result(messages)) is not None:
            text = f"The answer is {told}."
        elif self._options.kind == "answers":
            text = next(self._answers)
        elif self._options.kind == "echo" or self._scripted is None:
            text = f"You said: {_said(messages) or 'nothing'}"
        else:
            async for piece in self._scripted.generate(messages, control=control):
                yield piece
                await asyncio.sleep(self._pause_s)
            return
        for word in text.split(" "):
            yield f"{word} "
            await asyncio.sleep(self._pause_s)

    async def close(self) -> None:
        """Release the scripted mind. Idempotent."""
        if self._scripted is not None:
            await self._scripted.close()


def _said(messages: Sequence[Item]) -> str:
    return next((item.text for item in reversed(messages) if item.role == "user"), "")


def _result(messages: Sequence[Item]) -> str | None:
    """What a tool gave back, where the conversation ends with that."""
    part = messages[-1].parts[0] if messages and messages[-1].parts else None
    return part.output if isinstance(part, ToolResultPart) else None


def _wanted(messages: Sequence[Item], tools: Sequence[Tool]) -> Tool | None:
    """The tool to call: one that must be, else one that the person named and whose result is not there yet."""
    required = next((tool for tool in tools if tool.required), None)
    if required is not None or _result(messages) is not None:
        return required
    words = _said(messages).lower().replace("_", " ")
    called = {part.name for item in messages[-2:] for part in item.parts if isinstance(part, ToolCallPart)}
    return next((t for t in tools if t.name.lower().replace("_", " ") in words and t.name not in called), None)


def example(schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that fits a JSON schema: its default, its first choice, else something plain."""
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    choices = schema.get("enum") or schema.get("examples")
    if isinstance(choices, list) and choices:
        return choices[0]
    kind = schema.get("type", "object" if "properties" in schema or depth == 0 else "string")
    kind = next(iter(kind), "null") if isinstance(kind, list) else kind
    if kind == "object" and depth < DEEPEST:
        properties = schema.get("properties")
        return {name: example(inner, depth + 1) for name, inner in _schemas(properties)}
    return {"array": [], "integer": 1, "number": 1.5, "boolean": True, "null": None, "object": {}}.get(
        str(kind), "text"
    )


def _schemas(properties: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        yield str(name), inner if isinstance(inner, Mapping) else {}

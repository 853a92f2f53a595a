"""From the profile's options to the session that a server is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tth.adapters.realtime import Hearing
from tth.builtins.openai_realtime.models import Model, table
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions, SemanticVad, ServerVad
from tth.core.tools import Tool
from tth.wire.realtime.client.config import SessionConfig


def config_of(
    options: OpenAIRealtimeOptions,
    model: Model,
    *,
    instructions: str,
    voice: str | None,
    speed: float,
    tools: Sequence[Tool],
) -> SessionConfig:
    """Everything that the first ``session.update`` says."""
    extra: dict[str, Any] = {}
    if options.truncation is not None:
        ratio = {"type": "retention_ratio", "retention_ratio": options.truncation}
        extra["truncation"] = ratio if isinstance(options.truncation, float) else options.truncation
    if options.reasoning_effort is not None and (model.reasoning or options.model not in table().models):
        extra["reasoning"] = {"effort": options.reasoning_effort}
    noise = options.noise_reduction
    return SessionConfig(
        instructions=instructions,
        voice=voice,
        speed=None if speed == 1.0 else speed,
        turn_detection=_plain(options.turn_detection),
        transcription=_plain(options.transcription),
        noise_reduction=None if noise is None else {"type": noise},
        tools=[*map(tool_object, tools), *options.mcp],
        tool_choice=options.tool_choice,
        max_output_tokens=options.max_output_tokens,
        extra=extra,
        temperature=options.temperature,
    )


def hearing_of(detection: ServerVad | SemanticVad, hearing: Hearing) -> dict[str, Any]:
    """How the server is to find speech: as the profile says, and what is asked for over it."""
    wish: dict[str, Any] = {"create_response": hearing.answers, "interrupt_response": hearing.answers}
    if isinstance(detection, ServerVad):
        if hearing.threshold is not None:
            wish["threshold"] = hearing.threshold
        if hearing.silence_ms is not None:
            wish["silence_duration_ms"] = hearing.silence_ms
    return {**detection.model_dump(exclude_none=True), **wish}


def _plain(part: Any) -> dict[str, Any] | None:
    return None if part is None else part.model_dump(exclude_none=True)


def tool_object(tool: Tool) -> dict[str, Any]:
    """A function as the protocol describes it."""
    parameters = dict(tool.parameters) or {"type": "object", "properties": {}}
    return {"type": "function", "name": tool.name, "description": tool.description, "parameters": parameters}

"""The fields of a session and of ``response.create``, as tables of checks.

Source: the typed models of OpenAI's Python client, and its guides to Realtime sessions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tth.wire.realtime.server import schema
from tth.wire.realtime.server.errors import invalid, quoted
from tth.wire.realtime.server.schema import Check

INSTRUCTIONS_CHARS = 16_384 * 4
"""Most of instructions and tools: about 16,384 tokens."""

_NAME = schema.text(256, least=1)
_WORDS = schema.text(16_384)

_FORMATS = schema.variant(
    "type",
    {
        "audio/pcm": schema.record({"type": schema.text(), "rate": schema.integer(24_000, 24_000)}),
        "audio/pcmu": schema.record({"type": schema.text()}),
        "audio/pcma": schema.record({"type": schema.text()}),
    },
)


def audio_format(value: Any, path: str, strict: bool) -> dict[str, Any]:
    """A sound's format, with its rate where it has one."""
    found: dict[str, Any] = _FORMATS(value, path, strict)
    return {**found, "rate": 24_000} if found["type"] == "audio/pcm" else found


def voice_check(names: tuple[str, ...]) -> Check:
    """A voice: one of ``names`` (any where there are none), or ``{"id": …}``."""
    named = schema.choice(*names) if names else _NAME
    custom = schema.record({"id": _NAME}, required=("id",))
    return schema.by_type("a string or an object", {str: named, dict: custom})


def _modalities(value: Any, path: str, strict: bool) -> list[str]:
    found: list[str] = schema.array(schema.choice("audio", "text"), 2)(value, path, strict)
    if len(found) != 1:
        raise invalid(path, "expected ['audio'] or ['text']")
    return found


_TURN_FLAGS: dict[str, Check] = {
    "type": schema.text(),
    "create_response": schema.boolean,
    "interrupt_response": schema.boolean,
}
TURN_DETECTION = schema.variant(
    "type",
    {
        "server_vad": schema.record(
            {
                **_TURN_FLAGS,
                "threshold": schema.number(0, 1),
                "prefix_padding_ms": schema.integer(0, 10_000),
                "silence_duration_ms": schema.integer(0, 60_000),
                "idle_timeout_ms": schema.nullable(schema.integer(1_000, 600_000)),
            }
        ),
        "semantic_vad": schema.record({**_TURN_FLAGS, "eagerness": schema.choice("low", "medium", "high", "auto")}),
    },
)

_TRANSCRIPTION = schema.record(
    {
        "model": schema.null_is_absent(_NAME),
        "language": schema.null_is_absent(schema.text(32)),
        "languages": schema.null_is_absent(schema.array(schema.text(32), 64)),
        "prompt": schema.null_is_absent(_WORDS),
        "keywords": schema.null_is_absent(schema.array(schema.text(256), 1_000)),
        "delay": schema.null_is_absent(schema.choice("minimal", "low", "medium", "high", "xhigh")),
    }
)
_NOISE = schema.record({"type": schema.choice("near_field", "far_field"), "strength": schema.number(0, 1)})

_TOOL_NAMES = schema.array(_NAME, 256)
_MCP_FILTER = schema.record({"read_only": schema.boolean, "tool_names": _TOOL_NAMES})
_MCP_TOOL = schema.record(
    {
        "type": schema.text(),
        "server_label": _NAME,
        "server_url": schema.text(4_096),
        "server_description": _WORDS,
        "connector_id": _NAME,
        "tunnel_id": _NAME,
        "authorization": schema.text(16_384),
        "defer_loading": schema.boolean,
        "headers": schema.nullable(schema.mapping(64, 256, schema.text(8_192))),
        "allowed_callers": schema.nullable(schema.array(schema.choice("direct", "programmatic"), 2)),
        "allowed_tools": schema.nullable(
            schema.by_type("an array or an object", {list: _TOOL_NAMES, dict: _MCP_FILTER})
        ),
        "require_approval": schema.nullable(
            schema.by_type(
                "a string or an object",
                {
                    str: schema.choice("always", "never"),
                    dict: schema.record({"always": _MCP_FILTER, "never": _MCP_FILTER}),
                },
            )
        ),
    },
    required=("server_label",),
)
_FUNCTION_TOOL = schema.record(
    {
        "type": schema.text(),
        "name": schema.text(128, least=1),
        "description": schema.null_is_absent(schema.text(INSTRUCTIONS_CHARS)),
        "parameters": schema.null_is_absent(schema.free_object),
    },
    required=("name",),
)
_TOOLS = schema.array(schema.variant("type", {"function": _FUNCTION_TOOL, "mcp": _MCP_TOOL}), 256)
_TOOL_CHOICE = schema.by_type(
    "a string or an object",
    {
        str: schema.choice("auto", "none", "required"),
        dict: schema.variant(
            "type",
            {
                "function": schema.record({"type": schema.text(), "name": _NAME}, required=("name",)),
                "mcp": schema.record(
                    {"type": schema.text(), "server_label": _NAME, "name": schema.null_is_absent(_NAME)},
                    required=("server_label",),
                ),
            },
        ),
    },
)
_TRUNCATION = schema.by_type(
    "a string or an object",
    {
        str: schema.choice("auto", "disabled"),
        dict: schema.record(
            {
                "type": schema.choice("retention_ratio"),
                "retention_ratio": schema.number(0, 1),
                "token_limits": schema.null_is_absent(
                    schema.record({"post_instructions": schema.integer(0, 1_000_000)})
                ),
            },
            required=("type", "retention_ratio"),
        ),
    },
)
_TRACING = schema.by_type(
    "a string or an object",
    {
        str: schema.choice("auto"),
        dict: schema.record(
            {
                "group_id": schema.text(256),
                "workflow_name": schema.text(256),
                "metadata": schema.free_object,
            }
        ),
    },
)
_PROMPT = schema.record(
    {
        "id": _NAME,
        "version": schema.nullable(_NAME),
        "variables": schema.nullable(schema.mapping(64, 256, _WORDS)),
    },
    required=("id",),
)
_INCLUDE = schema.array(schema.choice("item.input_audio_transcription.logprobs"), 1)
_REASONING = schema.record({"effort": schema.choice("minimal", "low", "medium", "high", "xhigh")})
TEMPERATURE = schema.number(0.6, 1.2)


def _output_tokens(most: int) -> Check:
    return schema.by_type(
        "an integer or 'inf'",
        {int: schema.integer(1, most), str: schema.choice("inf")},
    )


def _input_fields() -> dict[str, Check]:
    return {
        "format": audio_format,
        "transcription": schema.nullable(_TRANSCRIPTION),
        "noise_reduction": schema.nullable(_NOISE),
        "turn_detection": schema.nullable(TURN_DETECTION),
    }


def session_check(voices: tuple[str, ...], most_output_tokens: int, *, beta: bool) -> Check:
    """A patch of a conversation's session."""
    output = {"format": audio_format, "voice": voice_check(voices), "speed": schema.number(0.25, 1.5)}
    fields: dict[str, Check] = {
        "type": schema.text(),
        "model": _NAME,
        "output_modalities": _modalities,
        "instructions": schema.text(INSTRUCTIONS_CHARS),
        "audio": schema.record({"input": schema.record(_input_fields()), "output": schema.record(output)}),
        "tools": _TOOLS,
        "tool_choice": _TOOL_CHOICE,
        "max_output_tokens": _output_tokens(most_output_tokens),
        "truncation": _TRUNCATION,
        "reasoning": schema.nullable(_REASONING),
        "parallel_tool_calls": schema.boolean,
        "include": schema.nullable(_INCLUDE),
        "tracing": schema.nullable(_TRACING),
        "prompt": schema.nullable(_PROMPT),
    }
    if beta:
        fields["temperature"] = TEMPERATURE
    return schema.record(fields)


def transcription_check() -> Check:
    """A patch of a session that transcribes only."""
    return schema.record(
        {
            "type": schema.text(),
            "include": schema.nullable(_INCLUDE),
            "audio": schema.record({"input": schema.record(_input_fields())}),
        }
    )


def response_check(voices: tuple[str, ...], most_output_tokens: int, *, beta: bool) -> Check:
    """``response`` of ``response.create``; its ``input`` is checked entry by entry afterwards."""
    output = schema.record({"format": audio_format, "voice": voice_check(voices)})
    fields: dict[str, Check] = {
        "conversation": schema.choice("auto", "none"),
        "input": schema.array(lambda value, path, strict: value, 4_096),
        "instructions": schema.null_is_absent(schema.text(INSTRUCTIONS_CHARS)),
        "output_modalities": _modalities,
        "audio": schema.record({"output": output}),
        "tools": _TOOLS,
        "tool_choice": _TOOL_CHOICE,
        "max_output_tokens": _output_tokens(most_output_tokens),
        "metadata": schema.nullable(schema.mapping(16, 64, schema.text(512))),
        "reasoning": _REASONING,
        "parallel_tool_calls": schema.boolean,
        "prompt": schema.nullable(_PROMPT),
    }
    if beta:
        fields["temperature"] = TEMPERATURE
    return schema.record(fields)


def check_tool_choice(choice: Any, tools: Iterable[dict[str, Any]], path: str) -> None:
    """Refuse a forced function that is not among the tools.

    Raises:
        Refusal: There is no such function.
    """
    if not isinstance(choice, dict) or choice["type"] != "function":
        return
    if not any(tool["type"] == "function" and tool["name"] == choice["name"] for tool in tools):
        raise invalid(path, f"there is no tool named {quoted(choice['name'])}")

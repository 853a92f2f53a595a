"""The two sets of names on the wire: today's, which the engine speaks inside, and the beta's, translated at the edge.

Source: OpenAI's guide for moving from the beta to the general release.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tth.wire.realtime.server.errors import unknown
from tth.wire.realtime.server.options import Dialect

JsonObject = dict[str, Any]


class Wire(Protocol):
    """Names of one dialect. Neither method changes what it is given."""

    def read(self, event: JsonObject, *, strict: bool) -> JsonObject:
        """A client's event in today's names.

        Raises:
            Refusal: It has a field that the dialect does not know, and ``strict`` is set.
        """

    def write(self, event: JsonObject) -> JsonObject | None:
        """A server's event in the dialect's names; ``None`` where it has no such event."""


class _Today:
    def read(self, event: JsonObject, *, strict: bool) -> JsonObject:
        return event

    def write(self, event: JsonObject) -> JsonObject | None:
        return event


_FORMATS: dict[str, JsonObject] = {
    "pcm16": {"type": "audio/pcm", "rate": 24_000},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
}
_FORMAT_NAMES = {form["type"]: name for name, form in _FORMATS.items()}


def _format_in(value: Any) -> Any:
    return _FORMATS.get(value, {"type": value}) if type(value) is str else value


def _format_out(value: Any) -> Any:
    return _FORMAT_NAMES[value["type"]]


def _modalities_in(value: Any) -> Any:
    return ["audio"] if type(value) is list and value in (["text", "audio"], ["audio", "text"]) else value


def _modalities_out(value: Any) -> Any:
    return ["text", "audio"] if value == ["audio"] else value


def _same(value: Any) -> Any:
    return value


_PATHS: dict[str, tuple[str, ...]] = {
    "modalities": ("output_modalities",),
    "voice": ("audio", "output", "voice"),
    "speed": ("audio", "output", "speed"),
    "input_audio_format": ("audio", "input", "format"),
    "output_audio_format": ("audio", "output", "format"),
    "input_audio_transcription": ("audio", "input", "transcription"),
    "input_audio_noise_reduction": ("audio", "input", "noise_reduction"),
    "turn_detection": ("audio", "input", "turn_detection"),
    "max_response_output_tokens": ("max_output_tokens",),
    **{
        name: (name,)
        for name in (
            *("id", "object", "expires_at", "model", "instructions", "tools", "tool_choice", "include", "tracing"),
            *("temperature", "conversation", "metadata", "input", "max_output_tokens"),
        )
    },
}
"""Where a flat field of a session or a response stands today."""

_READERS: dict[str, Callable[[Any], Any]] = {
    "modalities": _modalities_in,
    "input_audio_format": _format_in,
    "output_audio_format": _format_in,
}
_SESSION_OUT = [name for name in _PATHS if name not in ("conversation", "metadata", "input", "max_output_tokens")]
_RESPONSE_OUT = ("modalities", "voice", "output_audio_format", "max_output_tokens")
_WRITERS: dict[str, Callable[[Any], Any]] = {
    "modalities": _modalities_out,
    "input_audio_format": _format_out,
    "output_audio_format": _format_out,
}
_EVENTS_OUT = (
    ("response.output_audio.", "response.audio."),
    ("response.output_audio_transcript.", "response.audio_transcript."),
    ("response.output_text.", "response.text."),
    ("conversation.item.added", "conversation.item.created"),
)
_NOT_THERE = ("conversation.item.done", "input_audio_buffer.timeout_triggered")
_PARTS_OUT = {"output_text": "text", "output_audio": "audio"}
_PARTS_IN = {name: today for today, name in _PARTS_OUT.items()}
_MISSING = object()


def _nested(flat: JsonObject, path: str, *, strict: bool) -> JsonObject:
    nested: JsonObject = {}
    for name, value in flat.items():
        where = _PATHS.get(name)
        if where is None or name in ("id", "object", "expires_at"):
            if strict:
                raise unknown(f"{path}.{name}")
            continue
        place = nested
        for step in where[:-1]:
            place = place.setdefault(step, {})
        place[where[-1]] = _READERS.get(name, _same)(value)
    return nested


def _flat(nested: JsonObject, names: list[str] | tuple[str, ...]) -> JsonObject:
    flat = {}
    for name in names:
        value: Any = nested
        for step in _PATHS[name]:
            value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
        if value is not _MISSING:
            flat[name] = _WRITERS.get(name, _same)(value)
    return flat


def _item_with(item: Any, names: dict[str, str]) -> Any:
    if type(item) is not dict or item.get("role") != "assistant" or type(item.get("content")) is not list:
        return item
    parts = [
        {**part, "type": names.get(part["type"], part["type"])}
        if type(part) is dict and type(part.get("type")) is str
        else part
        for part in item["content"]
    ]
    return {**item, "content": parts}


class _Beta:
    def read(self, event: JsonObject, *, strict: bool) -> JsonObject:
        session, response, item = event.get("session"), event.get("response"), event.get("item")
        if event.get("type") == "session.update" and type(session) is dict:
            return {**event, "session": {"type": "realtime", **_nested(session, "session", strict=strict)}}
        if event.get("type") == "response.create" and type(response) is dict:
            nested = _nested(response, "response", strict=strict)
            if type(nested.get("input")) is list:
                nested["input"] = [_item_with(entry, _PARTS_IN) for entry in nested["input"]]
            return {**event, "response": nested}
        return {**event, "item": _item_with(item, _PARTS_IN)} if "item" in event else event

    def write(self, event: JsonObject) -> JsonObject | None:
        kind: str = event["type"]
        if kind in _NOT_THERE:
            return None
        if kind == "error":
            return {**event, "error": _error_out(event["error"])}
        event = {**event, "type": _renamed(kind)}
        if kind.startswith("session."):
            event["session"] = _flat(event["session"], _SESSION_OUT)
        if "response" in event:
            event["response"] = _response_out(event["response"])
        if "item" in event:
            event["item"] = _item_with(event["item"], _PARTS_OUT)
        if kind == "response.function_call_arguments.done":
            del event["name"]
        return event


def _renamed(kind: str) -> str:
    for today, beta in _EVENTS_OUT:
        if kind.startswith(today):
            return beta + kind[len(today) :]
    return kind


def _response_out(response: JsonObject) -> JsonObject:
    kept = {name: value for name, value in response.items() if name not in ("output_modalities", "audio")}
    output = [_item_with(item, _PARTS_OUT) for item in response["output"]]
    return {**kept, **_flat(response, _RESPONSE_OUT), "output": output}


def _error_out(error: JsonObject) -> JsonObject:
    message, param = error["message"], error["param"]
    for name, where in _PATHS.items():
        if len(where) > 1:
            message = message.replace(".".join(where), name)
            param = param and param.replace(".".join(where), name)
    return {**error, "message": message, "param": param}


WIRES: dict[Dialect, Wire] = {"ga": _Today(), "beta": _Beta()}

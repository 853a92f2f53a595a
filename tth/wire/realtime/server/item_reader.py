"""Items as clients write them."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any

from tth.wire.realtime.server import schema
from tth.wire.realtime.server.errors import invalid, missing
from tth.wire.realtime.server.items import Item, Part
from tth.wire.realtime.server.options import MOST_AUDIO_BYTES, MOST_FRAME_CHARS
from tth.wire.realtime.server.sound import SoundDecoder

MOST_ID_CHARS = 32
_TEXT = schema.text(MOST_FRAME_CHARS)
_STATUS = schema.choice("completed", "incomplete", "in_progress")
ITEM_ID = schema.text(MOST_ID_CHARS, least=1)
_LONG_ID = schema.text(512, least=1)


def _item_id(value: Any, path: str, strict: bool) -> str:
    found: str = (ITEM_ID if strict else _LONG_ID)(value, path, strict)
    return found


_COMMON: dict[str, schema.Check] = {
    "id": schema.null_is_absent(_item_id),
    "object": schema.null_is_absent(schema.choice("realtime.item")),
    "type": schema.text(),
    "status": schema.null_is_absent(_STATUS),
}


def _part(value: str, *names: str, required: tuple[str, ...]) -> schema.Check:
    checks = {"detail": schema.choice("auto", "low", "high")}
    fields = {name: schema.null_is_absent(checks.get(name, _TEXT)) for name in names}
    return schema.record({"type": schema.text(), **fields}, required=required)


_INPUT_TEXT = _part("input_text", "text", required=("text",))
_PARTS: dict[str, dict[str, schema.Check]] = {
    "system": {"input_text": _INPUT_TEXT},
    "user": {
        "input_text": _INPUT_TEXT,
        "input_audio": _part("input_audio", "audio", "transcript", required=("audio",)),
        "input_image": _part("input_image", "image_url", "detail", required=("image_url",)),
    },
    "assistant": {"output_text": _part("output_text", "text", required=("text",))},
}


def _message(role: str) -> schema.Check:
    content = schema.array(schema.variant("type", _PARTS[role]), 256)
    return schema.record({**_COMMON, "role": schema.text(), "content": content}, required=("content",))


_CALL_ID = schema.text(256, least=1)
_ITEM = schema.variant(
    "type",
    {
        "message": schema.variant("role", {role: _message(role) for role in _PARTS}),
        "function_call": schema.record(
            {**_COMMON, "call_id": schema.null_is_absent(_CALL_ID), "name": schema.text(256), "arguments": _TEXT},
            required=("name", "arguments"),
        ),
        "function_call_output": schema.record(
            {**_COMMON, "call_id": _CALL_ID, "output": _TEXT}, required=("call_id", "output")
        ),
    },
)


def read_item(value: Any, path: str, *, strict: bool, new_id: str, audio: dict[str, Any]) -> Item:
    """A client's item.

    Args:
        value: What it wrote.
        path: Where it stands in the event.
        strict: Whether unknown fields are refused.
        new_id: The id of an item that brings none; a call without a call id gets it as well.
        audio: The session's input format, which the item's sound is in.

    Raises:
        Refusal: It is no item, or of a kind that only the server makes.
    """
    clean = _ITEM(value, path, strict)
    item = Item(id=clean.get("id", new_id), type=clean["type"])
    if item.type == "message":
        item.role = clean["role"]
        item.parts = [_read_part(part, f"{path}.content[{i}]", audio) for i, part in enumerate(clean["content"])]
        return item
    item.call_id = clean.get("call_id", new_id)
    item.name = clean.get("name", "")
    item.text = clean["arguments"] if item.type == "function_call" else clean["output"]
    return item


def _read_part(part: dict[str, Any], path: str, audio: dict[str, Any]) -> Part:
    match part["type"]:
        case "input_audio":
            pcm = SoundDecoder(audio).feed(read_base64(_given(part, "audio", path), f"{path}.audio"))
            return Part("input_audio", part.get("transcript"), bytearray(pcm), len(pcm) // 2)
        case "input_image":
            url = _given(part, "image_url", path)
            if not url.startswith("data:image/"):
                raise invalid(f"{path}.image_url", "expected a data URI of an image")
            return Part("input_image", image_url=url, detail=part.get("detail", "auto"))
        case kind:
            return Part(kind, _given(part, "text", path))


def _given(part: dict[str, Any], name: str, path: str) -> str:
    found: str | None = part.get(name)
    if found is None:
        raise missing(f"{path}.{name}")
    return found


def read_base64(text: str, path: str) -> bytes:
    """The bytes of a client's base64, 15 MiB at most.

    Raises:
        Refusal: It is no base64, or too long.
    """
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(path, "expected base64 of sound") from error
    if len(data) > MOST_AUDIO_BYTES:
        raise invalid(path, f"expected at most {MOST_AUDIO_BYTES} bytes of sound")
    return data

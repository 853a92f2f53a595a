"""From what the engine tells a mind to what an adapter is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tth.core.conversation import AudioPart, ImagePart, Item, Part, TextPart, tool_call, tool_result
from tth.core.media import AudioChunk
from tth.core.tools import Tool
from tth.wire.realtime.server.orders import Piece, ToldItem


def item_of(told: ToldItem, *, hears: bool) -> Item:
    """``told`` as an adapter takes it; sound stays sound only where the adapter ``hears``."""
    if told.kind == "function_call":
        return tool_call(told.id, told.call_id, told.name, told.text)
    if told.kind == "function_call_output":
        return tool_result(told.id, told.call_id, told.text)
    role = told.role if told.role in ("system", "user", "assistant") else "user"
    parts = tuple(_part(piece, hears=hears) for piece in told.pieces)
    return Item(id=told.id, role=role, parts=parts or (TextPart(""),))  # type: ignore[arg-type]  # checked above


def _part(piece: Piece, *, hears: bool) -> Part:
    if piece.kind == "image":
        return ImagePart(piece.image_url)
    if piece.kind == "audio" and piece.pcm and hears:
        return AudioPart(AudioChunk(piece.pcm), piece.text)
    return TextPart(piece.text)


def tools_of(objects: Sequence[Mapping[str, Any]]) -> list[Tool]:
    """The functions among a client's tools; MCP servers are the provider's to call and are left out."""
    return [
        Tool(str(each["name"]), str(each.get("description") or ""), each.get("parameters") or {})
        for each in objects
        if each.get("type") == "function" and "name" in each
    ]

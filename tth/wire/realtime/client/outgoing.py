"""What a client says, as objects ready to be encoded.

Source: OpenAI Realtime API reference, client events (GA).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from tth.core.conversation import AudioPart, ImagePart, Item, Part, TextPart, ToolCallPart, ToolResultPart
from tth.wire.realtime.client.dialect import Dialect

Message = dict[str, Any]


def encode(message: Message, event_id: str) -> str:
    """The text frame of ``message``; the server repeats ``event_id`` in an error about it."""
    return msgspec.json.encode({"event_id": event_id, **message}).decode()


def update_session(session: Mapping[str, Any]) -> Message:
    """Change the session; what it does not name stays as it is."""
    return {"type": "session.update", "session": session}


def create_item(item: Item, dialect: Dialect, after: str | None = None) -> Message:
    """Add ``item`` to the conversation, at its end or behind the item ``after`` (``root``: at its front)."""
    message: Message = {"type": "conversation.item.create", "item": wire_item(item, dialect)}
    if after is not None:
        message["previous_item_id"] = after
    return message


def wire_item(item: Item, dialect: Dialect) -> dict[str, Any]:
    """``item`` as the protocol writes it. What the assistant said is always given back as text.

    Source: assistant audio cannot be created by a client.
    """
    alone = item.parts[0] if item.parts else TextPart("")
    if isinstance(alone, ToolCallPart):
        call = {"call_id": alone.call_id, "name": alone.name, "arguments": alone.arguments}
        return {"id": item.id, "type": "function_call", **call}
    if isinstance(alone, ToolResultPart):
        return {"id": item.id, "type": "function_call_output", "call_id": alone.call_id, "output": alone.output}
    if item.role == "assistant":
        kind = "output_text" if dialect is Dialect.GA else "text"
        content: list[dict[str, Any]] = [{"type": kind, "text": item.text}]
    else:
        content = [_part(part) for part in item.parts]
    role = "system" if item.role == "tool" else item.role
    return {"id": item.id, "type": "message", "role": role, "content": content}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, AudioPart):
        sound = {"type": "input_audio", "audio": b64encode(part.chunk.data).decode()}
        return {**sound, "transcript": part.text} if part.text else sound
    if isinstance(part, ImagePart):
        return {"type": "input_image", "image_url": part.url, "detail": part.detail}
    return {"type": "input_text", "text": part.text if isinstance(part, TextPart) else ""}


def delete_item(item_id: str) -> Message:
    """Take an item out of the conversation."""
    return {"type": "conversation.item.delete", "item_id": item_id}


def truncate_item(item_id: str, content_index: int, audio_end_ms: int) -> Message:
    """Cut a spoken item to its first ``audio_end_ms``; its transcript is dropped with the rest."""
    position = {"content_index": content_index, "audio_end_ms": audio_end_ms}
    return {"type": "conversation.item.truncate", "item_id": item_id, **position}


def append_audio(pcm: bytes) -> Message:
    """More of what the microphone hears, PCM16 at 24 kHz."""
    return {"type": "input_audio_buffer.append", "audio": b64encode(pcm).decode()}


COMMIT_AUDIO: Message = {"type": "input_audio_buffer.commit"}
CLEAR_AUDIO: Message = {"type": "input_audio_buffer.clear"}


def create_response(
    dialect: Dialect,
    *,
    modality: Literal["audio", "text"],
    instructions: str | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    tool_choice: str | Mapping[str, Any] | None = None,
    context: Sequence[Item] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Message:
    """Ask for a response, always naming its modality.

    Args:
        dialect: The server's.
        modality: Sound with its transcript, or text alone.
        instructions: Instead of the session's.
        tools: GA tool objects, instead of the session's.
        tool_choice: ``auto``, ``none``, ``required`` or the object that names one.
        context: Where given, the response sees these items alone and leaves no trace in the conversation.
        metadata: Comes back with the response.
    """
    if dialect is Dialect.GA:
        response: dict[str, Any] = {"output_modalities": [modality]}
    else:
        response = {"modalities": ["text", "audio"] if modality == "audio" else ["text"]}
    if instructions is not None:
        response["instructions"] = instructions
    if tools is not None:
        response["tools"] = [*tools]
    if tool_choice is not None:
        response["tool_choice"] = tool_choice
    if context is not None:
        response["conversation"] = "none"
        response["input"] = [wire_item(item, dialect) for item in context]
    if metadata:
        response["metadata"] = dict(metadata)
    return {"type": "response.create", "response": response}


def cancel_response(response_id: str | None = None) -> Message:
    """Stop a response; the running one where none is named."""
    named = {"response_id": response_id} if response_id else {}
    return {"type": "response.cancel", **named}

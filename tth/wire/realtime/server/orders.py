"""What the engine asks of the mind behind it, in order.

The mind answers by calling the engine's methods; it may do so at any time, or never.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of an item: ``text`` is its words or transcript, ``pcm`` its sound as PCM16 at 24 kHz."""

    kind: Literal["text", "audio", "image"]
    text: str = ""
    pcm: bytes = b""
    image_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldItem:
    """An item of the conversation, as a mind needs it.

    Attributes:
        id: Unique in the conversation.
        kind: ``message``, ``function_call`` or ``function_call_output``.
        role: Who said it; empty where it is no message.
        pieces: What it holds.
        call_id: Which call it is, or answers.
        name: Function that was called.
        text: The call's arguments, or its output.
    """

    id: str
    kind: Literal["message", "function_call", "function_call_output"]
    role: str = ""
    pieces: tuple[Piece, ...] = ()
    call_id: str = ""
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    """The session is different now; ``changed`` has the dotted paths, and is empty for the first."""

    instructions: str
    voice: str
    speed: float
    tools: tuple[dict[str, Any], ...]
    tool_choice: Any
    max_output_tokens: int | None
    transcription: dict[str, Any] | None
    changed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    """The client added an item behind ``previous_item_id``; ``None``: at the front."""

    item: ToldItem
    previous_item_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteItem:
    """An item is gone: by the client's wish, or because the context is full."""

    item_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate:
    """The client played only so much of a spoken item; what it said after that is to be forgotten."""

    item_id: str
    content_index: int
    audio_end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond:
    """Make a response.

    Attributes:
        response_id: To be given with everything that comes of it.
        out_of_band: Whether it leaves no trace in the conversation.
        input: The items it sees instead of the conversation; ``None`` for the conversation.
        modality: Sound with its transcript, or text alone.
        max_output_tokens: ``None`` where the model's own limit is the only one. The engine ends it there by itself.
        metadata: The client's own words.
    """

    response_id: str
    out_of_band: bool
    input: tuple[ToldItem, ...] | None
    instructions: str
    modality: Literal["audio", "text"]
    voice: str
    speed: float
    tools: tuple[dict[str, Any], ...]
    tool_choice: Any
    max_output_tokens: int | None
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputItem:
    """What the mind gave for a response is item ``item_id`` on the wire; ``call_id`` where it is a tool call."""

    response_id: str
    item_id: str
    call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Stop a response; its end has been told to the client already."""

    response_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribe:
    """The user has said something, which is an item of the conversation now.

    Attributes:
        item_id: The item.
        previous_item_id: The one it stands behind.
        pcm: Its sound, PCM16 at 24 kHz; may be empty after an idle timeout.
        wanted: How the client wants it transcribed; ``None``: it needs no transcript, the mind may.
    """

    item_id: str
    previous_item_id: str | None
    pcm: bytes
    wanted: dict[str, Any] | None


Order: TypeAlias = Configure | AddItem | DeleteItem | Truncate | Respond | OutputItem | Cancel | Transcribe

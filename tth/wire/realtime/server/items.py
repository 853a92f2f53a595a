"""Items of a conversation as the server keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from tth.wire.realtime.server.orders import Piece, ToldItem
from tth.wire.realtime.server.sound import SAMPLES_PER_MS, ms_of
from tth.wire.realtime.server.usage import (
    MODEL_MS_PER_TOKEN,
    USER_MS_PER_TOKEN,
    Tokens,
    image_tokens,
    text_tokens,
)

_MODELS_PARTS = ("output_text", "output_audio")
_PIECE_KINDS = {"input_audio": "audio", "output_audio": "audio", "input_image": "image"}


@dataclass(slots=True)
class Part:
    """One part of a message.

    Attributes:
        type: As in an item: ``input_text``, ``output_audio`` and so on.
        text: Its words; the transcript of sound. ``None``: there is no transcript (yet).
        pcm: Its sound at 24 kHz, as far as it is kept.
        samples: How long the sound is, kept or not.
        truncated: Whether the client cut it; nothing is added any more.
    """

    type: str
    text: str | None = None
    pcm: bytearray = field(default_factory=bytearray)
    samples: int = 0
    image_url: str = ""
    detail: str = "auto"
    truncated: bool = False

    @property
    def ms(self) -> int:
        """Length of its sound."""
        return ms_of(self.samples)

    def add_sound(self, pcm: bytes) -> None:
        """The model has spoken on."""
        if not self.truncated:
            self.pcm += pcm
            self.samples += len(pcm) // 2

    def add_text(self, text: str) -> None:
        """The model has said more."""
        if not self.truncated:
            self.text = (self.text or "") + text

    def truncate(self, end_ms: int) -> None:
        """Keep the sound up to ``end_ms``, and no transcript."""
        self.samples = min(self.samples, end_ms * SAMPLES_PER_MS)
        del self.pcm[2 * self.samples :]
        self.text = ""
        self.truncated = True

    def tokens(self) -> Tokens:
        """What it costs to read. The transcript of the user's sound is not read, the sound is."""
        words = text_tokens(self.text or "")
        match self.type:
            case "input_audio":
                return Tokens(audio=-(-self.ms // USER_MS_PER_TOKEN))
            case "output_audio":
                return Tokens(text=words, audio=-(-self.ms // MODEL_MS_PER_TOKEN))
            case "input_image":
                return Tokens(image=image_tokens(self.detail))
            case _:
                return Tokens(text=words)

    def shown(self, *, with_sound: bool = False) -> dict[str, Any]:
        """As it stands in an item."""
        match self.type:
            case "input_audio" | "output_audio":
                shown: dict[str, Any] = {"type": self.type, "transcript": self.text}
                if with_sound:
                    shown["audio"] = bytes(self.pcm)
                return shown
            case "input_image":
                return {"type": self.type, "image_url": self.image_url, "detail": self.detail}
            case _:
                return {"type": self.type, "text": self.text or ""}

    def told(self) -> Piece:
        """As the mind gets it."""
        match self.type:
            case "input_audio" | "output_audio":
                return Piece(kind="audio", text=self.text or "", pcm=bytes(self.pcm))
            case "input_image":
                return Piece(kind="image", image_url=self.image_url)
            case _:
                return Piece(kind="text", text=self.text or "")


@dataclass(slots=True, kw_only=True)
class Item:
    """One item; ``text`` is a call's arguments or output, ``read`` what responses have read of it so far."""

    id: str
    type: str = "message"
    role: str = ""
    status: str = "completed"
    parts: list[Part] = field(default_factory=list)
    call_id: str = ""
    name: str = ""
    text: str = ""
    read: Tokens = field(default_factory=Tokens)

    def tokens(self) -> Tokens:
        """What it costs to read: at least one token."""
        total = Tokens(text=text_tokens(self.name) + text_tokens(self.text))
        for part in self.parts:
            total += part.tokens()
        return total if total.total else Tokens(text=1)

    def held_bytes(self) -> int:
        """About the memory it takes."""
        parts = sum(len(part.pcm) + len(part.text or "") + len(part.image_url) for part in self.parts)
        return 512 + parts + len(self.text)

    def drop_sound(self) -> None:
        """Forget the sound but not its length."""
        for part in self.parts:
            part.pcm = bytearray()

    def shown(self, *, with_sound: bool = False) -> dict[str, Any]:
        """As the client sees it."""
        shown: dict[str, Any] = {"id": self.id, "object": "realtime.item", "type": self.type, "status": self.status}
        if self.type == "message":
            shown["role"] = self.role
            shown["content"] = [part.shown(with_sound=with_sound) for part in self.parts]
        elif self.type == "function_call":
            shown |= {"call_id": self.call_id, "name": self.name, "arguments": self.text}
        else:
            shown |= {"call_id": self.call_id, "output": self.text}
        return shown

    def told(self) -> ToldItem:
        """As the mind gets it."""
        return ToldItem(
            id=self.id,
            kind=self.type,  # type: ignore[arg-type]  # items are made with these three types only
            role=self.role,
            pieces=tuple(part.told() for part in self.parts),
            call_id=self.call_id,
            name=self.name,
            text=self.text,
        )


def instructions_text(instructions: str, tools: list[dict[str, Any]]) -> str:
    """What every response reads before the conversation."""
    return instructions + (msgspec.json.encode(tools).decode() if tools else "")

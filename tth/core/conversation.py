"""What was said in a session, in order, cut to what was heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tth.core.media import AudioChunk

ROOT = "root"
"""Stands for the place before the first item."""

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words, typed or spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class AudioPart:
    """A spoken utterance as it was recorded; ``text`` is what was understood of it, empty where nothing was yet."""

    chunk: AudioChunk
    text: str = ""


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture: a ``data:`` address with the picture in it, or an address that the provider can reach."""

    url: str
    detail: Literal["auto", "low", "high"] = "auto"


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """The assistant's wish to have a tool called; ``arguments`` is a JSON object as text."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool gave back, as text for the model."""

    call_id: str
    output: str


Part: TypeAlias = TextPart | AudioPart | ImagePart | ToolCallPart | ToolResultPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One contribution to the conversation.

    Attributes:
        id: Unique in its conversation, 32 characters at most.
        role: Who said it; ``tool`` for what a tool gave back.
        parts: Its content. A tool's call or result stands alone in its item.
        complete: Whether it was heard, or typed, to its end.
        estimated: Whether the place where it was cut is a guess by time, no mark having told.
    """

    id: str
    role: Role
    parts: tuple[Part, ...] = ()
    complete: bool = True
    estimated: bool = False

    @property
    def text(self) -> str:
        """All its words, typed or understood."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart | AudioPart))


def message(item_id: str, role: Role, text: str) -> Item:
    """A complete item of plain text."""
    return Item(id=item_id, role=role, parts=(TextPart(text),))


def tool_call(item_id: str, call_id: str, name: str, arguments: str) -> Item:
    """The assistant's call of a tool."""
    return Item(id=item_id, role="assistant", parts=(ToolCallPart(call_id, name, arguments),))


def tool_result(item_id: str, call_id: str, output: str) -> Item:
    """What the tool gave back."""
    return Item(id=item_id, role="tool", parts=(ToolResultPart(call_id, output),))


class Conversation:
    """Ordered items with unique ids."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(tuple(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._items

    def get(self, item_id: str) -> Item | None:
        """The item of that id, or ``None``."""
        return self._items.get(item_id)

    def put(self, item: Item, *, after: str | None = None) -> None:
        """Add ``item``, or replace the one of its id where it stands.

        Args:
            item: The contribution.
            after: Id of the item to add it behind, ``ROOT`` for the front; ``None``, or one that is not there: the end.
        """
        ids = () if after is None or item.id in self._items else (ROOT, *self._items)
        self._items[item.id] = item
        if after in ids:
            for behind in ids[ids.index(after) + 1 :]:
                self._items[behind] = self._items.pop(behind)

    def set_text(self, item_id: str, text: str, *, complete: bool, estimated: bool = False) -> None:
        """Say what of an item was heard.

        Raises:
            KeyError: There is no such item.
        """
        item = self._items[item_id]
        self._items[item_id] = replace(item, parts=(TextPart(text),), complete=complete, estimated=estimated)

    def remove(self, item_id: str) -> None:
        """Forget an item of which nothing was heard. No such item: nothing happens."""
        self._items.pop(item_id, None)

    def trim(self, most: int) -> None:
        """Keep the newest ``most`` items."""
        for item_id in list(self._items)[: max(0, len(self._items) - most)]:
            del self._items[item_id]

"""The ordered items of a conversation, within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from tth.wire.realtime.server.items import Item

MOST_ITEMS = 4_096
MOST_BYTES = 64 * 2**20
"""Text, pictures and sound together; the oldest sound is forgotten first."""


class Conversation:
    """Items in order, each id once.

    Attributes:
        tokens: What all of them cost to read.
    """

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._by_id: dict[str, Item] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._sounding: dict[str, None] = {}
        self.tokens = 0
        self._bytes = 0

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._by_id

    def get(self, item_id: str) -> Item | None:
        """The item of that id, or ``None``."""
        return self._by_id.get(item_id)

    def last_id(self) -> str | None:
        """Id of the newest item."""
        return self._items[-1].id if self._items else None

    def previous_id(self, item: Item) -> str | None:
        """Id of the item before ``item``; ``None``: it is the first, or not here."""
        if self._by_id.get(item.id) is not item:
            return None
        at = self._index(item)
        return self._items[at - 1].id if at else None

    def has_call(self, call_id: str) -> bool:
        """Whether a call of that id is in the conversation."""
        return any(item.type == "function_call" and item.call_id == call_id for item in self._items)

    def add(self, item: Item, *, after: Item | None = None, front: bool = False) -> None:
        """Put an item behind ``after``, to the front, or to the end; its id is not here yet."""
        at = 0 if front else len(self._items) if after is None else self._index(after) + 1
        self._items.insert(at, item)
        self._by_id[item.id] = item
        self.weigh(item)

    def remove(self, item: Item) -> None:
        """Take an item out."""
        del self._items[self._index(item)]
        del self._by_id[item.id]
        self._sounding.pop(item.id, None)
        tokens, held = self._sizes.pop(item.id)
        self.tokens -= tokens
        self._bytes -= held

    def weigh(self, item: Item) -> None:
        """An item has changed: count it anew. One that is not here counts for nothing."""
        if self._by_id.get(item.id) is not item:
            return
        tokens, held = self._sizes.get(item.id, (0, 0))
        now = (item.tokens().total, item.held_bytes())
        self._sizes[item.id] = now
        if any(part.pcm for part in item.parts):
            self._sounding[item.id] = None
        self.tokens += now[0] - tokens
        self._bytes += now[1] - held

    def drop_oldest(self, most_tokens: int, keep_tokens: int) -> list[str]:
        """Stay within bounds.

        Args:
            most_tokens: Above this the oldest items go.
            keep_tokens: Down to this.

        Returns:
            Ids of the items that are gone. An item in progress stays, and so does the newest.
        """
        self._drop_sound()
        if self.tokens <= most_tokens and len(self._items) <= MOST_ITEMS and self._bytes <= MOST_BYTES:
            return []
        gone = []
        for item in self._items[:-1]:
            if self.tokens <= keep_tokens and len(self._items) <= MOST_ITEMS and self._bytes <= MOST_BYTES:
                break
            if item.status != "in_progress":
                self.remove(item)
                gone.append(item.id)
        return gone

    def _drop_sound(self) -> None:
        while self._bytes > MOST_BYTES and self._sounding:
            item_id = next(iter(self._sounding))
            del self._sounding[item_id]
            item = self._by_id[item_id]
            item.drop_sound()
            self.weigh(item)

    def _index(self, item: Item) -> int:
        # Most of what is asked for is new.
        for at in range(len(self._items) - 1, -1, -1):
            if self._items[at] is item:
                return at
        raise KeyError(item.id)

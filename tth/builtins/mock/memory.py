"""What a mock voice remembers of its conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tth.adapters.realtime import Heard
from tth.builtins.mock.tones import Tones
from tth.core.conversation import Conversation, Item, TextPart

ITEMS = 400
"""Items that are remembered; older ones are forgotten."""


class Memory:
    """A conversation of bounded length, with the sound of what was spoken in it."""

    def __init__(self) -> None:
        self._items = Conversation()
        self._spoken: dict[str, Tones] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._items

    def add(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Add items in their order, at the end or behind the item ``after``."""
        for item in items:
            self._items.put(item, after=after)
            after = after and item.id
        self._items.trim(ITEMS)
        self._spoken = {item_id: tones for item_id, tones in self._spoken.items() if item_id in self._items}

    def forget(self, item_id: str) -> None:
        """Take an item out; an unknown one is passed over."""
        self._items.remove(item_id)
        self._spoken.pop(item_id, None)

    def begin(self, item_id: str, text: str, tones: Tones | None) -> None:
        """An answer begins, not complete until it is said; ``tones`` are its sound, if it has any."""
        self.add([Item(id=item_id, role="assistant", parts=(TextPart(text),), complete=False)])
        if tones is not None:
            self._spoken[item_id] = tones

    def complete(self, item_id: str, text: str) -> None:
        """An answer was said to its end; it stays as it is if it was cut or forgotten meanwhile."""
        item = self._items.get(item_id)
        if item is not None and item.text == text:
            self._items.put(replace(item, complete=True))

    def cut(self, heard: Heard) -> None:
        """Keep the words given, else those whose sound had passed; with 0 samples, nothing."""
        item = self._items.get(heard.item_id)
        if item is None:
            return
        if heard.samples <= 0:
            self.forget(item.id)
            return
        text = heard.text
        if text is None and item.id in self._spoken:
            text = self._spoken[item.id].heard(heard.samples)
        if text is not None and len(text) < len(item.text):
            self._items.set_text(item.id, text, complete=False)

"""The conversation's side: what clients do with its items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tth.wire.realtime.server.errors import Refusal, invalid, quoted
from tth.wire.realtime.server.item_reader import read_item
from tth.wire.realtime.server.items import Item
from tth.wire.realtime.server.orders import AddItem, DeleteItem, Truncate
from tth.wire.realtime.server.state import State


class Remembering:
    """Item events of one connection.

    Args:
        state: The connection's.
        reserved_id: Gives the id that the next utterance has been promised.
    """

    def __init__(self, state: State, reserved_id: Callable[[], str | None]) -> None:
        self._state = state
        self._reserved_id = reserved_id

    def create(self, event: dict[str, Any]) -> None:
        """Add the client's item.

        Raises:
            Refusal: The item is wrong, its id is taken, or its place does not exist.
        """
        state = self._state
        item = read_item(
            event["item"],
            "item",
            strict=state.options.strict,
            new_id=state.new_item_id(),
            audio=state.settings.input_format,
        )
        if item.id in state.conversation or item.id == self._reserved_id():
            message = f"Error adding item: an item with id {quoted(item.id)} already exists."
            raise Refusal("item_create_duplicate_item_id", message, "item.id")
        if item.type == "function_call_output" and not state.conversation.has_call(item.call_id):
            raise invalid("item.call_id", f"there is no call {quoted(item.call_id)} in the conversation")
        if state.settings.truncation == "disabled":
            self._check_room(item)
        after_id = event.get("previous_item_id")
        after = None if after_id in (None, "root") else self._item(after_id, "create", "previous_item_id")
        previous = state.place(item, after=after, front=after_id == "root")
        state.orders.append(AddItem(item=item.told(), previous_item_id=previous))
        state.settle(item)

    def retrieve(self, item_id: str) -> None:
        """Send an item with its sound, PCM16 at 24 kHz.

        Raises:
            Refusal: There is no such item.
        """
        item = self._item(item_id, "retrieve", "item_id")
        self._state.send("conversation.item.retrieved", item=item.shown(with_sound=True))

    def delete(self, item_id: str) -> None:
        """Take an item out of the conversation.

        Raises:
            Refusal: There is no such item.
        """
        state = self._state
        state.conversation.remove(self._item(item_id, "delete", "item_id"))
        state.send("conversation.item.deleted", item_id=item_id)
        state.orders.append(DeleteItem(item_id=item_id))

    def truncate(self, item_id: str, content_index: int, end_ms: int) -> None:
        """Cut a spoken item to what was played, also while it is in progress.

        Raises:
            Refusal: There is no such item, it has no sound, or less than that.
        """
        item = self._item(item_id, "truncate", "item_id")
        if item.role != "assistant" or not any(part.type == "output_audio" and part.samples for part in item.parts):
            message = "Only model output audio messages can be truncated"
            raise Refusal("unsupported_content_type", message, "item_id")
        if content_index >= len(item.parts):
            raise invalid("content_index", f"the item has {len(item.parts)} parts")
        part = item.parts[content_index]
        if end_ms > part.ms:
            message = f"Audio content of {part.ms}ms is already shorter than {end_ms}ms"
            raise Refusal("invalid_value", message, "audio_end_ms")
        self._cut(item, content_index, end_ms)

    def cut(self, item: Item, end_ms: int) -> None:
        """Cut an item of which no more than that was played; one that is not in the conversation stays as it is."""
        if self._state.conversation.get(item.id) is item:
            self._cut(item, 0, end_ms)

    def _cut(self, item: Item, index: int, end_ms: int) -> None:
        state = self._state
        item.parts[index].truncate(end_ms)
        state.conversation.weigh(item)
        state.send("conversation.item.truncated", item_id=item.id, content_index=index, audio_end_ms=end_ms)
        state.orders.append(Truncate(item_id=item.id, content_index=index, audio_end_ms=end_ms))

    def _item(self, item_id: str, doing: str, param: str) -> Item:
        item = self._state.conversation.get(item_id)
        if item is None:
            message = f"Error: the item with id {quoted(item_id)} does not exist."
            raise Refusal(f"item_{doing}_invalid_item_id", message, param)
        return item

    def _check_room(self, item: Item) -> None:
        most, _ = self._state.context_limits()
        if self._state.conversation.tokens + item.tokens().total > most:
            message = f"The conversation would be longer than {most} tokens, and truncation is disabled."
            raise Refusal("context_length_exceeded", message)

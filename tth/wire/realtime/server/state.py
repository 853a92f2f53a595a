"""What the parts of an engine share: settings, conversation, and what waits to go out on either side."""

from __future__ import annotations

from typing import Any

import msgspec

from tth.wire.realtime.server.conversation import Conversation
from tth.wire.realtime.server.dialect import WIRES
from tth.wire.realtime.server.errors import Refusal
from tth.wire.realtime.server.items import Item, instructions_text
from tth.wire.realtime.server.options import EngineOptions, NewId
from tth.wire.realtime.server.orders import DeleteItem, Order
from tth.wire.realtime.server.playing import Playing
from tth.wire.realtime.server.settings import Settings
from tth.wire.realtime.server.usage import text_tokens


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A server event, encoded: ``data`` is JSON text in UTF-8."""

    type: str
    data: bytes


_encoder = msgspec.json.Encoder()


class State:
    """One connection's state.

    Attributes:
        playing: What waits to be played; ``None`` where sound goes by events.
    """

    def __init__(self, options: EngineOptions, ids: NewId) -> None:
        self.options = options
        self.ids = ids
        self.settings = Settings(options, ids("sess"))
        self.conversation = Conversation()
        self.conversation_id = ids("conv")
        self.events: list[Outgoing] = []
        self.orders: list[Order] = []
        self._wire = WIRES[options.dialect]
        self.playing = Playing(self.send) if options.media == "track" else None

    def new_item_id(self) -> str:
        """An id that no item has; a client may have guessed one."""
        while (item_id := self.ids("item")) in self.conversation:
            pass
        return item_id

    def send(self, type: str, **fields: Any) -> None:
        """Put an event into the queue to the client; bytes in it become base64."""
        event = self._wire.write({"type": type, "event_id": self.ids("event"), **fields})
        if event is not None:
            self.events.append(Outgoing(event["type"], _encoder.encode(event)))

    def send_error(self, refusal: Refusal, event_id: str | None = None) -> None:
        """Tell the client what was wrong with the event of that id."""
        error = {
            "type": refusal.kind,
            "code": refusal.code,
            "message": refusal.message,
            "param": refusal.param,
            "event_id": event_id,
        }
        self.send("error", error=error)

    def context_limits(self) -> tuple[int, int]:
        """Tokens the conversation may have, and down to how many it is cut when it has more."""
        settings = self.settings
        window = settings.model.context_tokens - settings.model.output_tokens
        most = max(0, window - text_tokens(instructions_text(settings.instructions, settings.tools)))
        truncation = settings.truncation
        if isinstance(truncation, dict):
            most = min(most, truncation.get("token_limits", {}).get("post_instructions", most))
            return most, int(most * truncation["retention_ratio"])
        return most, most

    def fit(self) -> None:
        """Let go of the oldest items where the context is full."""
        most, keep = self.context_limits()
        if self.settings.truncation == "disabled":
            most = keep = self.conversation.tokens
        for item_id in self.conversation.drop_oldest(most, keep):
            self.orders.append(DeleteItem(item_id=item_id))

    def place(self, item: Item, *, after: Item | None = None, front: bool = False) -> str | None:
        """Add an item and tell the client of it; gives the id of the one before."""
        self.conversation.add(item, after=after, front=front)
        previous = self.conversation.previous_id(item)
        self.send("conversation.item.added", previous_item_id=previous, item=item.shown())
        return previous

    def settle(self, item: Item) -> None:
        """An item is complete: tell the client, if it is still in the conversation."""
        if self.conversation.get(item.id) is not item:
            return
        self.conversation.weigh(item)
        previous = self.conversation.previous_id(item)
        self.send("conversation.item.done", previous_item_id=previous, item=item.shown())
        self.fit()

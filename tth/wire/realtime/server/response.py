"""One response: its items as the mind makes them, its end, its bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from tth.wire.realtime.server.items import Item
from tth.wire.realtime.server.orders import OutputItem, Respond
from tth.wire.realtime.server.output import CallOutput, MessageOutput, Output
from tth.wire.realtime.server.state import State
from tth.wire.realtime.server.usage import Tokens, usage_shown

DoneStatus = Literal["completed", "incomplete", "failed", "cancelled"]
Finish: TypeAlias = Callable[["Response", DoneStatus, str], None]

MOST_OUTPUTS = 256
"""Items of one response; a mind that makes more has its response ended as incomplete."""


class Response:
    """A response in progress.

    Args:
        state: The connection's.
        wish: What the mind was asked for.
        audio_format: Format of its sound on the wire.
        read: What it reads, in tokens.
        cached: What of that an earlier response has read.
        most_tokens: Where it ends as incomplete.
        finish: Called when that limit is reached.
    """

    def __init__(
        self,
        state: State,
        wish: Respond,
        *,
        audio_format: dict[str, Any],
        read: Tokens,
        cached: Tokens,
        most_tokens: int,
        finish: Finish,
    ) -> None:
        self.id = wish.response_id
        self._state = state
        # What it reads may be large, and only the mind needs it.
        self._wish = replace(wish, input=None)
        self._format = audio_format
        self._read = read
        self._cached = cached
        self._most = most_tokens
        self._finish = finish
        self._items: list[Item] = []
        self._message: MessageOutput | None = None
        self._calls: dict[str, CallOutput] = {}
        self._closed = Tokens()
        self._called: set[str] = set()
        state.send("response.created", response=self._shown("in_progress", None, None))

    def text(self, delta: str) -> None:
        """Words of the open message, or of a new one."""
        message = self._open_message()
        if message is not None and not message.text(delta, self._room()):
            self._finish(self, "incomplete", "max_output_tokens")

    def audio(self, pcm: bytes) -> None:
        """Sound of the open message, or of a new one; nothing where text alone was asked for."""
        if self._wish.modality == "text":
            return
        message = self._open_message()
        if message is not None and not message.audio(pcm, self._room()):
            self._finish(self, "incomplete", "max_output_tokens")

    def next_item(self) -> None:
        """The open message is complete."""
        if self._message is not None:
            self._close(self._message, "completed")
            self._message = None

    def call(self, call_id: str, name: str, delta: str) -> None:
        """A piece of a call's arguments; the first opens the call."""
        if call_id in self._called and call_id not in self._calls:
            return
        call = self._calls.get(call_id)
        if call is None:
            self.next_item()
            item = self._new_item("function_call", call_id)
            if item is None:
                return
            item.call_id, item.name = call_id, name
            self._called.add(call_id)
            call = CallOutput(self._state, item, self.id, len(self._items) - 1, in_conversation=self._in_conversation)
            self._calls[call_id] = call
        if not call.arguments(delta, self._room()):
            self._finish(self, "incomplete", "max_output_tokens")

    def call_done(self, call_id: str) -> None:
        """A call's arguments are complete."""
        call = self._calls.pop(call_id, None)
        if call is not None:
            self._close(call, "completed")

    def end(self, status: DoneStatus, reason: str | None, error: dict[str, str] | None) -> None:
        """Close what is open and tell that it is done."""
        open_status = "completed" if status == "completed" else "incomplete"
        for output in (self._message, *self._calls.values()):
            if output is not None:
                self._close(output, open_status)
        details: dict[str, Any] = {"type": status}
        if reason is not None:
            details["reason"] = reason
        if error is not None:
            details["error"] = error
        usage = usage_shown(self._read, self._cached, self._closed)
        self._state.send(
            "response.done", response=self._shown(status, None if status == "completed" else details, usage)
        )
        if self._state.playing is not None:
            self._state.playing.end(self.id)

    @property
    def _in_conversation(self) -> bool:
        return not self._wish.out_of_band

    def _open_message(self) -> MessageOutput | None:
        if self._message is None:
            item = self._new_item("message", "")
            if item is None:
                return None
            item.role = "assistant"
            self._message = MessageOutput(
                self._state,
                item,
                self.id,
                len(self._items) - 1,
                in_conversation=self._in_conversation,
                audio_format=self._format if self._wish.modality == "audio" else None,
            )
        return self._message

    def _new_item(self, type: str, call_id: str) -> Item | None:
        if len(self._items) >= MOST_OUTPUTS:
            self._finish(self, "incomplete", "max_output_tokens")
            return None
        item = Item(id=self._state.new_item_id(), type=type, status="in_progress")
        self._items.append(item)
        self._state.orders.append(OutputItem(response_id=self.id, item_id=item.id, call_id=call_id))
        return item

    def _close(self, output: Output, status: str) -> None:
        self._closed += output.made()
        output.close(status)

    def _room(self) -> int:
        made = self._closed.total
        for output in (self._message, *self._calls.values()):
            if output is not None:
                made += output.made().total
        return max(0, self._most - made)

    def _shown(self, status: str, details: dict[str, Any] | None, usage: dict[str, Any] | None) -> dict[str, Any]:
        wish = self._wish
        most = wish.max_output_tokens
        return {
            "id": self.id,
            "object": "realtime.response",
            "status": status,
            "status_details": details,
            "output": [item.shown() for item in self._items],
            "conversation_id": None if wish.out_of_band else self._state.conversation_id,
            "output_modalities": [wish.modality],
            "max_output_tokens": "inf" if most is None else most,
            "audio": {"output": {"format": self._format, "voice": wish.voice}},
            "usage": usage,
            "metadata": wish.metadata or None,
        }

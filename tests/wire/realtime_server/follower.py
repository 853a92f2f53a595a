"""Follows a server's events as a client would, and fails where they break the protocol's order."""

from __future__ import annotations

from typing import Any


class Follower:
    """What a client knows from events alone."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.running: dict[str, dict[str, Any]] = {}
        self.done: set[str] = set()
        self.active: str | None = None

    def see(self, event) -> None:
        kind = event["type"]
        if kind == "conversation.item.added":
            self._add(event["item"]["id"], event["previous_item_id"])
        elif kind == "conversation.item.deleted":
            self.items.remove(event["item_id"])
        elif kind == "conversation.item.done":
            assert event["item"]["id"] in self.items
        elif kind == "response.created":
            self._begin(event["response"])
        elif kind == "response.done":
            self._end(event["response"])
        elif kind.startswith("response."):
            self._step(kind.removeprefix("response."), event)

    def forget(self, item_id) -> None:
        """The mind was told that an item is gone; the client may have been."""
        if item_id in self.items:
            self.items.remove(item_id)

    def _add(self, item_id, previous) -> None:
        assert item_id not in self.items
        self.items.insert(0 if previous is None else self.items.index(previous) + 1, item_id)

    def _begin(self, response) -> None:
        assert response["id"] not in self.running.keys() | self.done
        assert response["status"] == "in_progress"
        assert response["usage"] is None
        self.running[response["id"]] = {}
        if response["conversation_id"] is not None:
            assert self.active is None, "two responses write to the conversation"
            self.active = response["id"]

    def _end(self, response) -> None:
        items = self.running.pop(response["id"])
        assert all(stage == "done" for stage in items.values()), items
        assert [item["id"] for item in response["output"]] == list(items)
        assert all(item["status"] != "in_progress" for item in response["output"])
        assert response["usage"]["input_token_details"]["cached_tokens"] <= response["usage"]["input_tokens"]
        self.done.add(response["id"])
        if self.active == response["id"]:
            self.active = None

    def _step(self, step, event) -> None:
        items = self.running[event["response_id"]]
        item_id = event["item"]["id"] if "item" in event else event["item_id"]
        if step == "output_item.added":
            assert item_id not in items
            assert event["output_index"] == len(items)
            items[item_id] = "message" if event["item"]["type"] == "message" else "call"
            return
        assert list(items).index(item_id) == event["output_index"]
        stage, items[item_id] = items[item_id], self._after(step)
        assert stage in self._before(step), f"{step} at {stage}"

    @staticmethod
    def _after(step):
        ends = {
            "output_item.done": "done",
            "content_part.done": "part done",
            "output_text.done": "text done",
            "output_audio.done": "audio done",
            "output_audio_transcript.done": "text done",
            "function_call_arguments.delta": "call",
            "function_call_arguments.done": "call done",
        }
        return ends.get(step, "part")

    @staticmethod
    def _before(step):
        befores = {
            "content_part.added": ("message",),
            "output_audio_transcript.done": ("audio done",),
            "content_part.done": ("text done",),
            "output_item.done": ("part done", "call done"),
            "function_call_arguments.delta": ("call",),
            "function_call_arguments.done": ("call",),
        }
        return befores.get(step, ("part",))

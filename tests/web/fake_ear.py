"""What the fake server does with a microphone: it keeps the sound, and understands what it was told to."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

LISTENING = {"hears": True, "why": "", "detector": "energy", "threshold": 0.4, "silence_ms": 700, "barge_in": "hold"}
HEADER = struct.Struct("<BBHIIQ")


@dataclass
class Take:
    """From one ``microphone`` message to the next."""

    state: str
    session: str
    frames: list[tuple[int, int, bytes]] = field(default_factory=list)
    over: bool = False
    discarded: bool = False

    @property
    def pcm(self) -> bytes:
        return b"".join(pcm for _, _, pcm in self.frames)


class Ear:
    """One session's."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.behaviour = stream.behaviour
        self.listening = dict(self.behaviour.listening)
        self.take = Take("off", "")
        self.items = 0

    def begin(self) -> None:
        self.stream.event("listening", **self.listening)

    def update(self, wish: dict[str, Any]) -> None:
        self.listening.update(wish)
        self.begin()

    def frame(self, data: bytes) -> None:
        kind, flags, rate_hz, generation, turn, sample = HEADER.unpack_from(data)
        assert (kind, flags, generation, turn) == (4, 0, 0, 0)
        self.take.frames.append((rate_hz, sample, data[HEADER.size :]))

    def switch(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Follow a ``microphone`` message; gives what the person asked with what was held."""
        before, self.take = self.take, Take(message["state"], self.stream.info["id"])
        before.over, before.discarded = True, message.get("discard", False)
        self.behaviour.takes.append(self.take)
        if self.take.state == "held":
            self.items += 1
            self.heard("user_speech_started")
        if before.state != "held":
            return None
        self.heard("user_speech_stopped")
        text = "" if before.discarded else self.behaviour.understands
        if text:
            self.heard("user_transcript", text=text.split()[0], final=False)
        self.heard("user_transcript", text=text, final=True)
        return {"turn_id": f"spoken-{self.item}", "text": text, "item_id": self.item} if text else None

    @property
    def item(self) -> str:
        return f"{self.stream.info['id']}-u{self.items}"

    def heard(self, kind: str, **fields: Any) -> None:
        self.stream.event(kind, item_id=self.item, **fields)

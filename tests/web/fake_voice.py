"""What the fake server does with a choice of voices: it says which one speaks, and all sound the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class FakeVoice:
    """One session's: the voices of its profile, and the wish."""

    def __init__(self, offered: Sequence[str], wish: str | None) -> None:
        self.offered = list(offered)
        self.wish = wish

    @property
    def speaks(self) -> str:
        if self.wish in self.offered:
            return self.wish
        return self.offered[0] if self.offered else ""

    def ready(self) -> dict[str, Any]:
        return {"voice": self.speaks, "voices": self.offered, "voice_wish": self.wish}

    def update(self, message: dict[str, Any]) -> dict[str, Any]:
        self.wish = message["voice"]
        return {"voice": self.speaks, "voices": self.offered, "wish": self.wish}

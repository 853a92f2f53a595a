"""What a call is joined to."""

from __future__ import annotations

from typing import Protocol


class Sounding(Protocol):
    """What plays and hears: a host."""

    @property
    def hears_speech(self) -> bool:
        """Whether the caller is speaking, as far as is known."""

    def greeting(self) -> str:
        """``session.created`` with the session as it is now."""

    def play(self, samples: int) -> bytes:
        """The next so many samples, PCM16 at 24 kHz."""

    def hear(self, pcm: bytes) -> None:
        """Take PCM16 at 24 kHz."""

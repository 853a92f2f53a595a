"""Watchers of what goes to a client: nobody."""

from __future__ import annotations

from tth.core.events import Event
from tth.core.media import SpeechMark
from tth.hosting.reply import Reply


class NoWatcher:
    """Does nothing with what it is told."""

    def publish(self, event: Event) -> None:
        """Nothing."""

    def sound(self, reply: Reply, pcm: bytes) -> None:
        """Nothing."""

    def marks(self, reply: Reply, marks: tuple[SpeechMark, ...]) -> None:
        """Nothing."""

    def over(self, reply: Reply, *, cut: bool) -> None:
        """Nothing."""


NO_WATCHER = NoWatcher()

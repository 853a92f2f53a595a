"""What was received of each spoken item, and what its server is told of how much was heard."""

from __future__ import annotations

from dataclasses import dataclass

from tth.adapters.realtime import Heard
from tth.core.media import MEDIA_RATE_HZ
from tth.wire.realtime.client.outgoing import Message, delete_item, truncate_item

UNITS_PER_MS = MEDIA_RATE_HZ // 1000
MOST = 1000
"""Items that are remembered; older ones were played long ago."""


@dataclass(slots=True)
class Spoken:
    """One item that the model spoke or wrote on this connection.

    Attributes:
        units: Media units of sound received.
        finished: Whether no more of it will come.
        settled: Whether the server was told what was heard; that is done once.
    """

    units: int = 0
    finished: bool = False
    settled: bool = False
    _rate_hz: int = MEDIA_RATE_HZ
    _base: int = 0
    _bytes: int = 0

    def take(self, size: int, rate_hz: int) -> None:
        """``size`` more bytes of PCM16 at ``rate_hz`` came; a chunk may end within a sample."""
        if rate_hz != self._rate_hz:
            self._base, self._bytes, self._rate_hz = self.units, 0, rate_hz
        self._bytes += size
        self.units = self._base + (self._bytes >> 1) * MEDIA_RATE_HZ // rate_hz


class SpokenItems:
    """The items of this connection's responses. Restored ones are text to the server and never stand here."""

    def __init__(self) -> None:
        self._items: dict[str, Spoken] = {}

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._items

    def of(self, item_id: str) -> Spoken:
        """The item of that id, new where it is not known."""
        item = self._items.get(item_id)
        if item is None:
            item = self._items[item_id] = Spoken()
            if len(self._items) > MOST:
                del self._items[next(iter(self._items))]
        return item

    def forget(self, item_id: str) -> None:
        """The item is no longer in the server's conversation."""
        self._items.pop(item_id, None)

    def settle(self, heard: Heard) -> Message | None:
        """What to tell the server of an item of which so much was heard.

        Nothing heard: it is deleted. Heard to the end of what was received, with nothing more to come, or told before,
        or not spoken on this connection: nothing.

        Source: facts of ``conversation.item.truncate``: an item without sound is refused, a point past the sound too.
        """
        item = self._items.get(heard.item_id)
        if item is None or item.settled:
            return None
        item.settled = True
        ms = min(heard.samples, item.units) // UNITS_PER_MS
        if ms <= 0:
            return delete_item(heard.item_id)
        if item.finished and heard.samples >= item.units:
            return None
        return truncate_item(heard.item_id, heard.content_index, ms)

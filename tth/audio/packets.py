"""Packets of one size from chunks of any."""

from __future__ import annotations

from tth.errors import MediaError


class Packetizer:
    """Holds back what does not fill a packet.

    Args:
        packet_bytes: Size of a packet, whole samples of PCM16.

    Raises:
        MediaError: That is not one sample or more.
    """

    __slots__ = ("_held", "_size")

    def __init__(self, packet_bytes: int) -> None:
        if packet_bytes < 2 or packet_bytes % 2:
            raise MediaError(f"packets of {packet_bytes} bytes; use a multiple of 2, a whole number of samples")
        self._size = packet_bytes
        self._held = b""

    def feed(self, pcm: bytes) -> bytes:
        """As many whole packets as there are now, in one piece; the very chunk where it is whole packets."""
        data = self._held + pcm if self._held else pcm
        over = len(data) % self._size
        if not over:
            self._held = b""
            return data
        self._held = data[-over:]
        return data[:-over]

    def flush(self) -> bytes:
        """What is held, less than a packet."""
        held, self._held = self._held, b""
        return held

    def clear(self) -> None:
        """Forget what is held."""
        self._held = b""

"""Sound as a microphone would send it: PCM16, mono, 24 kHz."""

from __future__ import annotations

import math
from array import array

RATE_HZ = 24_000
BYTES_PER_MS = RATE_HZ * 2 // 1000
PIECE_MS = 20


def loud(ms: int) -> bytes:
    return array("h", (int(9000 * math.sin(n / 10)) for n in range(ms * RATE_HZ // 1000))).tobytes()


def quiet(ms: int) -> bytes:
    return bytes(ms * BYTES_PER_MS)


def utterance(ms: int = 600, pause_ms: int = 800) -> bytes:
    """Something said, and a silence after it that is long enough to end the turn."""
    return quiet(100) + loud(ms) + quiet(pause_ms)


def pieces(pcm: bytes, ms: int = PIECE_MS) -> list[bytes]:
    size = ms * BYTES_PER_MS
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]

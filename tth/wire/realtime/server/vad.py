"""Where speech begins and ends, by loudness alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tth.wire.realtime.server.sound import SAMPLES_PER_MS

_FRAME_MS = 20
_FRAME = _FRAME_MS * SAMPLES_PER_MS
_LOUD_FRAMES = 3
"""So many in a row are speech, fewer a click."""

_QUIETEST_DB, _LOUDEST_DB = -60.0, -20.0
"""Level against full scale that thresholds 0 and 1 stand for."""

_EAGERNESS_MS = {"low": 8_000, "medium": 4_000, "high": 2_000, "auto": 4_000}
_SEMANTIC_PADDING_MS = 300
_SEMANTIC_THRESHOLD = 0.5


class EnergyVad:
    """Follows one stream of PCM16 at 24 kHz from sample ``position`` on.

    Attributes:
        speaking: Whether speech has begun and not ended.
        prefix: Samples before the first loud one that belong to the speech.
    """

    def __init__(self, turn_detection: dict[str, Any], position: int) -> None:
        self.speaking = False
        self.prefix = 0
        self._position = position
        self._rest = b""
        self._loud = 0
        self._quiet = 0
        self.configure(turn_detection)

    def configure(self, turn_detection: dict[str, Any]) -> None:
        """Go on with other settings; semantic detection is its longest wait."""
        if turn_detection["type"] == "server_vad":
            threshold: float = turn_detection["threshold"]
            padding_ms: int = turn_detection["prefix_padding_ms"]
            silence_ms: int = turn_detection["silence_duration_ms"]
        else:
            threshold, padding_ms = _SEMANTIC_THRESHOLD, _SEMANTIC_PADDING_MS
            silence_ms = _EAGERNESS_MS[turn_detection["eagerness"]]
        level_db = _QUIETEST_DB + (_LOUDEST_DB - _QUIETEST_DB) * threshold
        self._power = (32768 * 10 ** (level_db / 20)) ** 2
        self.prefix = padding_ms * SAMPLES_PER_MS
        self._quiet_frames = max(1, -(-silence_ms // _FRAME_MS))

    def reset(self) -> None:
        """The speech is over: it was committed or cleared."""
        self.speaking = False
        self._loud = self._quiet = 0

    def feed(self, pcm: bytes) -> Iterator[tuple[bool, int]]:
        """Changes in the order they occur: whether speech begins, and at which sample of the stream.

        A beginning is the first loud sample, without padding; an end is the end of the silence that was waited for.
        """
        data = self._rest + pcm
        whole = len(data) - len(data) % (2 * _FRAME)
        self._rest = data[whole:]
        frames = np.frombuffer(data, "<i2", whole // 2).reshape(-1, _FRAME).astype(np.float32)
        for loud in (np.einsum("ij,ij->i", frames, frames) / _FRAME > self._power).tolist():
            self._position += _FRAME
            self._loud = self._loud + 1 if loud else 0
            self._quiet = 0 if loud else self._quiet + 1
            if not self.speaking and self._loud >= _LOUD_FRAMES:
                self.speaking = True
                yield True, self._position - self._loud * _FRAME
            elif self.speaking and self._quiet >= self._quiet_frames:
                self.reset()
                yield False, self._position

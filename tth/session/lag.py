"""Whether an avatar keeps up with the voice."""

from __future__ import annotations

from collections import deque

from tth.core.media import MEDIA_RATE_HZ

BEHIND_UNITS = MEDIA_RATE_HZ // 4
"""Frames so far behind what is heard are no use any more."""

SLOWEST_FPS = 10

_JITTER = MEDIA_RATE_HZ // 100


class Lag:
    """Judges an avatar by the times of its frames.

    Args:
        begin: Media unit from which it is to make frames.
        now: When it was told so.
    """

    def __init__(self, begin: int, now: float) -> None:
        self._begin = self._newest = begin
        self._began_s = now
        self._recent: deque[int] = deque(maxlen=SLOWEST_FPS + 1)

    def frame(self, sample: int) -> None:
        """A frame for media unit ``sample`` is there."""
        if sample > self._newest:
            self._newest = sample
        self._recent.append(sample)

    def patience_s(self, heard: int) -> float:
        """How long there can be nothing to complain of, however badly it does from now on."""
        return (self._newest + BEHIND_UNITS - heard) / MEDIA_RATE_HZ

    def complaint(self, heard: int, fed: int, now: float) -> str:
        """What is wrong, empty where nothing is.

        Args:
            heard: Media units that were heard.
            fed: Media units that the avatar was given; it cannot be behind what it did not get.
            now: A client may take sound faster than it plays; nobody has to be faster than that.
        """
        spoken = self._begin + int((now - self._began_s) * MEDIA_RATE_HZ)
        behind = min(heard, fed, spoken) - self._newest
        if behind > BEHIND_UNITS:
            return f"its frames are {behind * 1000 // MEDIA_RATE_HZ} ms behind the voice"
        recent = self._recent
        if len(recent) > SLOWEST_FPS and recent[-1] - recent[0] > MEDIA_RATE_HZ + _JITTER:
            return f"it makes fewer than {SLOWEST_FPS} frames a second"
        return ""

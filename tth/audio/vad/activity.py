"""What every detector of speech gives."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
WINDOW = 512
"""Samples that are judged at once, 32 ms."""

Wave = npt.NDArray[np.float32]
"""Samples of one channel at 16 kHz; full scale is 1."""


class VoiceActivity(Protocol):
    """Judges one stream of sound; one instance a listener."""

    def feed(self, samples: Wave) -> list[float]:
        """The probability of speech, 0 to 1, for each window that these samples complete.

        What does not fill a window waits for the next call. ``samples`` are not kept.
        """
        ...

    def reset(self) -> None:
        """Begin a stream that has nothing to do with the one before."""
        ...


class Windows:
    """Cuts a stream into windows, however it comes."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)

    def feed(self, samples: Wave) -> npt.NDArray[np.float32]:
        """The windows that these samples complete, one a row."""
        data = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(data) // WINDOW * WINDOW
        self._rest = data[whole:].copy()
        return data[:whole].reshape(-1, WINDOW)

    def clear(self) -> None:
        """Forget what does not fill a window yet."""
        self._rest = np.zeros(0, np.float32)

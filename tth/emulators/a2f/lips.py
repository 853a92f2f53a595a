"""The mouth of a clip: what the network hears in it, frame by frame."""

from __future__ import annotations

from collections import deque

import numpy as np

from tth.audio.resample import StreamResampler
from tth.face.blendshapes import NAMES
from tth.face.lipsync.hearing import RATE_HZ
from tth.face.lipsync.model import Model
from tth.face.lipsync.reader import LipReader, MouthFrame

_REST = MouthFrame(0, np.zeros(len(NAMES), np.float32), 0.0, 0.0)


class Lips:
    """A thirtieth of a second after the other, from sound of any rate.

    Args:
        model: The network; it hears 57 ms beyond the moment that it shows.
        rate_hz: Of the sound.
    """

    def __init__(self, model: Model, rate_hz: int) -> None:
        self._reader = LipReader(model, live=True)
        self._resampler = StreamResampler(rate_hz, RATE_HZ)
        self._made: deque[MouthFrame] = deque()
        self._last = _REST

    @property
    def ready(self) -> int:
        """How many frames there are."""
        return len(self._made)

    def feed(self, pcm: bytes) -> None:
        """Take whole samples of mono PCM16."""
        self._made += self._reader.feed(self._resampler.feed(pcm))

    def end(self) -> None:
        """No more sound comes."""
        self._made += self._reader.feed(self._resampler.flush())
        self._made += self._reader.flush(1)

    def next(self) -> MouthFrame:
        """The next frame; beyond the last one the mouth stays as it is."""
        if self._made:
            self._last = self._made.popleft()
        return self._last

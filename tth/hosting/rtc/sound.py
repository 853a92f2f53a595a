"""Sound on its way between RTP, which has 48 kHz, and a session, which has 24."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame
from numpy.typing import NDArray

from tth.audio.pcm import mono
from tth.audio.resample import StreamResampler
from tth.core.media import MEDIA_RATE_HZ

RATE_HZ = 48_000
FRAME_S = 0.02
FRAME = RATE_HZ // 50
STEP = MEDIA_RATE_HZ // 50

LATE_S = 0.2
"""A track that is later than this goes on from now; what it is less late it makes up for."""

MOST_GAP_S = 2.0
"""Longest silence put in place of packets that were lost."""

_AROUND = 16
"""Samples on either side that one between two is made of."""


def _between() -> NDArray[np.float64]:
    """Weights of the samples around it for one that lies midway."""
    at = np.arange(-_AROUND, _AROUND) + 0.5
    weights = np.sinc(at) * np.cos(np.pi * at / (2 * _AROUND)) ** 2
    return np.asarray(weights / weights.sum())


_BETWEEN = _between()


class Doubler:
    """From 24 to 48 kHz, sample for sample: twice as many come out as went in, 0.7 ms later, and nothing is held back.

    So what the track has taken is what it has sent, which a resampler of any rate, holding 20 ms back, could not say.
    """

    def __init__(self) -> None:
        self._tail = np.zeros(2 * _AROUND - 1)

    def feed(self, pcm: bytes) -> NDArray[np.int16]:
        """The same sound at twice the rate."""
        samples = np.frombuffer(pcm, "<i2")
        wave = np.concatenate((self._tail, samples))
        self._tail = wave[-(2 * _AROUND - 1) :]
        twice = np.empty(2 * samples.size)
        twice[::2] = wave[_AROUND - 1 : _AROUND - 1 + samples.size]
        twice[1::2] = np.convolve(wave, _BETWEEN, "valid")
        return np.asarray(np.clip(np.rint(twice), -32768, 32767).astype("<i2"))


class Voice(MediaStreamTrack):
    """The track of what is said: 20 ms at a time, when they are due and never before; silence where nothing is said.

    Args:
        play: Gives the next samples, PCM16 at 24 kHz. Called once for each 20 ms that go out.
    """

    kind = "audio"

    def __init__(self, play: Callable[[int], bytes]) -> None:
        super().__init__()
        self._play = play
        self._double = Doubler()
        self._due: float | None = None
        self._sent = 0

    async def recv(self) -> AudioFrame:
        """The next 20 ms; waits until they are due. Cancelling loses nothing."""
        loop = asyncio.get_running_loop()
        due = loop.time() if self._due is None else self._due
        await asyncio.sleep(due - loop.time())
        if self.readyState != "live":
            raise MediaStreamError
        late_s = loop.time() - due
        self._due = due + FRAME_S + (late_s if late_s > LATE_S else 0.0)
        return self._frame()

    def _frame(self) -> AudioFrame:
        samples = self._double.feed(self._play(STEP))
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._sent, Fraction(1, RATE_HZ)
        self._sent += FRAME
        return frame


class Ear:
    """What a caller's track brings, told to a host as one unbroken stream.

    Args:
        hear: Takes PCM16 at 24 kHz.
    """

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self._hear = hear
        self._down: StreamResampler | None = None
        self._rate_hz = 0
        self._next_pts: int | None = None

    async def listen(self, track: MediaStreamTrack) -> None:
        """Listen until the track ends."""
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, AudioFrame):
                self.take(frame)

    def take(self, frame: AudioFrame) -> None:
        """One frame; silence comes before it where packets were lost."""
        if frame.sample_rate != self._rate_hz or self._down is None:
            self._rate_hz = frame.sample_rate
            self._down = StreamResampler(self._rate_hz, MEDIA_RATE_HZ, "LQ")
        channels = frame.layout.nb_channels
        pcm = mono(frame.to_ndarray().astype("<i2").tobytes(), channels)
        self._hear(self._down.feed(bytes(2 * self._lost(frame)) + pcm))

    def _lost(self, frame: AudioFrame) -> int:
        pts, expected = frame.pts, self._next_pts
        if pts is None:
            return 0
        self._next_pts = pts + frame.samples
        return 0 if expected is None else min(max(0, pts - expected), int(MOST_GAP_S * frame.sample_rate))

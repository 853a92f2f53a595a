"""Cuts utterances out of a microphone's sound, where the voice does not do that by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from tth.audio.resample import StreamResampler
from tth.core.media import AudioChunk
from tth.session.ears import Ears
from tth.session.reference import RATE_HZ, Reference
from tth.session.turn_taking import TurnTaking

if TYPE_CHECKING:
    from tth.audio.listener import Edge

LONGEST = 60 * RATE_HZ
"""Samples: an utterance that goes on for longer is taken in pieces."""

RECENT = 2 * RATE_HZ
"""Samples from before speech was noticed that are kept."""


class SpeechFinder(Protocol):
    """Finds where speech begins and ends, and takes the avatar's own voice out of it."""

    @property
    def cleaned(self) -> bytes:
        """What was fed last, without the loudspeaker's part."""

    def feed(self, near: bytes, far: bytes, *, playing: bool) -> Sequence[Edge]:
        """Where speech begins and ends in ``near``; ``far`` is what the loudspeaker plays meanwhile."""

    def reset(self) -> None:
        """Another stream begins."""


class Spotter:
    """Gives each utterance, and nothing else, to the ears.

    Args:
        finder: For this session alone.
        ears: Where utterances go, as 16 kHz.
        taking: Told where they begin and end.
        reference: What the loudspeaker plays.
        prefix_ms: Sound from before an utterance that belongs to it.
        late: Samples by which the finder's cleaned sound lags behind its edges.
    """

    def __init__(
        self,
        finder: SpeechFinder,
        ears: Ears,
        taking: TurnTaking,
        reference: Reference,
        *,
        prefix_ms: int,
        late: int = 0,
    ) -> None:
        self._finder = finder
        self._ears = ears
        self._taking = taking
        self._reference = reference
        self._prefix = prefix_ms * RATE_HZ // 1000
        self._late = late
        self._rate_hz = RATE_HZ
        self._resampler = StreamResampler(RATE_HZ, RATE_HZ)
        self._recent = b""
        self._heard = 0
        self._said = self._began = 0
        self._speaking = False

    def feed(self, pcm: bytes, rate_hz: int) -> None:
        """More of the microphone's sound: mono PCM16, whole samples."""
        if rate_hz != self._rate_hz:
            self._rate_hz, self._resampler = rate_hz, StreamResampler(rate_hz, RATE_HZ)
        near = self._resampler.feed(pcm)
        if not near:
            return
        playing = self._reference.playing
        far = self._reference.take(len(near) // 2)
        edges = self._finder.feed(near, far, playing=playing)
        self._heard += len(near) // 2
        self._recent = (self._recent + self._finder.cleaned)[-2 * RECENT :]
        if self._speaking:
            self._pass_on(self._finder.cleaned)
        for edge in edges:
            self._take(edge)

    def _take(self, edge: Edge) -> None:
        if edge.kind == "ended":
            self.end((edge.at - self._began) / RATE_HZ)
        elif edge.kind == "began" and not self._speaking and not self._taking.closed:
            self._speaking, self._began = True, edge.at
            self._taking.began()
            since = self._heard - self._late - max(0, edge.at - self._prefix)
            self._pass_on(self._recent[-2 * max(1, min(since, RECENT)) :])

    def _pass_on(self, pcm: bytes) -> None:
        self._ears.hear(AudioChunk(pcm, RATE_HZ))
        self._said += len(pcm) // 2
        if self._said >= LONGEST:
            self.end()
            self._speaking = True
            self._taking.began()

    def end(self, lasted_s: float | None = None) -> None:
        """The utterance is over, if there is one."""
        if self._speaking:
            self._speaking, self._said = False, 0
            self._ears.end()
            self._taking.ended(lasted_s)

    def reset(self) -> None:
        """The microphone does something else from here on; what was being said is said."""
        self.end()
        self._finder.reset()
        self._resampler.clear()
        self._recent, self._heard = b"", 0

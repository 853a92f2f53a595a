"""Hears a person speak, also while the avatar's own voice sounds from a loudspeaker beside the microphone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tth.audio.echo.remover import LATE, EchoRemover
from tth.audio.pcm import samples_of
from tth.audio.vad.activity import RATE_HZ, WINDOW, VoiceActivity
from tth.audio.vad.edges import Demand, Edge, EdgeFinder, Utterance
from tth.errors import MediaError

__all__ = ["CLEANED_LATE", "RATE_HZ", "REFERENCE_LEAD_MS", "Edge", "Listener", "ListenerSettings", "Utterance"]

CLEANED_LATE = WINDOW + LATE
"""Samples by which the cleaned sound is later than what was fed, 40 ms."""

REFERENCE_LEAD_MS = 100
"""How far ahead of the playhead the reference should be read, since the playhead may be told so much too late.

What sounds before it was told can be taken for the person; what sounds up to 640 ms after it was told cannot.
"""

_BOOST = np.float32(4)
"""By how much sound is louder for the detector, which overlooks soft voices."""

_FULL_SCALE = np.float32(1 / 32768)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """What counts as speech.

    Attributes:
        threshold: Probability, 0 to 1, from which sound is speech.
        silence_ms: Silence after which speech has ended.
        prefix_ms: Sound that a recogniser is to be given from before the beginning.
        min_speech_ms: What is shorter is a cough or a click.
        barge_in_threshold: ``threshold`` while the avatar is heard.
        barge_in_ms: ``min_speech_ms`` while the avatar is heard.

    Raises:
        MediaError: One of them is out of its range.
    """

    threshold: float = 0.5
    silence_ms: int = 500
    prefix_ms: int = 300
    min_speech_ms: int = 200
    barge_in_threshold: float = 0.6
    barge_in_ms: int = 160

    def __post_init__(self) -> None:
        for name in ("threshold", "barge_in_threshold"):
            if not 0 <= getattr(self, name) <= 1:
                raise MediaError(f"{name} is {getattr(self, name)}; use 0 to 1")
        for name in ("silence_ms", "prefix_ms", "min_speech_ms", "barge_in_ms"):
            if not 0 <= getattr(self, name) <= LONGEST_MS:
                raise MediaError(f"{name} is {getattr(self, name)}; use 0 to {LONGEST_MS}")


LONGEST_MS = 10_000


class Listener:
    """Follows one microphone. The same sound gives the same edges, however it is cut.

    A window of 32 ms costs 0.2 ms of CPU with the neural detector, and 0.4 to 0.7 ms more while something plays.

    Args:
        settings: What counts as speech.
        vad: A detector of this listener's own.

    Attributes:
        cleaned: What the last ``feed`` brought without the avatar's voice: as many bytes of PCM16 as were fed,
            ``CLEANED_LATE`` samples late, silence before the first.
    """

    def __init__(self, settings: ListenerSettings | None = None, *, vad: VoiceActivity) -> None:
        self._settings = settings or ListenerSettings()
        self._vad = vad
        self._echo = EchoRemover()
        self._edges = EdgeFinder(LATE)
        self._forget()

    def configure(self, settings: ListenerSettings) -> None:
        """Let other settings hold from the next window on; speech that has begun goes on."""
        self._settings = settings

    def reset(self) -> None:
        """Begin anew at sample 0: another microphone, another person, another room."""
        self._vad.reset()
        self._echo.clear()
        self._edges.clear()
        self._forget()

    def _forget(self) -> None:
        self._near = self._far = self.cleaned = b""
        self._done = bytes(2 * WINDOW)
        self._playing = False

    @property
    def utterance(self) -> Utterance | None:
        """The speech that has begun and not ended."""
        return self._edges.utterance

    def feed(self, near: bytes, far: bytes, *, playing: bool) -> list[Edge]:
        """Hear more.

        Args:
            near: What the microphone heard, mono PCM16 at 16 kHz, of any length.
            far: As much of what the loudspeaker plays ``REFERENCE_LEAD_MS`` from then on; zeros where it plays nothing.
            playing: Whether ``far`` holds any of the avatar's voice. A room is taken to ring for a second longer.

        Returns:
            Edges of the person's speech, in samples since the listener began.

        Raises:
            MediaError: They end within a sample, or are not of one length; nothing was heard.
        """
        samples_of(near)
        if len(near) != len(far):
            raise MediaError(f"{len(near)} bytes of microphone and {len(far)} of loudspeaker; use as many of both")
        fed = len(near)
        if not fed:
            self.cleaned = b""
            return []
        near, far = self._near + near, self._far + far
        whole = len(near) // (2 * WINDOW) * 2 * WINDOW
        self._near, self._far = near[whole:], far[whole:]
        edges = []
        done = [self._done]
        for at in range(0, whole, 2 * WINDOW):
            cut = slice(at, at + 2 * WINDOW)
            # What waited for this feed came with the word of its own.
            edge, cleaned = self._hear(near[cut], far[cut], playing=playing or self._playing)
            self._playing = False
            done.append(cleaned)
            if edge is not None:
                edges.append(edge)
        self._playing = bool(self._near) and (playing or self._playing)
        ready = b"".join(done)
        self.cleaned, self._done = ready[:fed], ready[fed:]
        return edges

    def _hear(self, near: bytes, far: bytes, *, playing: bool) -> tuple[Edge | None, bytes]:
        block = samples_of(near) * _FULL_SCALE
        cleaned = self._echo.feed(block, samples_of(far) * _FULL_SCALE, playing=playing)
        edge = None
        for probability in self._vad.feed(np.clip(_BOOST * cleaned, -1, 1)):
            edge = self._edges.step(cleaned, probability, self._demand())
        pcm: bytes = np.clip(np.rint(cleaned * 32768), -32768, 32767).astype("<i2").tobytes()
        return edge, pcm

    def _demand(self) -> Demand:
        settings = self._settings
        if self._echo.active:
            return Demand(
                threshold=settings.barge_in_threshold,
                speech_ms=settings.barge_in_ms,
                silence_ms=settings.silence_ms,
                doubtful=self._echo.suspect,
            )
        return Demand(threshold=settings.threshold, speech_ms=settings.min_speech_ms, silence_ms=settings.silence_ms)

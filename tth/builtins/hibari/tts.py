"""The ``hibari`` adapter."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from tth.adapters.shared import LateLease, Lease, Shared
from tth.adapters.tts import Notice, SpeechContext, Synthesized
from tth.builtins.hibari.engine import Engine, lease_engine
from tth.builtins.hibari.options import HibariOptions
from tth.builtins.hibari.prosody import QUICKEST, SLOWEST, Delivery, delivery, pace
from tth.core.controls import TurnControl
from tth.core.media import MEDIA_RATE_HZ, AudioChunk, SpeechMark
from tth.core.streams import Stream
from tth.errors import AdapterUnavailable

CHUNK_BYTES = 2 * MEDIA_RATE_HZ * 40 // 1000
"""Bytes in a chunk of 40 ms."""

_FIRST_WORDS = "Hello, Hibari."
"""Holds a name that no dictionary has, so that the model for such words is loaded as well."""


class HibariTTS:
    """Speaks English with one neural voice, and knows when each phoneme and each word sounds.

    Emotion moves pace, pitch, liveliness and level; ``pitch_shift`` keeps the person up to four semitones either way.

    Raises:
        AdapterUnavailable: Its package is not installed.
    """

    voices = ("heart",)

    def __init__(self, options: HibariOptions | None, shared: Shared) -> None:
        for package in ("hibari", "onnxruntime"):
            if find_spec(package) is None:
                raise AdapterUnavailable(
                    "hibari", f"the package {package} is not installed; run: pip install 'tth[voice]'"
                )
        self._options = options or HibariOptions()
        self._shared = shared
        self._lease: LateLease[Engine] = LateLease(lambda: lease_engine(self._shared))

    @classmethod
    async def warm_up(cls, options: HibariOptions | None, shared: Shared) -> Lease[Engine]:
        """Load the voice and speak a few words, so that the first sentence need not wait.

        Raises:
            AdapterUnavailable: Its package is not installed.
        """
        cls(options, shared)
        lease = await lease_engine(shared)
        for run in await lease.value.read(_FIRST_WORDS):
            await lease.value.speak(run, _FIRST_WORDS, Delivery(), lead_ms=0, seed=0)
        return lease

    async def synthesize(self, text: str, *, control: TurnControl, context: SpeechContext) -> Stream[Synthesized]:
        """The marks of a sentence, then its sound; a long text comes in several sentences, each as it is ready."""
        asked = pace(control, self._options.speed)
        if not SLOWEST <= asked <= QUICKEST:
            yield Notice(
                "speech_rate", f"a pace of {asked:g} is beyond this voice; it speaks at {SLOWEST:g} to {QUICKEST:g}"
            )
        how = delivery(control, self._options.speed)
        engine = await self._lease.value()
        if engine is None:
            return
        lead_ms = self._lead_ms(context, how)
        begin = 0
        for run in await engine.read(text):
            if self._lease.closed:
                return
            spoken = await engine.speak(run, text, how, lead_ms=lead_ms, seed=self._options.seed)
            for mark in spoken.marks:
                yield _moved(mark, begin)
            for chunk in _chunks(spoken.pcm):
                yield AudioChunk(chunk, MEDIA_RATE_HZ)
            begin += len(spoken.pcm) // 2
            lead_ms = self._options.pause_ms / how.speed

    def _lead_ms(self, context: SpeechContext, how: Delivery) -> float:
        if context.previous_text:
            return self._options.pause_ms / how.speed
        return self._options.lead_ms / max(1.0, how.speed)

    async def close(self) -> None:
        """Give the voice back; the last session's use ends it."""
        await self._lease.close()


def _moved(mark: SpeechMark, by: int) -> SpeechMark:
    return SpeechMark(
        kind=mark.kind,
        value=mark.value,
        start=mark.start + by,
        end=mark.end + by,
        text_start=mark.text_start,
        text_end=mark.text_end,
    )


def _chunks(pcm: bytes) -> Iterator[bytes]:
    for at in range(0, len(pcm), CHUNK_BYTES):
        yield pcm[at : at + CHUNK_BYTES]

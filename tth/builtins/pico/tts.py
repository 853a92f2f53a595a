"""The ``pico`` adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from typing import get_args

import numpy as np

from tth.adapters.shared import Lease, Shared
from tth.adapters.tts import Notice, SpeechContext, Synthesized
from tth.builtins.pico.options import PicoOptions, VoiceName
from tth.builtins.pico.wording import pieces, word_marks
from tth.core.controls import SEMITONES_PER_PITCH_SHIFT, TurnControl
from tth.core.media import AudioChunk, AudioFormat
from tth.core.streams import Stream
from tth.errors import AdapterError, AdapterUnavailable

FORMAT = AudioFormat(16_000)
CHUNK_BYTES = 2 * FORMAT.rate_hz * 40 // 1000
"""Bytes in a chunk of 40 ms."""

SLOWEST, QUICKEST = 0.2, 5.0
LOWEST, HIGHEST = 0.5, 2.0
"""Bounds of pace and pitch that the engine takes."""

VOLUME = 0.25
"""As loud as the neural voice; at 1 the engine clips."""

LEAD_MS = 40
TAIL_MS = 80
"""Silence kept before the sound and behind it."""

PAUSE_MS = 150
"""Silence kept before every sentence but the first."""

_STEP = FORMAT.rate_hz // 200
_QUIET = 0.04
"""Below this share of the loudest frame nothing is speech: 0.4 s behind the last word the engine breathes at 0.01."""


class PicoTTS:
    """Speaks six languages in a plain voice; words are timed by their letters, phonemes not at all.

    Raises:
        AdapterUnavailable: Its package is not installed.
    """

    voices = get_args(VoiceName)

    def __init__(self, options: PicoOptions | None, shared: Shared) -> None:
        if find_spec("py_nanotts") is None:
            raise AdapterUnavailable("pico", "the package py-nanotts is not installed; run: pip install 'tth[pico]'")
        self._options = options or PicoOptions()
        self._shared = shared
        self._lease: Lease[ThreadPoolExecutor] | None = None
        self._leasing = asyncio.Lock()
        self._closed = False

    async def synthesize(self, text: str, *, control: TurnControl, context: SpeechContext) -> Stream[Synthesized]:
        """The words of a sentence, then its sound; a long text comes piece by piece."""
        speed = control.speech_rate * self._options.speed
        if not SLOWEST <= speed <= QUICKEST:
            yield Notice(
                "speech_rate", f"a pace of {speed:g} is beyond this voice; it speaks at {SLOWEST:g} to {QUICKEST:g}"
            )
        speed = min(QUICKEST, max(SLOWEST, speed))
        pitch = self._options.pitch * 2 ** (control.pitch_shift * SEMITONES_PER_PITCH_SHIFT / 12)
        wish = context.voice or ""
        voice = wish if wish in self.voices else self._options.voice
        lead_ms = PAUSE_MS if context.previous_text else LEAD_MS
        begin = 0
        for words in pieces(text):
            said = " ".join(word.spoken for word in words)
            pcm = await self._say(said, voice, speed, min(HIGHEST, max(LOWEST, pitch)))
            sound, first, last = trimmed(pcm, round(lead_ms / speed), round(TAIL_MS / speed))
            for mark in word_marks(words, text, begin + FORMAT.units(first), begin + FORMAT.units(last)):
                yield mark
            for chunk in _chunks(sound):
                yield AudioChunk(chunk, FORMAT.rate_hz)
            begin += FORMAT.units(len(sound) // 2)
            lead_ms = LEAD_MS

    async def _say(self, text: str, voice: str, speed: float, pitch: float) -> bytes:
        pool = await self._pool()
        if pool is None:
            return b""
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, partial(_say, text, voice, speed, pitch))
        except (RuntimeError, ValueError) as error:  # what the engine raises for text that it cannot read
            raise AdapterError("pico", f"the engine failed: {error}", decision="retry") from error

    async def _pool(self) -> ThreadPoolExecutor | None:
        """The one thread of all sessions, since the engine was not made for two; ``None`` after ``close``."""
        async with self._leasing:
            if self._lease is None and not self._closed:
                self._lease = await self._shared.lease(("pico",), _make_pool, _end_pool)
        return None if self._lease is None else self._lease.value

    async def close(self) -> None:
        """Give the thread back; the last session's use ends it."""
        self._closed = True
        lease, self._lease = self._lease, None
        if lease is not None:
            await lease.close()


async def _make_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="pico")


async def _end_pool(pool: ThreadPoolExecutor) -> None:
    pool.shutdown(wait=False)


def _say(text: str, voice: str, speed: float, pitch: float) -> bytes:
    from py_nanotts import NanoTTS

    pcm: bytes = NanoTTS().speak(text, voice, speed, pitch, VOLUME)
    return pcm


def trimmed(pcm: bytes, lead_ms: int, tail_ms: int) -> tuple[bytes, int, int]:
    """16 kHz PCM cut to what is heard, with silence around.

    Returns:
        The sound; its first sample that is heard, and the one after the last.
    """
    wave = np.frombuffer(pcm, "<i2")
    frames = wave[: len(wave) // _STEP * _STEP].reshape(-1, _STEP).astype(np.float32)
    levels = np.sqrt(np.mean(frames * frames, axis=1))
    heard = np.flatnonzero(levels > _QUIET * levels.max(initial=1.0))
    if not len(heard):
        return b"", 0, 0
    first, last = int(heard[0]) * _STEP, (int(heard[-1]) + 1) * _STEP
    lead, tail = (ms * FORMAT.rate_hz // 1000 for ms in (lead_ms, tail_ms))
    sound = bytes(2 * max(0, lead - first)) + pcm[2 * max(0, first - lead) : 2 * (last + tail)]
    return sound, lead, lead + last - first


def _chunks(pcm: bytes) -> Iterator[bytes]:
    for at in range(0, len(pcm), CHUNK_BYTES):
        yield pcm[at : at + CHUNK_BYTES]

"""The loaded voice, shared by all sessions: one thread, one run of symbols at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from tth.adapters.shared import Lease, Shared
from tth.builtins.hibari import sound, timing
from tth.builtins.hibari.graph import Graph
from tth.builtins.hibari.prosody import Delivery
from tth.builtins.hibari.reading import Run, Spoken, runs, spoken_words
from tth.core.media import MEDIA_RATE_HZ, SpeechMark

T = TypeVar("T")

EXACT = 0.02
"""A pace so close to the one asked for is left as it is."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A run that was spoken: 24 kHz PCM, and its marks in samples of it."""

    pcm: bytes
    marks: tuple[SpeechMark, ...]


async def lease_engine(shared: Shared) -> Lease[Engine]:
    """A hold on the one engine; the first user loads it, which takes 0.7 s."""
    return await shared.lease(("hibari",), Engine.load, Engine.close)


class Engine:
    """Reads and speaks in a thread of its own.

    Two threads would not be quicker: half of the work holds the interpreter's lock. Cancelling a call returns at once:
    one that waits is dropped, one that runs keeps the thread to its end, 60 ms for a sentence of 120 characters and
    0.4 s for the longest run.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hibari")
        self._graph: Graph

    @classmethod
    async def load(cls) -> Engine:
        """Load the model and what reads text."""
        engine = cls()
        try:
            engine._graph = await engine._call(Graph)
        except BaseException:
            await engine.close()
            raise
        return engine

    async def close(self) -> None:
        """Let the thread end, once it has done what it was asked to."""
        self._pool.shutdown(wait=False)

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def read(self, text: str) -> list[Run]:
        """What the model reads of ``text``, in pieces that are spoken one by one."""
        return await self._call(lambda: self._read(text))

    async def speak(self, run: Run, text: str, how: Delivery, *, lead_ms: float, seed: int) -> Utterance:
        """Speak a run of ``text`` after ``lead_ms`` of silence."""
        return await self._call(lambda: self._speak(run, text, how, lead_ms, seed))

    def _read(self, text: str) -> list[Run]:
        from hibari.g2p.normalize import normalize

        library, found, start = self._graph.library, list[Run](), 0
        for line in text.splitlines(keepends=True):
            # Expanded before it is split into sentences, so that "No. 5" stays in one piece.
            sentences = [self._spoken(sentence) for sentence in library.split_sentences(normalize(line))]
            found += runs(line, start, sentences)
            start += len(line)
        return found

    def _spoken(self, sentence: str) -> list[Spoken]:
        g2p = self._graph.g2p
        return spoken_words(g2p.phonemize_tokens(g2p.tokenize(sentence)), self._graph.alphabet)

    def _speak(self, run: Run, text: str, how: Delivery, lead_ms: float, seed: int) -> Utterance:
        from hibari import dsp

        spectra = self._graph.spectra(run.symbols, how.speed)
        stretch = self._stretch(run.symbols, spectra.counts, how.speed)
        parts, f0 = spectra.parts, spectra.f0
        if stretch != 1.0:
            index = sound.resample_frames(len(f0), stretch)
            parts, f0 = [np.ascontiguousarray(part[:, index]) for part in parts], f0[index]
        wave = dsp.synth(*parts, sound.bend(f0, how.pitch, how.range), np.random.default_rng(seed))
        envelope = timing.Envelope(wave)
        found = self._sounds(run, spectra.counts, len(wave), stretch, how.speed)
        timing.settle(found, envelope, how.speed)
        cut, shift = sound.trim(wave, envelope, round(lead_ms * MEDIA_RATE_HZ / 1000), how.speed)
        marks = (
            *timing.phoneme_marks(found, shift, len(cut)),
            *timing.word_marks(found, run, text, shift, len(cut)),
        )
        return Utterance(sound.pcm(cut, envelope, how.gain), marks)

    def _stretch(self, symbols: str, counts: Sequence[int] | None, speed: float) -> float:
        """How much longer the frames must become to keep the pace: the model rounds each sound to 25 ms."""
        if counts is None or speed == 1.0:
            return 1.0
        stretch = self._graph.units(symbols, 1.0) / speed / sum(counts)
        return stretch if abs(stretch - 1.0) > EXACT else 1.0

    @staticmethod
    def _sounds(
        run: Run, counts: Sequence[int] | None, samples: int, stretch: float, speed: float
    ) -> list[timing.Sound]:
        if counts is None:
            return timing.sounds(run, timing.even(len(run.symbols), samples))
        return timing.sounds(run, timing.edges(counts, stretch), timing.bias(speed))

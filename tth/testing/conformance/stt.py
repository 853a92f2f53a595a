"""What every recogniser must do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from itertools import pairwise

import numpy as np

from tth.adapters.shared import Shared
from tth.adapters.stt import STTAdapter, Transcript
from tth.core.media import AudioChunk
from tth.testing.conformance.leaks import in_time, nothing_left

RATE_HZ = 16_000


def murmur(seconds: float, rate_hz: int = RATE_HZ, channels: int = 1) -> bytes:
    """PCM16 of a hum in syllables: as loud as speech, and no word in it."""
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    wave = np.sin(2 * np.pi * 140 * at) * np.sin(np.pi * 4 * at) ** 2 * 6000
    pcm: bytes = np.repeat(wave.astype("<i2"), channels).tobytes()
    return pcm


class STTConformance:
    """Derive from it and say how to make the recogniser, and what to let it hear where a hum is not enough."""

    def make(self, shared: Shared) -> STTAdapter:
        """A fresh adapter.

        Raises:
            NotImplementedError: The deriving class does not say how.
        """
        raise NotImplementedError("say how to make the recogniser: def make(self, shared): return ...")

    def sound(self) -> AudioChunk:
        """One utterance, of some seconds."""
        return AudioChunk(murmur(2.0), RATE_HZ)

    def chunks(self, size: int = 640) -> list[AudioChunk]:
        """The utterance in chunks of so many bytes."""
        whole = self.sound()
        pieces = (whole.data[at : at + size] for at in range(0, len(whole.data), size))
        return [AudioChunk(piece, whole.sample_rate, whole.channels) for piece in pieces]

    async def transcribe(self, chunks: Sequence[AudioChunk]) -> list[Transcript]:
        """Everything that one utterance gives."""
        recogniser = self.make(Shared())
        try:
            async with in_time("the utterance was not written down"):
                return await _all(recogniser, chunks)
        finally:
            await recogniser.close()

    async def test_one_final_transcript_comes_and_it_is_the_last(self) -> None:
        """Whatever came before it may change; it does not."""
        found = await self.transcribe(self.chunks())
        assert found, "no transcript came"
        assert [transcript.final for transcript in found] == [False] * (len(found) - 1) + [True]

    async def test_a_transcript_is_told_once(self) -> None:
        """Each differs from the one before."""
        found = await self.transcribe(self.chunks())
        assert all(one != other for one, other in pairwise(found)), "a transcript came twice"

    async def test_silence_and_no_sound_at_all_have_a_final_transcript_too(self) -> None:
        """Who asked is told that nothing was said."""
        for chunks in ([AudioChunk(bytes(2 * RATE_HZ), RATE_HZ)], []):
            found = await self.transcribe(chunks)
            assert found, "nothing came, so that the turn would wait for ever"
            assert found[-1].final, "the last transcript is not final"

    async def test_any_format_of_sound_is_taken(self) -> None:
        """8 to 48 kHz, one or two channels, chunks that end within a sample, of one byte, of seconds, and empty."""
        for rate_hz, channels, size in ((8000, 1, 333), (44_100, 2, 1 << 20), (48_000, 2, 1919), (24_000, 1, 960)):
            pcm = murmur(1.0, rate_hz, channels)
            cuts = [0, 1, 1, *range(size, len(pcm), size), len(pcm)]
            pieces = [pcm[start:end] for start, end in pairwise(cuts)]
            found = await self.transcribe([AudioChunk(piece, rate_hz, channels) for piece in pieces])
            assert found[-1].final, f"no final transcript at {rate_hz} Hz with {channels} channels"

    async def test_a_stream_left_early_stops_and_leaves_nothing(self) -> None:
        """Closing the stream is enough, while the person still speaks."""
        async with nothing_left():
            recogniser = self.make(Shared())
            reading = asyncio.Event()
            stream = recogniser.transcribe(_endless(self.chunks(), reading))
            async with in_time("the stream did not end"), aclosing(stream), asyncio.TaskGroup() as group:
                reader = group.create_task(_exhaust(stream))
                await reading.wait()
                reader.cancel()
            await recogniser.close()

    async def test_trouble_with_the_sound_ends_the_stream(self) -> None:
        """It is raised, and nobody waits for a final transcript that cannot come."""
        recogniser, raised = self.make(Shared()), None
        try:
            async with in_time("the stream did not end"), aclosing(recogniser.transcribe(_breaking())) as stream:
                await _exhaust(stream)
        except ConnectionResetError as error:
            raised = error
        finally:
            await recogniser.close()
        assert raised is not None, "the stream ended as if nothing had happened"

    async def test_utterances_one_after_another_and_at_once_do_not_mix(self) -> None:
        """The speech and the silence are understood as they are alone."""
        recogniser = self.make(Shared())
        silence = [AudioChunk(bytes(RATE_HZ), RATE_HZ)]
        try:
            async with in_time("the utterances were not written down"):
                alone = [await _all(recogniser, self.chunks()), await _all(recogniser, silence)]
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(_all(recogniser, each)) for each in (self.chunks(), silence)]
            beside = [task.result() for task in tasks]
        finally:
            await recogniser.close()
        assert [found[-1] for found in beside] == [found[-1] for found in alone]

    async def test_closing_twice_is_nothing_new(self) -> None:
        """``close`` is safe before, after and again."""
        recogniser = self.make(Shared())
        await recogniser.close()
        await recogniser.close()


async def _all(recogniser: STTAdapter, chunks: Sequence[AudioChunk]) -> list[Transcript]:
    async with aclosing(recogniser.transcribe(_source(chunks))) as stream:
        return [transcript async for transcript in stream]


async def _exhaust(stream: AsyncIterator[Transcript]) -> None:
    async for _ in stream:
        pass


async def _source(chunks: Sequence[AudioChunk]) -> AsyncIterator[AudioChunk]:
    for chunk in chunks:
        await asyncio.sleep(0)
        yield chunk


async def _endless(chunks: Sequence[AudioChunk], reading: asyncio.Event) -> AsyncIterator[AudioChunk]:
    async for chunk in _source(chunks):
        yield chunk
    reading.set()
    await asyncio.Event().wait()


async def _breaking() -> AsyncIterator[AudioChunk]:
    yield AudioChunk(murmur(0.5), RATE_HZ)
    raise ConnectionResetError("the microphone is gone")

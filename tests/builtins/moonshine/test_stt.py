"""The recogniser before the referee, and what it promises beyond."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing

import numpy as np
import pytest

from tests.builtins.moonshine.speech import RATE_HZ, chunks, noise, pcm, quiet, spoken
from tth.adapters.shared import Shared
from tth.builtins.moonshine.engine import lease_engine
from tth.builtins.moonshine.options import MoonshineOptions
from tth.builtins.moonshine.stt import MoonshineSTT
from tth.core.media import AudioChunk
from tth.errors import AdapterError, AdapterUnavailable
from tth.testing.conformance import STTConformance

STORY = "Could you tell me a short story about a dragon and a princess?"
WEATHER = "What is the weather like in Paris tomorrow?"
NO_GUESSES = MoonshineOptions(partials=False)


@pytest.fixture(scope="module")
def loaded():
    """What sessions share, with the model loaded once for all tests: loading takes longer than any of them."""
    pytest.importorskip("moonshine_cpp", reason="needs the extra tth[ears]")
    shared = Shared()
    with asyncio.Runner() as runner:
        lease = runner.run(MoonshineSTT.warm_up(None, shared))
        yield shared
        runner.run(lease.close())
    assert len(shared) == 0


class TestMoonshine(STTConformance):
    @pytest.fixture(autouse=True)
    def _ready(self, loaded):
        self.loaded = loaded
        self.utterance = AudioChunk(pcm(spoken(WEATHER), quiet(0.4)), RATE_HZ)

    def make(self, shared):
        return MoonshineSTT(None, self.loaded)

    def sound(self):
        return self.utterance


async def source(pieces):
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


async def heard(shared, *parts, options=None):
    recogniser = MoonshineSTT(options, shared)
    try:
        return [transcript async for transcript in recogniser.transcribe(source(chunks(*parts)))]
    finally:
        await recogniser.close()


def hear(shared, *parts, options=None):
    return asyncio.run(heard(shared, *parts, options=options))


@pytest.mark.parametrize("text", [STORY, WEATHER, "Yes.", "Stop.", "No, thank you."])
@pytest.mark.parametrize("level", [0.0, 0.007], ids=["clean", "20 dB"])
def test_it_understands_sentences_and_single_words_also_in_noise(loaded, text, level):
    sound = np.concatenate([quiet(0.3), spoken(text), quiet(0.3)])
    found = hear(loaded, sound + noise(len(sound) / RATE_HZ, level))
    assert found[-1].text.replace(",", "").strip(".?") == text.replace(",", "").strip(".?")


def test_nothing_is_made_of_silence_and_noises(loaded):
    cough = noise(0.25, 0.3) * np.exp(-np.arange(RATE_HZ // 4) / 1500).astype(np.float32)
    tone = (0.1 * np.sin(np.arange(2 * RATE_HZ) / 6)).astype(np.float32)
    for sound in (quiet(2), noise(2, 0.0005), noise(2, 0.05), tone, np.concatenate([quiet(0.3), cough, quiet(0.5)])):
        assert [transcript.text for transcript in hear(loaded, sound)] == [""]


def test_the_text_of_a_pause_is_the_final_one_without_another_run(loaded):
    async def main():
        recogniser, more = MoonshineSTT(NO_GUESSES, loaded), asyncio.Event()

        async def speech():
            for chunk in chunks(quiet(0.2), spoken(WEATHER), quiet(0.3)):
                yield chunk
            await more.wait()
            for chunk in chunks(quiet(0.3)):
                yield chunk

        async with aclosing(recogniser.transcribe(speech())) as stream:
            pausing = await anext(stream)
            lease = await lease_engine(loaded)
            runs = []
            lease.value.write = runs.append
            more.set()
            final = await anext(stream)
            del lease.value.write
            await lease.close()
        await recogniser.close()
        return pausing, final, runs

    pausing, final, runs = asyncio.run(main())
    assert (pausing.text, pausing.final, pausing.end_of_turn) == (WEATHER, False, True)
    assert (final.text, final.final) == (WEATHER, True)
    assert runs == []


def test_what_is_said_after_a_pause_is_part_of_the_final_text(loaded):
    found = hear(loaded, spoken(WEATHER), quiet(0.4), spoken(STORY), options=NO_GUESSES)
    assert (found[0].text, found[-1].text) == (WEATHER, f"{WEATHER} {STORY}")


def test_a_speech_of_more_than_half_a_minute_is_understood_whole(loaded):
    said = [STORY, WEATHER, "Please remind me to call my mother."] * 5
    found = hear(loaded, *(part for text in said for part in (spoken(text), quiet(0.15))), options=NO_GUESSES)
    assert found[-1].text.lower().split() == " ".join(said).lower().split()


def test_guesses_are_made_while_one_speaks_only_when_nobody_else_waits(loaded):
    async def main():
        async with await lease_engine(loaded) as engine, asyncio.TaskGroup() as group:
            first = group.create_task(engine.guess(np.concatenate([spoken(STORY)] * 3)))
            await asyncio.sleep(0)
            second = await engine.guess(spoken(WEATHER))
            waited_for = await engine.write(spoken("Stop."))
        return first.result(), second, waited_for.text

    assert asyncio.run(main()) == (None, None, "Stop.")


def test_a_stream_that_is_closed_frees_the_worker_at_once(loaded):
    long = np.concatenate([spoken(STORY)] * 4)

    async def main():
        async with await lease_engine(loaded) as engine:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await engine.write(long)
            assert engine.idle
            loop = asyncio.get_running_loop()
            began = loop.time()
            await engine.write(quiet(0.1))
            freed_s = loop.time() - began
            began = loop.time()
            await engine.write(long)
            return freed_s, loop.time() - began

    freed_s, whole_s = asyncio.run(main())
    assert freed_s < whole_s / 2


def test_closing_the_adapter_ends_a_stream_that_waits_for_sound(loaded):
    async def main():
        recogniser, listening = MoonshineSTT(None, loaded), asyncio.Event()

        async def endless():
            yield AudioChunk(pcm(spoken("Stop.")), RATE_HZ)
            listening.set()
            await asyncio.Event().wait()

        async def read():
            return [transcript async for transcript in recogniser.transcribe(endless())]

        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            reading = group.create_task(read())
            await listening.wait()
            await recogniser.close()
        assert not any(transcript.final for transcript in reading.result())
        assert await read() == []

    asyncio.run(main())


def test_sound_that_is_none_is_refused_by_its_rate(loaded):
    async def main():
        recogniser = MoonshineSTT(None, loaded)
        try:
            with pytest.raises(AdapterError, match="moonshine: 300 Hz"):
                await anext(recogniser.transcribe(source([AudioChunk(bytes(100), 300)])))
        finally:
            await recogniser.close()

    asyncio.run(main())


def test_without_its_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "moonshine_cpp", None)
    with pytest.raises(AdapterUnavailable, match=r"moonshine-cpp is not installed; run: pip install 'tth\[ears\]'"):
        MoonshineSTT(None, Shared())


@pytest.mark.parametrize("lead_s", [1.0, 2.0])
def test_a_long_quiet_before_the_first_word_hides_it_not(loaded, lead_s):
    hiss = np.random.default_rng(1).standard_normal(int(lead_s * RATE_HZ)) * 0.003
    found = hear(loaded, hiss.astype(np.float32), spoken("Could you help me please"), quiet(0.3), options=NO_GUESSES)
    assert found[-1].text.lower().startswith("could you help me")

"""``python -m benchmarks.ears``: how well and how fast the offline recogniser hears, as the tables of the docs.

Thirty sentences are said by the offline voices, clean and in white noise. The times are of a microphone's pace.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import resource
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt
import psutil

from tth.adapters.shared import Shared
from tth.adapters.tts import SpeechContext, TTSAdapter
from tth.audio.resample import StreamResampler
from tth.builtins.hibari.tts import HibariTTS
from tth.builtins.moonshine.options import MoonshineOptions
from tth.builtins.moonshine.stt import MoonshineSTT
from tth.builtins.pico.tts import PicoTTS
from tth.core.controls import TurnControl
from tth.core.media import AudioChunk

RATE_HZ = 16_000
CHUNK = RATE_HZ // 50
LEAD_S, TAIL_S = 0.3, 0.5
"""The room before and after a sentence, with its noise: as a voice detection would leave it."""

NOISES = (None, 20, 10)
PACED = 8
"""Sentences that are said at the pace of speech; they take as long as they last."""

NO_EARLY = 2000
"""Quiet, in ms, that no sentence here holds: what is said is then written down only when the sound ends."""

SENTENCES = """Hello there, how are you today?
What is the weather like in Paris tomorrow?
Please remind me to call my mother after lunch.
Yes, please.
No, thank you.
Could you tell me a short story about a dragon and a princess?
Stop that.
I would like to order a large pizza with mushrooms and cheese.
Wait a moment, that is not what I meant.
My name is Peter, and I come from a small town near the sea.
Where did you leave the keys to the car?
Turn off the lights in the kitchen.
How far is it from here to the station?
I have never been so happy in my life.
Can you explain how a rainbow is made?
She said that the train would be late again.
Open the window, it is far too warm in here.
What did you think of the film last night?
The children are playing in the garden behind the house.
I am looking for a present for my brother.
Why is the sky blue and the sunset red?
Play some quiet music while I read.
Do you remember what we talked about yesterday?
There is nothing left in the fridge but milk and butter.
Tell me a joke.
How do you say good morning in French?
It was raining when we arrived at the hotel.
I think we should leave before the traffic gets worse.
Who wrote the book about the old man and the fish?
That is all for today, goodbye.""".splitlines()

Sound = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one sentence: its text, and how long that took from the sound's end."""

    text: str
    late_s: float


async def said_by(voice: TTSAdapter, text: str) -> Sound:
    """The sentence as 16 kHz samples of -1 to 1."""
    data, rate_hz = b"", RATE_HZ
    async for piece in voice.synthesize(text, control=TurnControl(), context=SpeechContext()):
        if isinstance(piece, AudioChunk):
            data, rate_hz = data + piece.data, piece.sample_rate
    resampler = StreamResampler(rate_hz, RATE_HZ)
    return np.frombuffer(resampler.feed(data) + resampler.flush(), "<i2").astype(np.float32) / np.float32(32768)


def in_room(sound: Sound, noise_db: int | None, seed: int) -> Sound:
    """The sentence with the room around it; white noise ``noise_db`` below the sentence's own power."""
    around = np.concatenate([np.zeros(round(LEAD_S * RATE_HZ)), sound, np.zeros(round(TAIL_S * RATE_HZ))])
    power = 0.0 if noise_db is None else float(np.mean(np.square(sound))) / 10 ** (noise_db / 10)
    noise = np.random.default_rng(seed).normal(size=len(around)) * np.sqrt(power)
    return (around + noise).astype(np.float32)


async def hear(recogniser: MoonshineSTT, sound: Sound, *, paced: bool = False) -> Heard:
    """Let ``recogniser`` hear it in chunks of 20 ms, at the pace of speech or at once."""
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    ended_s, text = 0.0, ""

    async def chunks() -> AsyncIterator[AudioChunk]:
        nonlocal ended_s
        began_s = time.perf_counter()
        for number, at in enumerate(range(0, len(pcm), 2 * CHUNK), 1):
            await asyncio.sleep(max(0.0, began_s + number * CHUNK / RATE_HZ - time.perf_counter()) if paced else 0)
            yield AudioChunk(pcm[at : at + 2 * CHUNK], RATE_HZ)
        ended_s = time.perf_counter()

    async for transcript in recogniser.transcribe(chunks()):
        text = transcript.text
    return Heard(text, time.perf_counter() - ended_s)


def wrong_words(said: str, heard: str) -> tuple[int, int]:
    """Words replaced, left out or put in, and how many were said."""
    one, other = (re.findall(r"[a-z']+", text.lower()) for text in (said, heard))
    costs = list(range(len(other) + 1))
    for row, word in enumerate(one, 1):
        diagonal, costs[0] = costs[0], row
        for column, guess in enumerate(other, 1):
            best = min(costs[column] + 1, costs[column - 1] + 1, diagonal + (word != guess))
            diagonal, costs[column] = costs[column], best
    return costs[-1], len(one)


async def error_rates(shared: Shared, voices: dict[str, dict[str, Sound]], *, told: bool) -> Iterator[str]:
    """A row of percent for each voice, and the CPU that it took."""
    recogniser = MoonshineSTT(MoonshineOptions(partials=False, quiet_ms=NO_EARLY), shared)
    rows, speech_s, began_s = list[str](), 0.0, time.process_time()
    for name, sentences in voices.items():
        cells = list[str]()
        for noise_db in NOISES:
            wrong = words = 0
            for seed, (text, sound) in enumerate(sentences.items()):
                heard = await hear(recogniser, in_room(sound, noise_db, seed))
                missed, count = wrong_words(text, heard.text)
                wrong, words, speech_s = wrong + missed, words + count, speech_s + len(sound) / RATE_HZ
                if missed and told:
                    print(f"{name} {noise_db}: {text!r} -> {heard.text!r}")
            cells.append(f"{100 * wrong / words:.1f} %")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    cpu_ms = 1000 * (time.process_time() - began_s) / speech_s
    await recogniser.close()
    return iter([*rows, "", f"CPU for a second of speech, written once: {cpu_ms:.0f} ms"])


async def delays(shared: Shared, sounds: Sequence[Sound], options: MoonshineOptions) -> str:
    """From the end of the sound to the final text, at the pace of speech."""
    recogniser = MoonshineSTT(options, shared)
    began_s, late_ms = time.process_time(), list[float]()
    for sound in sounds:
        late_ms.append(1000 * (await hear(recogniser, in_room(sound, 20, 0), paced=True)).late_s)
    cpu_ms = 1000 * (time.process_time() - began_s) / sum(len(sound) / RATE_HZ for sound in sounds)
    await recogniser.close()
    return f"{median(late_ms):.0f} ms | {max(late_ms):.0f} ms | {cpu_ms:.0f} ms |"


def megabytes() -> float:
    """What this process holds of memory."""
    return psutil.Process().memory_info().rss / 1e6


async def measure(*, told: bool) -> None:
    """Print the tables."""
    shared, voices = Shared(), dict[str, dict[str, Sound]]()
    for name, voice in (("hibari", HibariTTS(None, shared)), ("pico", PicoTTS(None, shared))):
        voices[name] = {text: await said_by(voice, text) for text in SENTENCES}
        await voice.close()
    before = megabytes()
    began_s = time.perf_counter()
    lease = await MoonshineSTT.warm_up(None, shared)
    print(f"Loaded in {time.perf_counter() - began_s:.1f} s; memory {before:.0f} -> {megabytes():.0f} MB\n")
    print("| voice | clean | 20 dB | 10 dB |\n| --- | --- | --- | --- |")
    for row in await error_rates(shared, voices, told=told):
        print(row)
    print("\n| | median | longest | CPU for a second |\n| --- | --- | --- | --- |")
    sounds = list(voices["hibari"].values())[:PACED]
    for name, options in (
        ("early final, partials", MoonshineOptions()),
        ("early final", MoonshineOptions(partials=False)),
        ("neither", MoonshineOptions(partials=False, quiet_ms=NO_EARLY)),
    ):
        print(f"| {name} | {await delays(shared, sounds, options)}")
    print(
        f"\nAfterwards {megabytes():.0f} MB, at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    await lease.close()


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ears", description=__doc__)
    parser.add_argument("--told", action="store_true", help="print every sentence that was not understood")
    asyncio.run(measure(told=parser.parse_args().told))


if __name__ == "__main__":
    main()

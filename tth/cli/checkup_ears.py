"""Whether the profile's recogniser understands what the profile's voice says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from tth.adapters.stt import STTAdapter
from tth.adapters.tts import SpeechContext, TTSAdapter
from tth.cli.findings import Finding
from tth.core.controls import TurnControl
from tth.core.media import AudioChunk
from tth.errors import TthError
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.foreign import close_adapter, explain

NAME = "Speech is understood"
SENTENCE = "What is the weather like today?"

OFFLINE_VOICES = ("hibari", "pico")
"""Voices that speak in words, without a network and without a cost."""

ENOUGH = 0.5
"""Share of the words that must come back; a plain voice is not understood in full."""

PAUSE_MS = 400
"""Silence behind the sentence, as there is where a person stops speaking."""

TYPE_FIX = "Until it works, people can type and not talk."


@dataclass(frozen=True, slots=True)
class Understood:
    """What a recogniser made of the sentence, and how long that took from the sound's end."""

    recogniser: str
    text: str
    final_ms: float


async def try_ears(cast: Cast, until: float) -> Finding:
    """Speak a sentence to the profile's recogniser, until ``until`` on the loop's clock at most.

    Whatever goes wrong is in what is returned, as a warning: a session goes on without ears.
    """
    try:
        async with asyncio.timeout_at(until):
            chunks = await _spoken(cast.voices)
            if not chunks:
                return Finding(name=NAME, detail=f"{cast.ears[0].name} was not tried: no offline voice to speak to it")
            return _judged(*await _listen(cast.ears, chunks))
    except TimeoutError:
        return Finding(name=NAME, status="warning", detail=f"{cast.ears[0].name} did not answer in time", fix=TYPE_FIX)


async def _spoken(voices: Sequence[Maker[TTSAdapter]]) -> list[AudioChunk]:
    """The sentence, by the first offline voice that works."""
    for maker in voices:
        if maker.name not in OFFLINE_VOICES:
            continue
        try:
            voice = maker.make()
            try:
                stream = voice.synthesize(SENTENCE, control=TurnControl(), context=SpeechContext())
                async with aclosing(stream) as pieces:
                    return [piece async for piece in pieces if isinstance(piece, AudioChunk)]
            finally:
                await close_adapter(voice, maker.name)
        except (TthError, ImportError):
            continue  # told where the voice is tried
    return []


async def _listen(ears: Sequence[Maker[STTAdapter]], chunks: list[AudioChunk]) -> tuple[Understood | None, list[str]]:
    """What the first recogniser that works understood, and why those before it did not."""
    troubles: list[str] = []
    for maker in ears:
        try:
            recogniser = maker.make()
            try:
                return await _transcribed(maker.name, recogniser, chunks), troubles
            finally:
                await close_adapter(recogniser, maker.name)
        except TimeoutError:
            raise
        except Exception as error:  # foreign code; the next may do
            troubles.append(explain(error))
    return None, troubles


async def _transcribed(name: str, recogniser: STTAdapter, chunks: list[AudioChunk]) -> Understood:
    now, ended_s, text = asyncio.get_running_loop().time, 0.0, ""

    async def sound() -> AsyncIterator[AudioChunk]:
        nonlocal ended_s
        for chunk in chunks:
            yield chunk
        rate_hz, channels = chunks[-1].sample_rate, chunks[-1].channels
        yield AudioChunk(bytes(2 * channels * (rate_hz * PAUSE_MS // 1000)), rate_hz, channels)
        ended_s = now()

    async with aclosing(recogniser.transcribe(sound())) as transcripts:
        async for transcript in transcripts:
            text = transcript.text
    return Understood(name, text, round((now() - ended_s) * 1000, 1))


def _judged(understood: Understood | None, troubles: list[str]) -> Finding:
    if understood is None:
        return Finding(name=NAME, status="warning", detail="; ".join(troubles), fix=TYPE_FIX)
    share = _share_of_words(understood.text)
    heard = f"{understood.text!r} in {understood.final_ms:.0f} ms" if understood.text else "nothing"
    detail = "; ".join([*troubles, f"{understood.recogniser} heard {heard}, of {SENTENCE!r}"])
    well = share >= ENOUGH and not troubles
    return Finding(
        name=NAME,
        status="ok" if well else "warning",
        detail=detail,
        fix="" if share >= ENOUGH else "Its words are not those that were said: look at its language and model.",
        numbers={"final_ms": understood.final_ms, "words_share": round(share, 3)},
    )


def _share_of_words(text: str) -> float:
    said, heard = (set(re.findall(r"[a-z']+", each.lower())) for each in (SENTENCE, text))
    return len(said & heard) / len(said)

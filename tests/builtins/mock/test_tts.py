from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from pydantic import ValidationError

from tth.adapters.shared import Shared
from tth.adapters.tts import Notice, SpeechContext
from tth.builtins.mock.tones import DEFAULT_VOICE, VOICES
from tth.builtins.mock.tts import MockTTS, MockTTSOptions
from tth.core.controls import CharacterControl, TurnControl
from tth.core.media import AudioChunk, SpeechMark
from tth.testing.clock import run

SENTENCE = "Peter bought a big blue boat."


def make(**options):
    return MockTTS(MockTTSOptions(**options), Shared())


async def speak(tts=None, *, voice=None, text=SENTENCE, **character):
    tts = tts or make()
    control = TurnControl(character=CharacterControl(**character))
    async with aclosing(tts.synthesize(text, control=control, context=SpeechContext(voice=voice))) as pieces:
        return [piece async for piece in pieces]


def pcm(pieces):
    return b"".join(piece.data for piece in pieces if isinstance(piece, AudioChunk))


@pytest.mark.parametrize("chunk_ms", [1, 7, 20, 333, 2000])
async def test_the_bytes_are_the_same_for_every_length_of_chunk(chunk_ms):
    assert pcm(await speak(make(chunk_ms=chunk_ms))) == pcm(await speak())


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
async def test_every_rate_says_the_same_for_as_long(rate_hz):
    pieces, plain = await speak(make(sample_rate=rate_hz)), await speak()
    assert {piece.sample_rate for piece in pieces if isinstance(piece, AudioChunk)} == {rate_hz}
    assert len(pcm(pieces)) / rate_hz == pytest.approx(len(pcm(plain)) / 24_000, abs=2 / rate_hz)
    starts = [[mark.start for mark in said if isinstance(mark, SpeechMark)] for said in (pieces, plain)]
    assert starts[0] == pytest.approx(starts[1], abs=24_000 / rate_hz + 1)


async def test_pace_and_pitch_follow_the_control():
    plain = pcm(await speak())
    assert abs(len(pcm(await speak(speech_rate=2.0))) * 2 - len(plain)) <= 4
    assert abs(len(pcm(await speak(speech_rate=0.5))) - len(plain) * 2) <= 4
    higher = pcm(await speak(pitch_shift=1.0))
    assert len(higher) == len(plain)
    assert higher != plain


async def test_a_mark_comes_before_the_sound_it_is_about():
    samples = 0
    for piece in await speak():
        if isinstance(piece, AudioChunk):
            samples += len(piece.data) // 2
        else:
            assert piece.start >= samples


async def test_a_voice_that_it_lacks_is_told_once_and_the_default_one_speaks():
    tts = make()
    first, second = await speak(tts, voice="bariton"), await speak(tts, voice="bariton")
    assert isinstance(first[0], Notice)
    assert (first[0].field, "'bariton'" in first[0].message, DEFAULT_VOICE in first[0].message) == ("voice", True, True)
    assert not any(isinstance(piece, Notice) for piece in (*first[1:], *second))
    assert pcm(first) == pcm(second) == pcm(await speak())


@pytest.mark.parametrize("voice", [None, *VOICES])
async def test_a_voice_that_it_has_is_no_notice(voice):
    assert not any(isinstance(piece, Notice) for piece in await speak(voice=voice))


@pytest.mark.parametrize("option", [{"sample_rate": 7999}, {"sample_rate": 48_001}, {"chunk_ms": 0}, {"voice": "ash"}])
def test_options_without_sense_are_refused(option):
    with pytest.raises(ValidationError):
        MockTTSOptions(**option)


def test_chunks_come_as_slowly_as_asked():
    async def main():
        began = asyncio.get_running_loop().time()
        pieces = await speak(make(chunk_delay_s=0.25), text="aaaa")
        return sum(isinstance(piece, AudioChunk) for piece in pieces), asyncio.get_running_loop().time() - began

    assert run(main()) == (7, pytest.approx(1.75))


async def test_others_run_between_the_chunks():
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick())
        chunks = sum(isinstance(piece, AudioChunk) for piece in await speak())
        ticking.cancel()
    assert ticks >= chunks

"""Who speaks over the avatar, and did they mean to interrupt? Judged by sound, detector, recogniser and all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tests.hearing.voices import RATE_HZ, Wave, installed, say
from tests.session.test_cascade import Speaker
from tth.adapters.shared import Shared
from tth.builtins.moonshine.stt import MoonshineSTT
from tth.core.events import TurnInterruptedEvent, TurnStateEvent, UserTranscriptEvent
from tth.core.media import AudioChunk
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.session import Session
from tth.testing.clock import run

BACKCHANNELS = (
    "Mm-hmm.", "Uh-huh.", "Hmm.", "Yeah.", "Yes.", "Yep.", "Okay.", "Right.", "I see.", "Oh.", "Sure.", "Really?",
    "Wow.", "Got it.", "Great.", "Of course.", "Oh, okay.", "Yeah, yeah.", "All right.", "Oh, I see.", "Nice.",
    "Exactly.",
)  # fmt: skip
INTERRUPTIONS = (
    "Stop.", "Wait.", "No.", "Wait a second.", "Hold on.", "Stop talking.", "What do you mean?", "Be quiet.",
    "That is not what I asked.", "Can you say that again?", "Who are you?", "Tell me something else.",
    "How old are you?", "I have another question.", "What time is it?", "Excuse me.", "Sorry, what?",
    "Please stop.", "No, that is wrong.", "Why?", "Yes, but what about the weather?", "Okay, enough of that.",
    "Never mind.", "Speak a little slower, please.", "Can we talk about music?", "Let me finish.",
    "I do not understand.", "Where do you live?", "Right, and what next?", "Shorter, please.",
    "What was the last word?", "Go back to the start.", "Say it in other words.",
)  # fmt: skip
HUMS = ("Mm-hmm.", "Uh-huh.", "Hmm.")
"""What a voice that spells it cannot say."""
COUGHS, NOISES = 20, 14
PLAYED_S, AFTER_S = 1.5, 4.0
CHUNK = RATE_HZ // 50
STORY = " ".join(["story"] * 60)


@dataclass(frozen=True)
class Sound:
    """Something that sounds over the avatar, and whether it is meant to stop it."""

    name: str
    wave: Wave
    meant: bool


@dataclass(frozen=True)
class Judged:
    """What became of it."""

    sound: Sound
    interrupted: bool
    held: bool
    text: str

    @property
    def right(self) -> bool:
        return self.interrupted == self.sound.meant


def sounds(voices: Sequence[str]) -> Iterator[Sound]:
    """Each backchannel and interruption by each voice, coughs and noise."""
    for voice in voices:
        spells = voice.startswith("flite")
        said = [text for text in BACKCHANNELS if not (spells and text in HUMS)]
        yield from (Sound(f"{voice}: {text}", say(voice, text), False) for text in said)
        yield from (Sound(f"{voice}: {text}", say(voice, text), True) for text in INTERRUPTIONS)
    yield from (Sound(f"cough {seed}", cough(seed), False) for seed in range(COUGHS))
    yield from (Sound(f"noise {seed}", noise(seed), False) for seed in range(NOISES))


def cough(seed: int) -> Wave:
    """One to three bursts of shaped noise with a voiced tail, as people cough."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(rng.integers(1, 4)):
        length = int(RATE_HZ * rng.uniform(0.15, 0.35))
        t = np.arange(length) / RATE_HZ
        hiss = np.convolve(rng.standard_normal(length), np.hanning(int(rng.integers(3, 9))), "same")
        tail = np.sin(2 * np.pi * rng.uniform(120, 260) * t) * np.exp(-((t - 0.12) ** 2) / 0.004)
        shape = np.minimum(1, t / 0.008) * np.exp(-t / rng.uniform(0.04, 0.1))
        parts += [hiss * shape + 0.3 * tail * shape, np.zeros(int(RATE_HZ * rng.uniform(0.05, 0.2)))]
    return _at(np.concatenate(parts), 0.2)


def noise(seed: int) -> Wave:
    """A door, keys, a chair, a tap: bursts, clicks and scrapes."""
    rng = np.random.default_rng(100 + seed)
    length = int(RATE_HZ * rng.uniform(0.1, 1.5))
    t = np.arange(length) / RATE_HZ
    match seed % 4:
        case 0:
            sound = rng.standard_normal(length) * np.exp(-t / 0.05)
        case 1:
            sound = rng.standard_normal(length) * (rng.random(length) > 0.999)
        case 2:
            sound = np.sin(2 * np.pi * (300 + 900 * t) * t) * rng.standard_normal(length)
        case _:
            sound = np.sin(2 * np.pi * rng.uniform(800, 2500) * t) * np.exp(-t / 0.2)
    return _at(sound, 0.2)


def _at(sound: np.ndarray, peak: float) -> Wave:
    return (sound * peak / np.abs(sound).max()).astype(np.float32)


def judged(which: Sequence[Sound]) -> list[Judged]:
    """Each sound over an answer of its own, on virtual time."""
    return run(_judged(which))


async def _judged(which: Sequence[Sound]) -> list[Judged]:
    shared = Shared()
    lease = await MoonshineSTT.warm_up(None, shared)
    cast = Cast(
        profile="test",
        persona="test",
        llms=[Maker("writer", lambda: _Writer())],
        voices=[Maker("speaker", lambda: Speaker())],
        ears=[Maker("moonshine", lambda: MoonshineSTT(None, shared))],
    )
    found = []
    async with Session(cast) as session:
        session.microphone("open")
        await _hear(session, np.zeros(RATE_HZ, np.float32))
        for sound in which:
            found.append(await _over(session, sound))
    await lease.close()
    return found


class _Writer:
    async def generate(self, messages, *, control, tools=()):
        yield STORY + "."

    async def close(self):
        pass


async def _over(session: Session, sound: Sound) -> Judged:
    turn = session.say("Tell me a story.")
    await _hear(session, np.zeros(int(PLAYED_S * RATE_HZ), np.float32))
    events = session.subscribe()
    await _hear(session, np.concatenate([sound.wave, np.zeros(int(AFTER_S * RATE_HZ), np.float32)]))
    seen = []
    while (event := events.get_nowait()) is not None:
        seen.append(event)
    events.close()
    interrupted = any(isinstance(each, TurnInterruptedEvent) and each.turn_id == turn.id for each in seen)
    held = any(isinstance(each, TurnStateEvent) and each.state == "held" for each in seen)
    texts = [each.text for each in seen if isinstance(each, UserTranscriptEvent) and each.final]
    session.interrupt("next")
    await _hear(session, np.zeros(RATE_HZ, np.float32))
    return Judged(sound, interrupted, held, " | ".join(texts))


async def _hear(session: Session, wave: Wave) -> None:
    rng = np.random.default_rng(len(wave))
    pcm = ((wave + 0.0005 * rng.standard_normal(len(wave))) * 32767).clip(-32768, 32767).astype("<i2").tobytes()
    for at in range(0, len(pcm), 2 * CHUNK):
        session.hear(AudioChunk(pcm[at : at + 2 * CHUNK], RATE_HZ))
        await asyncio.sleep(CHUNK / RATE_HZ)


def main() -> None:
    """Print what was judged wrong, and how much right."""
    results = judged(list(sounds(installed())))
    for meant, name in ((False, "backchannels, coughs and noise"), (True, "interruptions")):
        ones = [each for each in results if each.sound.meant == meant]
        right = sum(each.right for each in ones)
        print(f"{name}: {right} of {len(ones)} right, {right / len(ones):.1%}")
        for each in ones:
            if not each.right:
                print(f"  {each.sound.name!r}: held {each.held}, understood {each.text!r}")


if __name__ == "__main__":
    main()

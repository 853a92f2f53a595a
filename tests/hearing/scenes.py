"""Who says what and when: an avatar that talks without end, and people who talk into it."""

from __future__ import annotations

import numpy as np

from tests.hearing.rooms import Sounding
from tests.hearing.voices import RATE_HZ, say

ANSWERS = (
    "Good morning! The weather is mild, a little cloudy, and the wind is from the west.",
    "The train to the coast leaves at nine, and it takes about two hours to get there.",
    "Once upon a time there was a lighthouse keeper who collected clouds in glass jars.",
    "Of course. Let me think about that for a moment.",
    "There are three things to remember: keep calm, read the manual, and never touch the red wire.",
    "I am afraid I do not know the answer, but I can tell you where to look for it.",
    "Your appointment is on Thursday, the fourteenth of May, at half past three in the afternoon.",
    "Photosynthesis turns light, water and carbon dioxide into sugar; oxygen is what is left over.",
    "Why did the scarecrow win a prize? Because he was outstanding in his field!",
    "Six big boxes of chocolate were shipped to Sussex, which surprised nobody as much as the captain.",
)
INTERRUPTIONS = (
    "Stop, please, that is enough for now.",
    "Wait a minute, I have got another question.",
    "No, I meant the other one.",
    "Excuse me, could you say that again more slowly?",
    "Hold on, what did you say about the train?",
    "Okay, thank you, let us talk about something else.",
    "Actually, I would rather hear about music.",
    "Can you tell me how late it is?",
)
_PAUSE_S, _REST_S = 0.25, 1.5


def talk(voice: str, seconds: float, seed: int) -> list[Sounding]:
    """Responses of two to four sentences, one after the other."""
    rng = np.random.default_rng(seed)
    pieces: list[Sounding] = []
    at = RATE_HZ // 2
    while True:
        spoken = [say(voice, ANSWERS[rng.integers(len(ANSWERS))]) for _ in range(rng.integers(2, 5))]
        pause = np.zeros(int(_PAUSE_S * RATE_HZ), np.float32)
        sound = np.concatenate([part for sentence in spoken for part in (sentence, pause)])
        if at + len(sound) > seconds * RATE_HZ:
            return pieces
        pieces.append(Sounding(at, sound))
        at += len(sound) + int(_REST_S * RATE_HZ)


def interruptions(
    voices: list[str], over: list[Sounding], seed: int, *, levels_db: tuple[float, float] = (-15.0, 0.0)
) -> list[Sounding]:
    """Somebody speaks into each response, some time after its beginning."""
    rng = np.random.default_rng(seed)
    pieces: list[Sounding] = []
    for number, response in enumerate(over):
        sound = say(voices[number % len(voices)], INTERRUPTIONS[rng.integers(len(INTERRUPTIONS))])
        latest = response.end - len(sound)
        at = response.at + int(rng.uniform(1.0, 6.0) * RATE_HZ)
        level_db = rng.uniform(*levels_db)
        pieces.append(Sounding(min(at, max(response.at + RATE_HZ, latest)), sound * np.float32(10 ** (level_db / 20))))
    return pieces

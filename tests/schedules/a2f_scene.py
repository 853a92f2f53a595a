"""A session with an avatar of a real Audio2Face-3D service and one to fall back on, and what was seen of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import numpy as np

from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.builtins.phoneme.avatar import PhonemeAvatar
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    FaceFrameEvent,
    Family,
    RecoveredEvent,
    TurnCompleteEvent,
)
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.peers import ScriptedVoice


class Scene:
    """The session, its voice, and what passed: sound and frames by turn, ends of turns, changes of face."""

    def __init__(self, session, voice):
        self.session, self._voice, self._replies = session, voice, 0
        self.sound, self.frames, self.turns, self.moves = {}, {}, [], []
        session.bus.observe(self._take, frozenset(Family))

    def _take(self, event):
        match event:
            case AudioChunkEvent():
                self.sound[event.turn_id] = self.sound.get(event.turn_id, b"") + event.data
            case FaceFrameEvent():
                self.frames.setdefault(event.turn_id, []).append(event.frame.sample)
            case TurnCompleteEvent():
                self.turns.append(event)
            case DegradedEvent() | RecoveredEvent():
                self.moves.append(event)

    async def reply(self, pcm):
        """A turn answered with that sound, a tenth of a second a piece, seen to its end."""
        turn = self.session.say("go")
        while len(self._voice.requests) <= self._replies:  # noqa: ASYNC110  # a step of the loop, not a wait
            await asyncio.sleep(0)
        response, item = f"r{self._replies}", f"i{self._replies}"
        self._replies += 1
        self._voice.start(response, item)
        for at in range(0, len(pcm), 4800):
            self._voice.emit(AudioChunkEvent(data=pcm[at : at + 4800], response_id=response, item_id=item))
        self._voice.finish(response)
        await turn.wait()
        return turn


def words(rng, seconds):
    """Noise in syllables: loud and quiet by turns."""
    count = int(24_000 * seconds)
    level = np.abs(np.sin(np.arange(count) * 2 * np.pi * 3 / 24_000)) * 6000
    return (rng.standard_normal(count) * level).astype("<i2").tobytes()


@asynccontextmanager
async def scene(target, shared=None):
    shared = Shared() if shared is None else shared
    voice = ScriptedVoice()
    cast = Cast(
        profile="a2f",
        persona="test",
        realtime=[Maker("voice", lambda: voice)],
        rungs=[
            Rung("a2f", lambda: A2F(A2FOptions(target=target), shared)),
            Rung("phoneme", lambda: PhonemeAvatar(None, shared)),
        ],
    )
    async with Session(cast) as session:
        yield Scene(session, voice)

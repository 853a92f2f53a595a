"""What the person says aloud, on its way to the voice: whichever adapter that is, and however often it changes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tth.adapters.realtime import Hearing, RealtimeAdapter, SessionChange
from tth.core.media import AudioChunk
from tth.errors import AdapterError
from tth.session.turn import Turn
from tth.session.voice import Voice

KEPT_S = 30.0
"""Of what was not answered yet; a voice that takes over is told it again."""

KEPT_STEPS = 6_000
"""However short the pieces are in which it comes."""

LOOK_S = 0.25
"""How often it is looked whether another voice has taken over, while nothing is heard."""


@dataclass(frozen=True, slots=True)
class End:
    """The utterance is over."""

    discard: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Have what was said answered in this turn."""

    turn: Turn


Step: TypeAlias = AudioChunk | End | Ask | Hearing


class Ears:
    """Passes sound and what is to be done with it on, in order, and keeps what was not answered yet.

    Args:
        voice: Whichever adapter hears.
        deaf: Told why the voice hears nothing, where it does not.
        ask: Puts a turn to the voice, once its sound is there.
    """

    def __init__(self, voice: Voice, deaf: Callable[[str], None], ask: Callable[[Turn], None]) -> None:
        self._voice = voice
        self._deaf = deaf
        self._ask = ask
        self._kept: deque[Step] = deque()
        self._kept_s = 0.0
        self._sent = 0
        self._hearing: Hearing | None = None
        self._news: asyncio.Future[None] | None = None

    def hear(self, chunk: AudioChunk) -> None:
        """More of what the microphone hears: whole samples."""
        self._kept_s += _seconds(chunk)
        self._add(chunk)

    def end(self, *, discard: bool = False) -> None:
        """The utterance is over, where the voice does not hear that by itself."""
        self._add(End(discard))

    def ask(self, turn: Turn) -> None:
        """Have what was said answered in ``turn``."""
        self._add(Ask(turn))

    def configure(self, hearing: Hearing) -> None:
        """From here on the voice is to hear like this; every later one too."""
        if hearing != self._hearing:
            self._hearing = hearing
            self._add(hearing)

    def answered(self) -> None:
        """What was passed on was answered: it need not be said again."""
        while self._sent:
            self._drop()

    async def work(self) -> None:
        """Pass on what there is, until cancelled. Nothing is lost while the voice is replaced."""
        told: RealtimeAdapter | None = None
        while True:
            adapter = await self._voice.after(None)
            try:
                if adapter is not told:
                    self._sent = 0
                    if self._hearing is not None and not any(isinstance(step, Hearing) for step in self._kept):
                        await adapter.configure(SessionChange(hearing=self._hearing))
                    told = adapter
                while self._sent < len(self._kept):
                    self._sent += 1
                    await self._tell(adapter, self._kept[self._sent - 1])
            except AdapterError as error:
                if error.decision == "ignore":  # it cannot hear
                    self._deaf(error.problem)
                    self.answered()
                    continue
                told = None
                await self._voice.after(adapter)
                continue
            self._news = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._news}, timeout=LOOK_S)

    async def _tell(self, adapter: RealtimeAdapter, step: Step) -> None:
        match step:
            case AudioChunk():
                await adapter.send_user_audio(step)
            case End():
                await adapter.end_user_audio(discard=step.discard)
            case Hearing():
                await adapter.configure(SessionChange(hearing=step))
            case Ask():
                self._ask(step.turn)

    def _add(self, step: Step) -> None:
        self._kept.append(step)
        while self._kept_s > KEPT_S or len(self._kept) > KEPT_STEPS:
            self._drop()
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def _drop(self) -> None:
        step = self._kept.popleft()
        self._sent = max(0, self._sent - 1)
        if isinstance(step, AudioChunk):
            self._kept_s -= _seconds(step)


def _seconds(chunk: AudioChunk) -> float:
    return len(chunk.data) / 2 / chunk.channels / chunk.sample_rate

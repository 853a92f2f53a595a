"""From a model's token to the call of the voice."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from benchmarks.figures import Figure, Goal
from benchmarks.loop import CpuLoop, run
from tth.adapters.llm import Generated
from tth.adapters.tts import SpeechContext, Synthesized
from tth.core.clock import LoopClock
from tth.core.controls import TurnControl
from tth.core.conversation import Item
from tth.core.events import TurnCompleteEvent
from tth.core.media import AudioChunk
from tth.core.streams import Stream
from tth.core.tools import Tool
from tth.core.watchdog import Watchdog
from tth.session.cascade import Cascade
from tth.session.chain import Maker

PROSE = """
The harbour lies in the lee of a long, low hill, and on most days you can hear the bell before you see the boats.
There were 42 of them in the spring of 1911, says Dr. Lindqvist, who counted; today there are four. "Four is enough,"
she adds, "if they are the right four." [happy] Would you like to see the chart? It costs 3.50 at the door, or you can
look at it on www.example.com/harbour for nothing... Mind the steps, please: they are wet, and *older than you think*.
"""
TOKENS = re.findall(r"\s*\S{1,5}", PROSE)
"""Pieces of up to five letters, as a model writes them."""


class Writer:
    """A model that has written its answer before it is asked."""

    async def generate(
        self, messages: Sequence[Item], *, control: TurnControl, tools: Sequence[Tool] = ()
    ) -> Stream[Generated]:
        """Every token at once."""
        for token in TOKENS:
            yield token

    async def close(self) -> None:
        """Nothing to release."""


class Mute:
    """A voice that counts what it is asked to say."""

    voices: Sequence[str] = ()

    def __init__(self) -> None:
        self.calls = 0

    async def synthesize(self, text: str, *, control: TurnControl, context: SpeechContext) -> Stream[Synthesized]:
        """One sample."""
        self.calls += 1
        yield AudioChunk(bytes(2))

    async def close(self) -> None:
        """Nothing to release."""


def token_s(answers: int) -> float:
    """CPU seconds for a token, from the model's stream to the voice's call and the text event's reader."""

    async def main(loop: CpuLoop) -> float:
        clock, voice = LoopClock(), Mute()
        cascade = Cascade([Maker("writer", Writer)], [Maker("mute", lambda: voice)], clock, Watchdog(clock))
        await cascade.connect("")
        events = cascade.stream_events()
        begun = time.thread_time()
        for _ in range(answers):
            await cascade.respond()
            while not isinstance(await anext(events), TurnCompleteEvent):
                pass
        cpu_s = time.thread_time() - begun
        await cascade.close()
        if voice.calls < answers * 6:
            raise RuntimeError("the voice was not asked to speak every sentence")
        return cpu_s / answers / len(TOKENS)

    return run(main)


def measure(*, quick: bool) -> Iterator[Figure]:
    """A paragraph, many times."""
    yield Figure(
        part="Words",
        what="token to sentence to the voice's call",
        value=min(token_s(20) for _ in range(3 if quick else 9)) * 1e6,
        unit="µs",
        goal=Goal(10),
        note="a paragraph with numbers, quotes, an address and a mark; best of the rounds",
    )

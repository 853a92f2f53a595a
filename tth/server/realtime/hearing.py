"""The recognisers of a profile, for clients of the Realtime protocol: an utterance is understood when it is over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tth.core.clock import Clock
from tth.core.events import DegradedEvent, Event, UserTranscriptEvent
from tth.core.media import AudioChunk
from tth.core.watchdog import Watchdog
from tth.hosting.mind import Hears
from tth.session.cast import Cast
from tth.session.chain import Chain
from tth.session.dictation import Dictation

UTTERANCE = "utterance"
"""What a recogniser's work is called; the client's names for it are the engine's."""


@asynccontextmanager
async def hears_of(
    cast: Cast, clock: Clock, watchdog: Watchdog, publish: Callable[[Event], None]
) -> AsyncIterator[Hears | None]:
    """What understands the utterances of a client of ``cast``; ``None`` where its voice hears by itself, or nobody.

    Args:
        cast: The profile's.
        clock: For the rest of a recogniser that failed.
        watchdog: Of the session.
        publish: Told of a change from one recogniser to another.
    """
    ears = Chain(cast.ears, clock)

    async def emit(event: DegradedEvent | UserTranscriptEvent) -> None:
        if isinstance(event, DegradedEvent):
            publish(event)

    async def hear(pcm: bytes) -> str:
        dictation = Dictation(UTTERANCE, ears, watchdog, emit, words_s=cast.deadlines.words_s)
        dictation.feed(AudioChunk(pcm))
        dictation.end()
        await dictation.run()
        return dictation.text

    deaf = bool(cast.realtime) or not cast.ears
    for event in () if deaf else ears.settle("stt"):
        publish(event)
    try:
        yield None if deaf else hear
    finally:
        await ears.close()

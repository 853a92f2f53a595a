"""One utterance on its way to words, through the first recogniser that can do it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from tth.adapters.stt import STTAdapter
from tth.core.events import DegradedEvent, UserTranscriptEvent
from tth.core.media import AudioChunk
from tth.core.watchdog import Watch, Watchdog
from tth.errors import AdapterError
from tth.session.chain import Chain, Link
from tth.session.foreign import explain

Emit = Callable[[DegradedEvent | UserTranscriptEvent], Awaitable[None]]


class Dictation:
    """Feeds the sound of one utterance to a recogniser while it is spoken; where that fails, all of it to the next.

    Args:
        item_id: What the utterance is called.
        ears: Recognisers, best first.
        emit: Told what was understood so far.
        words_s: How long the words may take from the utterance's end on.

    Attributes:
        text: What was understood.
    """

    def __init__(
        self, item_id: str, ears: Chain[STTAdapter], watchdog: Watchdog, emit: Emit, *, words_s: float
    ) -> None:
        self.id = item_id
        self.text = ""
        self._ears = ears
        self._watchdog = watchdog
        self._emit = emit
        self._words_s = words_s
        self._chunks: list[AudioChunk] = []
        self._over = False
        self._news = asyncio.Event()
        self._watch: Watch | None = None

    def feed(self, chunk: AudioChunk) -> None:
        """More of the utterance."""
        self._chunks.append(chunk)
        self._news.set()

    def end(self) -> None:
        """That was all of it."""
        self._over = True
        self._news.set()
        if self._watch is not None:
            self._watch.touch()

    async def run(self) -> None:
        """Return when the words are there.

        Raises:
            AdapterError: No recogniser could understand it.
        """
        failed, reason = "", ""
        for link in self._ears.attempts():
            if failed:
                await self._emit(DegradedEvent(component="stt", was=failed, now=link.name, reason=reason))
            try:
                await self._understand(link)
            except Exception as error:  # foreign code; the next recogniser is told everything
                self._ears.failed(link, error)
                failed, reason = link.name, explain(error)
            else:
                await self._emit(UserTranscriptEvent(item_id=self.id, text=self.text))
                return
        problem = f"what was said could not be understood: {failed}: {reason}"
        raise AdapterError(failed or "stt", problem, code="not_understood", decision="ignore")

    async def _understand(self, link: Link[STTAdapter]) -> None:
        adapter = link.get()
        async with self._watchdog.limit(self._words_s) as watch:
            self._watch = watch
            if not self._over:
                watch.pause()
            async with aclosing(adapter.transcribe(self._sound())) as said:
                async for transcript in said:
                    text = transcript.text.strip()
                    if text != self.text and not transcript.final:
                        await self._emit(UserTranscriptEvent(item_id=self.id, text=text, final=False))
                    self.text = text

    async def _sound(self) -> AsyncIterator[AudioChunk]:
        told = 0
        while True:
            while told < len(self._chunks):
                told += 1
                yield self._chunks[told - 1]
            if self._over:
                return
            self._news.clear()
            await self._news.wait()

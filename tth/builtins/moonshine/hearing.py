"""One utterance being listened to: a task takes its sound, another writes it down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tth.adapters.stt import Transcript
from tth.builtins.moonshine.engine import Engine
from tth.builtins.moonshine.model import NAME
from tth.builtins.moonshine.options import MoonshineOptions
from tth.builtins.moonshine.utterance import Utterance
from tth.core.channel import Channel
from tth.core.media import AudioChunk
from tth.core.streams import Stream
from tth.core.tasks import Tasks
from tth.errors import AdapterError, MediaError

_SENTENCE_ENDS = (".", "!", "?")


class Hearing:
    """Listens to one utterance and tells what it says."""

    def __init__(self, engine: Engine, options: MoonshineOptions) -> None:
        self._engine = engine
        partial_ms = options.partial_ms if options.partials else None
        self._utterance = Utterance(quiet_ms=options.quiet_ms, partial_ms=partial_ms)
        self._news = asyncio.Event()
        self._told: Channel[Transcript] = Channel(2)
        self._newest = Transcript("")
        self._tasks = Tasks(self._broke)
        self._failure: Exception | None = None

    async def transcripts(self, audio: AsyncIterator[AudioChunk]) -> Stream[Transcript]:
        """What ``audio`` says, better and better; the last one is final."""
        self._tasks.start(self._listen(audio), "moonshine listener")
        self._tasks.start(self._write(), "moonshine writer")
        try:
            async for transcript in self._told:
                yield transcript
            if self._failure is not None:
                raise self._failure
        finally:
            await self._tasks.close()

    def stop(self) -> None:
        """End the stream as it stands."""
        self._told.close()

    def _broke(self, error: Exception) -> None:
        self._failure = self._failure or error
        self._told.close()

    async def _listen(self, audio: AsyncIterator[AudioChunk]) -> None:
        utterance = self._utterance
        async for chunk in audio:
            try:
                utterance.feed(chunk)
            except MediaError as error:
                raise AdapterError(NAME, str(error), code="bad_audio") from error
            if utterance.pausing:
                self._engine.give_way()
            self._news.set()
            while utterance.full:
                await self._next_news()
        utterance.end()
        self._engine.give_way()
        self._news.set()

    async def _write(self) -> None:
        utterance = self._utterance
        while True:
            work = utterance.work()
            if work is not None:
                written = await (self._engine.write(work.sound) if work.settled else self._engine.guess(work.sound))
                utterance.took(work, written)
                complete = work.settled and utterance.text.endswith(_SENTENCE_ENDS)
                self._tell(Transcript(utterance.text, end_of_turn=complete))
            elif utterance.ended:
                break
            else:
                await self._next_news()
        self._tell(Transcript(utterance.text, final=True, end_of_turn=True))
        self._told.close()

    async def _next_news(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _tell(self, transcript: Transcript) -> None:
        if transcript != self._newest and not self._told.closed:
            self._newest = transcript
            self._told.drop(lambda _: True)  # each takes the place of the one before
            self._told.put_now(transcript)

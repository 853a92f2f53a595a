"""Speaks the sentences of one response through a chain of voices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import msgspec

from tth.adapters.realtime import RealtimeEvent
from tth.adapters.tts import Notice, SpeechContext, TTSAdapter
from tth.config.settings import Deadlines
from tth.core.controls import TurnControl
from tth.core.events import AudioChunkEvent, DegradedEvent, SpeechMarkEvent, WarningEvent
from tth.core.media import MEDIA_RATE_HZ, AudioChunk, SpeechMark
from tth.core.watchdog import Watchdog
from tth.errors import AdapterError
from tth.session.chain import Chain, Link
from tth.session.foreign import explain
from tth.session.speakable import Spoken

AGAIN_UNITS = 300 * MEDIA_RATE_HZ // 1000
"""A sentence of which less was sent is said again by the voice that takes over, where no mark tells the place."""

CHARS_A_SECOND = 14.0
"""Pace of speech, for guessing the place in a sentence where no mark tells it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to be spoken, with its place in the item's text and how to say it."""

    spoken: Spoken
    start: int
    control: TurnControl
    voice: str | None
    previous: str
    last: bool


@dataclass(slots=True)
class _Progress:
    """How far into a line the voices have come."""

    begin: int = 0
    """Index in the spoken text at which the voice now speaking began."""
    units: int = 0
    """Media units it has sent."""
    words: list[tuple[int, int, int]] | None = None
    """Its word marks: end in media units, and span in the spoken text."""


class Delivery:
    """Turns lines into audio and mark events of one item, positions counted from the item's start.

    Args:
        voices: Best first; the next one goes on where a voice fails.
        emit: Takes each event; waits where the reader is behind.
    """

    def __init__(
        self,
        response_id: str,
        item_id: str,
        voices: Chain[TTSAdapter],
        watchdog: Watchdog,
        deadlines: Deadlines,
        emit: Callable[[RealtimeEvent], Awaitable[None]],
    ) -> None:
        self._response_id = response_id
        self._item_id = item_id
        self._voices = voices
        self._watchdog = watchdog
        self._deadlines = deadlines
        self._emit = emit
        self._bytes = 0
        self._rate_hz = 0
        self._base = 0
        self.units = 0
        """Media units sent so far."""

    async def speak(self, line: Line) -> None:
        """Say ``line``, with the next voice from the place where one fails.

        Raises:
            AdapterError: No voice could.
        """
        progress = _Progress()
        failed, reason = "", ""
        for link in self._voices.attempts():
            if failed:
                await self._emit(DegradedEvent(component="tts", was=failed, now=link.name, reason=reason))
                if _resume(progress, line.spoken.text) >= len(line.spoken.text):
                    return
            try:
                await self._say(link, line, progress)
            except Exception as error:  # foreign code; the next voice takes over
                self._voices.failed(link, error)
                failed, reason = link.name, explain(error)
            else:
                return
        raise AdapterError(failed or "tts", f"no voice could speak: {reason}", code="tts_failed")

    async def _say(self, link: Link[TTSAdapter], line: Line, progress: _Progress) -> None:
        context = SpeechContext(
            response_id=self._response_id, voice=line.voice, previous_text=line.previous, last=line.last
        )
        at, marks = self.units, list[SpeechMark]()
        progress.units, progress.words = 0, None
        async with self._watchdog.limit(self._deadlines.first_sound_s) as watch:
            text = line.spoken.text[progress.begin :]
            async with aclosing(link.get().synthesize(text, control=line.control, context=context)) as pieces:
                async for piece in pieces:
                    watch.pause()
                    if isinstance(piece, AudioChunk):
                        await self._sound(piece, marks)
                        progress.units = self.units - at
                    elif isinstance(piece, SpeechMark):
                        marks.append(self._place(piece, line, progress, at))
                    else:
                        await self._notice(link.name, piece)
                    watch.touch(self._deadlines.sound_gap_s)
        await self._mark(marks)
        if self.units == at and any(letter.isalnum() for letter in text):
            raise AdapterError(link.name, "it gave no sound", code="no_sound")

    async def _sound(self, chunk: AudioChunk, marks: list[SpeechMark]) -> None:
        """Send a chunk, after the marks that begin in it: a voice that fails leaves none of what it did not say."""
        if chunk.sample_rate != self._rate_hz:
            self._rate_hz, self._base, self._bytes = chunk.sample_rate, self.units, 0
        start = self.units
        self._bytes += len(chunk.data) // chunk.channels
        self.units = self._base + (self._bytes >> 1) * MEDIA_RATE_HZ // self._rate_hz
        due = [mark for mark in marks if mark.start < self.units]
        if due:
            marks[:] = [mark for mark in marks if mark.start >= self.units]
            await self._mark(due)
        await self._emit(
            AudioChunkEvent(
                data=chunk.data,
                sample_rate=chunk.sample_rate,
                channels=chunk.channels,
                sample=start,
                response_id=self._response_id,
                item_id=self._item_id,
            )
        )

    def _place(self, mark: SpeechMark, line: Line, progress: _Progress, at: int) -> SpeechMark:
        """``mark`` of one TTS call, in the item's time and text."""
        begin, end = mark.text_start + progress.begin, mark.text_end + progress.begin
        if mark.kind == "word":
            progress.words = [*(progress.words or ()), (mark.end, begin, end)]
        source_start, source_end = line.spoken.span(begin, end)
        return msgspec.structs.replace(
            mark,
            start=mark.start + at,
            end=mark.end + at,
            text_start=line.start + source_start,
            text_end=line.start + source_end,
        )

    async def _mark(self, marks: list[SpeechMark]) -> None:
        if marks:
            event = SpeechMarkEvent(marks=tuple(marks), response_id=self._response_id, item_id=self._item_id)
            marks.clear()
            await self._emit(event)

    async def _notice(self, adapter: str, notice: Notice) -> None:
        await self._emit(WarningEvent(code=f"control_{notice.field}", message=f"{adapter}: {notice.message}"))


def _resume(progress: _Progress, text: str) -> int:
    """Move ``progress`` to where the next voice goes on, the first word that was not wholly sent; returns its place."""
    if progress.words is not None:
        left = [start for end_unit, start, _ in progress.words if end_unit > progress.units]
        progress.begin = left[0] if left else progress.words[-1][2]
    elif progress.units >= AGAIN_UNITS:
        guess = progress.begin + int(progress.units / MEDIA_RATE_HZ * CHARS_A_SECOND)
        space = text.rfind(" ", progress.begin, min(guess, len(text)))
        progress.begin = max(progress.begin, space + 1)
    return progress.begin

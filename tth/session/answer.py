"""One response of a cascade: a model writes, sentences are cut, a voice speaks them while the next are written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from tth.adapters.llm import Generated, LLMAdapter, Usage
from tth.adapters.realtime import RealtimeEvent, ResponseRequest
from tth.adapters.tts import TTSAdapter
from tth.config.settings import Deadlines
from tth.core.channel import Channel, ChannelClosed
from tth.core.clock import Clock
from tth.core.controls import EmotionControl, TurnControl, merge
from tth.core.conversation import Item, TextPart, tool_call
from tth.core.events import (
    DegradedEvent,
    EmotionEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    UsageEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.core.tools import Tool, ToolCall
from tth.core.watchdog import Watch, Watchdog
from tth.errors import AdapterError
from tth.session.chain import Chain, Link
from tth.session.delivery import Delivery, Line
from tth.session.foreign import explain
from tth.session.marks import MarkFilter
from tth.session.sentences import Sentence, SentenceCutter
from tth.session.speakable import speakable

LEAD_S = 20.0
"""The next sentence is not synthesised while so much sound is still to be played, as far as the clock can tell."""

SENTENCES = 32
"""Sentences that may wait for the voice; then the model waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troupe:
    """Who answers, and with what."""

    llms: Chain[LLMAdapter]
    voices: Chain[TTSAdapter]
    choose_voice: Callable[[TurnControl], str | None]
    clock: Clock
    watchdog: Watchdog
    deadlines: Deadlines
    emit: Callable[[RealtimeEvent], Awaitable[None]]


class NothingSaid(Exception):
    """What was to be answered held no words."""


class Answer:
    """Runs one response and emits its events, all but the closing one.

    Args:
        tell: Gives what the model is told, oldest first.
        base: The persona's control; the model's choice lies over it, the request's over both.

    Attributes:
        text: What the model has written so far.
        calls: Tools that it wants called, in order.
        aside: Whether it leaves no trace in the conversation.
    """

    def __init__(
        self,
        response_id: str,
        item_id: str,
        request: ResponseRequest,
        *,
        tell: Callable[[], Awaitable[Sequence[Item]]],
        base: TurnControl,
        tools: Sequence[Tool],
        troupe: Troupe,
    ) -> None:
        self.id = response_id
        self.item_id = item_id
        self.text = ""
        self.calls: list[Item] = []
        self.aside = request.context is not None
        self._request = request
        self._tell = tell
        self._messages: tuple[Item, ...] = ()
        self._base = base
        self._wish = request.control or TurnControl()
        self._tools = tools
        self._troupe = troupe
        self._emit = troupe.emit
        self._lines: Channel[Line] = Channel(SENTENCES)
        self._cutter = SentenceCutter()
        self._previous = ""
        self._control = merge(base, self._wish)
        self._usage: dict[str, float] = {}
        self._failure = ""

    async def run(self) -> TurnCompleteEvent:
        """Answer; returns the event that closes the response. Cancelling stops model and voice."""
        await self._emit(ResponseStartedEvent(response_id=self.id, tag=self._request.tag))
        try:
            self._messages = tuple(await self._tell())
        except NothingSaid:
            return TurnCompleteEvent(response_id=self.id, status="cancelled", reason="nothing was said")
        async with asyncio.TaskGroup() as group:
            if self._request.modality == "audio":
                group.create_task(self._speak(), name=f"{self.id} voice")
            try:
                await self._write()
            except ChannelClosed:
                pass  # the voice has failed and says why
            finally:
                self._lines.close()
        if self._usage:
            await self._emit(UsageEvent(response_id=self.id, usage=self._usage))
        return TurnCompleteEvent(
            response_id=self.id,
            status="failed" if self._failure else "completed",
            reason=self._failure,
            usage=self._usage or None,
        )

    async def _write(self) -> None:
        failed, reason = "", ""
        for link in self._troupe.llms.attempts():
            if failed:
                await self._emit(DegradedEvent(component="llm", was=failed, now=link.name, reason=reason))
            try:
                await self._generate(link)
            except ChannelClosed:
                raise
            except Exception as error:  # foreign code; the next model goes on
                self._troupe.llms.failed(link, error)
                failed, reason = link.name, explain(error)
            else:
                await self._queue(self._cutter.finish(), last=True)
                return
        await self._queue(self._cutter.finish(), last=True)
        self._failure = self._failure or f"{failed or 'llm'}: no model could answer: {reason}"

    async def _generate(self, link: Link[LLMAdapter]) -> None:
        messages = self._messages
        if self.text:
            begun = Item(id=self.item_id, role="assistant", parts=(TextPart(self.text),), complete=False)
            messages = (*messages, begun)
        marks = MarkFilter()
        async with self._troupe.watchdog.limit(self._troupe.deadlines.first_token_s) as watch:
            stream = link.get().generate(messages, control=self._control, tools=self._tools)
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    if isinstance(piece, str):
                        for part in marks.feed(piece):
                            await self._take(part, watch)
                    else:
                        await self._take(piece, watch)
                    watch.touch(self._troupe.deadlines.token_gap_s)
            for part in marks.finish():
                await self._take(part, watch)
        if not self.text and not self.calls:
            raise AdapterError(link.name, "it gave no words", code="no_answer")

    async def _take(self, piece: Generated, watch: Watch) -> None:
        watch.pause()
        if isinstance(piece, str):
            if not self.text:
                await self._emit(ItemStartedEvent(response_id=self.id, item_id=self.item_id))
            self.text += piece
            await self._emit(TextDeltaEvent(token=piece, response_id=self.id, item_id=self.item_id))
            if sentences := self._cutter.feed(piece):
                await self._queue(sentences)
        elif isinstance(piece, EmotionControl):
            await self._queue(self._cutter.break_off())
            self._control = merge(self._base, TurnControl(emotion=piece), self._wish)
        elif isinstance(piece, ToolCall):
            await self._call(piece)
        elif isinstance(piece, Usage):
            for name, count in piece.counts.items():
                self._usage[name] = self._usage.get(name, 0) + count
        else:
            wrong = f"it gave {type(piece).__name__}; a model gives str, EmotionControl, ToolCall or Usage"
            raise AdapterError("llm", wrong, code="wrong_type")

    async def _call(self, call: ToolCall) -> None:
        item = tool_call(f"{self.item_id}_{len(self.calls) + 1}", call.call_id, call.name, call.arguments)
        self.calls.append(item)
        await self._emit(
            ToolCallEvent(
                response_id=self.id, item_id=item.id, call_id=call.call_id, name=call.name, arguments=call.arguments
            )
        )

    async def _queue(self, sentences: Sequence[Sentence], *, last: bool = False) -> None:
        if self._request.modality == "text":
            return
        for number, sentence in enumerate(sentences, 1):
            spoken = speakable(sentence.text)
            if spoken.text:
                voice = self._troupe.choose_voice(self._control)
                final = last and number == len(sentences)
                await self._lines.put(Line(spoken, sentence.start, self._control, voice, self._previous, final))
                self._previous = spoken.text

    async def _speak(self) -> None:
        troupe = self._troupe
        delivery = Delivery(self.id, self.item_id, troupe.voices, troupe.watchdog, troupe.deadlines, self._emit)
        felt, began = merge(self._base, self._wish).emotion, 0.0
        try:
            async for line in self._lines:
                if line.control.emotion != felt:
                    felt = line.control.emotion
                    await self._emit(self._emotion(line.control, delivery.units))
                await self._stay_near(began, delivery.units)
                began = began or self._troupe.clock.now()
                await delivery.speak(line)
        except AdapterError as error:
            self._failure = str(error)
            self._lines.close()

    async def _stay_near(self, began: float, units: int) -> None:
        """Wait until sound that began to play at ``began`` is no more than the lead ahead of the clock."""
        wait_s = began + units / MEDIA_RATE_HZ - LEAD_S - self._troupe.clock.now()
        if units and wait_s > 0:
            await asyncio.sleep(wait_s)

    def _emotion(self, control: TurnControl, sample: int) -> EmotionEvent:
        return EmotionEvent(response_id=self.id, label=control.label.value, intensity=control.intensity, sample=sample)

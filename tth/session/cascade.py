"""A recogniser, a language model and a voice that together look like one realtime adapter."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Sequence

from tth.adapters.llm import LLMAdapter
from tth.adapters.realtime import (
    PLAIN_REQUEST,
    Applied,
    Heard,
    RealtimeCapabilities,
    RealtimeEvent,
    ResponseRequest,
    SessionChange,
    When,
)
from tth.adapters.stt import STTAdapter
from tth.adapters.tts import TTSAdapter
from tth.config.settings import Deadlines
from tth.core.channel import Channel
from tth.core.clock import Clock
from tth.core.controls import TurnControl
from tth.core.conversation import Conversation, Item, TextPart, message
from tth.core.events import (
    ErrorEvent,
    TurnCompleteEvent,
    UserSpeechStartedEvent,
    UserSpeechStoppedEvent,
    UserTranscriptEvent,
)
from tth.core.media import AudioChunk
from tth.core.streams import Stream
from tth.core.tasks import Tasks
from tth.core.tools import Tool, chosen
from tth.core.watchdog import Watchdog
from tth.errors import AdapterError
from tth.session.answer import Answer, NothingSaid, Troupe
from tth.session.chain import Chain, Maker
from tth.session.dictation import Dictation
from tth.session.foreign import explain

EVENTS = 1024
"""Events that may wait for the reader; then model and voice wait."""

ITEMS = 400
"""Items of the conversation that the model is told of; older ones are forgotten."""

NO_EARS = "this profile has no recogniser; type instead, or add an stt to its components"


class Cascade:
    """A ``RealtimeAdapter`` made of an STT chain, which may be empty, an LLM chain and a TTS chain.

    What is said aloud is written down while it is spoken. Sentences are cut while tokens arrive, the first one early,
    and spoken while the next are written. Where an adapter fails, the next of its chain goes on within the same
    response.

    Args:
        llms: Models, best first.
        voices: Voices, best first.
        choose_voice: The voice for a control, or ``None`` for the voice's own choice.
        deadlines: How long they are waited for.
        ears: Recognisers, best first.
    """

    def __init__(
        self,
        llms: Sequence[Maker[LLMAdapter]],
        voices: Sequence[Maker[TTSAdapter]],
        clock: Clock,
        watchdog: Watchdog,
        choose_voice: Callable[[TurnControl], str | None] = lambda control: None,
        deadlines: Deadlines | None = None,
        ears: Sequence[Maker[STTAdapter]] = (),
    ) -> None:
        self._events: Channel[RealtimeEvent] = Channel(EVENTS)
        self._ears = Chain(ears, clock)
        self._deaf = "" if ears else NO_EARS
        self._dictation: Dictation | None = None
        self._writing: dict[str, asyncio.Task[None]] = {}
        self._troupe = Troupe(
            llms=Chain(llms, clock),
            voices=Chain(voices, clock),
            choose_voice=choose_voice,
            clock=clock,
            watchdog=watchdog,
            deadlines=deadlines or Deadlines(),
            emit=self._events.put,
        )
        self._tasks = Tasks(self._broke)
        self._conversation = Conversation()
        self._instructions = ""
        self._base = TurnControl()
        self._tools: Sequence[Tool] = ()
        self._answer: Answer | None = None
        self._task: asyncio.Task[None] | None = None
        self._ids = itertools.count(1)
        self._mark = uuid.uuid4().hex[:8]
        self._connected = False

    @property
    def capabilities(self) -> RealtimeCapabilities:
        """Sound out; sound in where there is a recogniser. The caller decides when an answer is due."""
        return RealtimeCapabilities(turns="client", audio_in=not self._deaf, deaf=self._deaf)

    @property
    def speaker(self) -> tuple[str, Sequence[str]]:
        """Who speaks the next sentence: the adapter's name, and the voices it has; none where it was not made yet."""
        voices = self._troupe.voices
        # A stranger's adapter may have forgotten it; one that was not made yet has none.
        return voices.current, getattr(voices.made, "voices", ())

    async def connect(
        self,
        system_instructions: str,
        voice: str | None = None,
        *,
        control: TurnControl | None = None,
        tools: Sequence[Tool] = (),
        items: Sequence[Item] = (),
    ) -> None:
        """Take the instructions and the conversation so far. A second call does nothing.

        ``voice`` is not used: each sentence's voice follows its control.
        """
        if self._connected:
            return
        self._connected = True
        self._instructions = system_instructions
        self._base = control or TurnControl()
        self._tools = tools
        for item in items:
            self._conversation.put(item)
        for event in (*self._troupe.llms.settle("llm"), *self._troupe.voices.settle("tts")):
            self._events.put_now(event)
        if not self._deaf:
            self._settle_ears()

    def _settle_ears(self) -> None:
        told = self._ears.settle("stt")
        if len(told) == len(self._ears):
            self._deaf = told[0].reason
            return
        for event in told:
            self._events.put_now(event)

    async def configure(self, change: SessionChange) -> Applied:
        """Take the change; it takes effect at the next response. Voices follow the control."""
        applied: dict[str, When] = {}
        if change.instructions is not None:
            self._instructions = change.instructions
            applied["instructions"] = "now"
        if change.control is not None:
            self._base = change.control
            applied["control"] = "now"
        if change.tools is not None:
            self._tools = change.tools
            applied["tools"] = "now"
        if change.voice is not None:
            applied["voice"] = "never"
        return Applied(applied)

    async def add_items(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Add to the conversation, at its end or behind the item ``after``; what is too old is forgotten."""
        for item in items:
            self._conversation.put(item, after=after)
            after = after and item.id
        self._conversation.trim(ITEMS)

    async def delete_items(self, ids: Sequence[str]) -> None:
        """Take items out of the conversation; unknown ids are passed over."""
        for item_id in ids:
            self._conversation.remove(item_id)

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Begin a response.

        Raises:
            AdapterError: One is running already.
        """
        if self._answer is not None:
            problem = "a response is running; cancel it first"
            raise AdapterError("cascade", problem, code="response_active", decision="retry")
        number = next(self._ids)
        context = request.context if request.context is not None else tuple(self._conversation)
        instructions = self._instructions if request.instructions is None else request.instructions
        self._answer = Answer(
            f"resp_{self._mark}_{number}",
            f"item_{self._mark}_{number}",
            request,
            tell=lambda: self._told((message("instructions", "system", instructions), *context)),
            base=self._base,
            tools=chosen(self._tools if request.tools is None else request.tools, request.tool_choice),
            troupe=self._troupe,
        )
        self._task = self._tasks.start(self._run(self._answer), self._answer.id)

    async def _told(self, items: Sequence[Item]) -> Sequence[Item]:
        """``items`` with the words of what was said aloud, once they are there.

        Raises:
            NothingSaid: The newest of them held none.
        """
        spoken = {item.id: self._writing[item.id] for item in items if item.id in self._writing}
        if not spoken:
            return items
        await asyncio.wait(spoken.values())
        now = [self._conversation.get(item.id) if item.id in spoken else item for item in items]
        if now[-1] is None:
            raise NothingSaid
        return [item for item in now if item is not None]

    async def _run(self, answer: Answer) -> None:
        closing = TurnCompleteEvent(response_id=answer.id, status="cancelled")
        try:
            closing = await answer.run()
        finally:
            self._end(answer, closing)

    def _end(self, answer: Answer, closing: TurnCompleteEvent) -> None:
        """Close ``answer``, once, and keep what it wrote."""
        if self._answer is not answer:
            return
        self._answer = self._task = None
        if answer.text and not answer.aside:
            complete = closing.status == "completed"
            item = Item(id=answer.item_id, role="assistant", parts=(TextPart(answer.text),), complete=complete)
            self._conversation.put(item)
        if not answer.aside:
            for call in answer.calls:
                self._conversation.put(call)
            self._conversation.trim(ITEMS)
        if closing.status == "cancelled":
            self._events.drop(lambda event: getattr(event, "response_id", "") == answer.id)
        if not self._events.closed:
            self._events.put_now(closing)

    async def send_user_text(self, text: str) -> None:
        """Add a user's message and ask for the answer."""
        await self.add_items([message(f"user_{self._mark}_{next(self._ids)}", "user", text)])
        await self.respond()

    async def send_user_audio(self, chunk: AudioChunk) -> None:
        """More of an utterance; the first piece begins one.

        Raises:
            AdapterError: There is no recogniser, or none that works here.
        """
        if self._deaf:
            raise AdapterError("cascade", self._deaf, code="no_audio_in", decision="ignore")
        if self._dictation is None:
            item_id = f"said_{self._mark}_{next(self._ids)}"
            words_s = self._troupe.deadlines.words_s
            dictation = Dictation(item_id, self._ears, self._troupe.watchdog, self._events.put, words_s=words_s)
            self._dictation = dictation
            self._writing[item_id] = self._tasks.start(self._write_down(dictation), item_id)
            await self._events.put(UserSpeechStartedEvent(item_id=item_id))
        self._dictation.feed(chunk)

    async def end_user_audio(self, *, discard: bool = False) -> None:
        """The utterance is over; its words come when they are understood."""
        dictation, self._dictation = self._dictation, None
        if dictation is None:
            return
        if discard:
            await self._tasks.stop(self._writing[dictation.id])
            self._forget(dictation.id)
            await self._events.put(UserTranscriptEvent(item_id=dictation.id, text=""))
            return
        await self._events.put(UserSpeechStoppedEvent(item_id=dictation.id))
        self._conversation.put(Item(id=dictation.id, role="user", complete=False))
        dictation.end()

    async def _write_down(self, dictation: Dictation) -> None:
        try:
            await dictation.run()
        except AdapterError as error:
            self._conversation.remove(dictation.id)
            await self._events.put(ErrorEvent(code=error.code, message=str(error), decision="ignore"))
            await self._events.put(UserTranscriptEvent(item_id=dictation.id, text=""))
        else:
            if not dictation.text:
                self._conversation.remove(dictation.id)
            elif dictation.id in self._conversation:  # else it was deleted meanwhile
                self._conversation.put(message(dictation.id, "user", dictation.text))
        finally:
            self._writing.pop(dictation.id, None)

    def _forget(self, item_id: str) -> None:
        self._writing.pop(item_id, None)
        self._conversation.remove(item_id)

    async def cancel_response(self, response_id: str | None = None) -> None:
        """Stop the running response; model and voice are stopped when this returns."""
        answer, task = self._answer, self._task
        if task is not None and answer is not None and response_id in (None, answer.id):
            await self._tasks.stop(task)
            # A task that is cancelled before its first step never runs, and so cannot tell its own end.
            self._end(answer, TurnCompleteEvent(response_id=answer.id, status="cancelled"))

    async def set_heard(self, heard: Sequence[Heard]) -> None:
        """Cut what the model will be told of its own words."""
        for piece in heard:
            if piece.item_id not in self._conversation:
                continue
            if piece.samples <= 0:
                self._conversation.remove(piece.item_id)
            elif piece.text is not None:
                self._conversation.set_text(piece.item_id, piece.text, complete=False)

    async def stream_events(self) -> Stream[RealtimeEvent]:
        """Everything that happens, to one reader."""
        async for event in self._events:
            yield event

    async def close(self) -> None:
        """Stop everything and release the adapters. Idempotent."""
        await self._tasks.close()
        self._events.close()
        await self._troupe.llms.close()
        await self._troupe.voices.close()
        await self._ears.close()

    def _broke(self, error: Exception) -> None:
        if not self._events.closed:
            self._events.put_now(ErrorEvent(code="cascade_failed", message=explain(error)))

"""What a client tells its session, told to the voice and kept for the next one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from tth.adapters.realtime import Heard, RealtimeAdapter, ResponseRequest, SessionChange
from tth.core.controls import CharacterControl, TurnControl
from tth.core.conversation import ROOT, message
from tth.errors import AdapterError
from tth.hosting.replies import Replies
from tth.hosting.told import item_of, tools_of
from tth.hosting.voices import OWN_VOICE, Voices
from tth.session.foreign import explain
from tth.session.hearing import heard_text
from tth.session.speech import Speech
from tth.wire.realtime.server import orders
from tth.wire.realtime.server.engine import Engine

UNITS_PER_MS = 24

ANOTHER = "another voice is asked for"

SLOWEST, FASTEST = 0.25, 4.0

Hears: TypeAlias = Callable[[bytes], Awaitable[str]]
"""What an utterance says: PCM16 at 24 kHz."""

NO_EARS = AdapterError("voice", "this profile has no recogniser; send text", code="no_audio_in", decision="ignore")


class Mind:
    """Carries out the client's orders, one at a time and in their order.

    While there is no voice, what is said is only kept: the next voice is told it.

    Args:
        engine: Told what was understood of an utterance.
        voices: Who is told.
        replies: For what the client calls what the voice said.
        renew: Called with a reason to have the voice replaced when it is silent.
        hears: What an utterance says, for a voice that cannot hear.
    """

    def __init__(
        self,
        engine: Engine,
        voices: Voices,
        replies: Replies,
        renew: Callable[[str], None],
        hears: Hears | None,
    ) -> None:
        self._engine = engine
        self._voices = voices
        self._conversation = voices.conversation
        self._replies = replies
        self._renew = renew
        self._hears = hears
        self._settings: orders.Configure | None = None
        self._unheard = False
        self._cuts: dict[str, list[Heard]] = {}
        self.said = ""
        """What the person said last."""

    async def obey(self, order: orders.Order) -> None:
        """Carry out an order.

        Raises:
            AdapterError: The voice refuses it, or is gone.
        """
        match order:
            case orders.Configure():
                self._settings = order
                await self._configure(order)
            case orders.AddItem():
                await self._add(order.item, order.previous_item_id)
            case orders.DeleteItem():
                await self._delete(self._theirs(order.item_id))
            case orders.Truncate():
                await self._truncate(order)
            case orders.Transcribe():
                await self._transcribe(order)

    def take_unheard(self) -> bool:
        """Whether an answer is due to what nobody could hear; asked again, it is not."""
        unheard, self._unheard = self._unheard, False
        return unheard

    def _theirs(self, item_id: str) -> str:
        return self._replies.names.get(item_id, item_id)

    def _after(self, previous_item_id: str | None) -> str:
        return ROOT if previous_item_id is None else self._theirs(previous_item_id)

    async def configure_again(self) -> None:
        """Tell a new voice the settings."""
        if self._settings is not None:
            await self._configure(self._settings)

    async def _configure(self, order: orders.Configure) -> None:
        if not self._voices.alive:
            return
        voice = order.voice if order.voice != (self._voices.voice_name or OWN_VOICE) else None
        change = SessionChange(instructions=order.instructions, voice=voice or None, tools=tools_of(order.tools))
        applied = await self._voices.adapter.configure(change)
        when = applied.fields.get("voice", "never")
        if when == "now":
            self._voices.voice_name = order.voice
        elif when == "at_renewal" and self._replies.open:
            self._voices.voice_name = order.voice
            self._renew(ANOTHER)
        elif when == "at_renewal":
            await self._voices.renew(ANOTHER, voice=order.voice)
            await self._voices.adapter.configure(SessionChange(instructions=order.instructions, tools=change.tools))

    async def _add(self, told: orders.ToldItem, previous_item_id: str | None) -> None:
        hears = self._voices.alive and self._voices.capabilities.audio_in
        item = item_of(told, hears=hears)
        if item.role == "user":
            self._unheard = not hears and any(piece.pcm and not piece.text for piece in told.pieces)
            self.said = item.text
        after = self._after(previous_item_id)
        self._conversation.put(item, after=after)
        if self._voices.alive:
            await self._voices.adapter.add_items([item], after=after)

    async def _delete(self, item_id: str) -> None:
        self._conversation.remove(item_id)
        if self._voices.alive:
            await self._voices.adapter.delete_items([item_id])

    async def _transcribe(self, order: orders.Transcribe) -> None:
        hears = self._voices.alive and self._voices.capabilities.audio_in
        if not hears and self._hears is None:
            self._unheard = True
            self._engine.transcript_failed(order.item_id, NO_EARS.code, NO_EARS.problem)
            return
        self._unheard = False
        if hears or self._hears is None:
            piece = orders.Piece(kind="audio", pcm=order.pcm)
            told = orders.ToldItem(id=order.item_id, kind="message", role="user", pieces=(piece,))
            await self._add(told, order.previous_item_id)
            return
        try:
            self.said = await self._hears(order.pcm)
        except AdapterError as error:
            self._unheard = True
            self._engine.transcript_failed(order.item_id, error.code, explain(error))
            return
        item = message(order.item_id, "user", self.said)
        after = self._after(order.previous_item_id)
        self._conversation.put(item, after=after)
        if self._voices.alive:
            await self._voices.adapter.add_items([item], after=after)
        self._engine.transcript(order.item_id, self.said)

    # What was heard

    async def _truncate(self, order: orders.Truncate) -> None:
        units = order.audio_end_ms * UNITS_PER_MS
        item = self._replies.words.get(order.item_id)
        text: str | None = None
        if item is not None:
            text, _ = heard_text(item, Speech(""), units)
        heard = Heard(self._theirs(order.item_id), order.content_index, units, text)
        speaking = self._replies.speaks(order.item_id)
        if speaking:
            # A voice keeps its words when it has ended; before that there is nothing to cut.
            self._cuts.setdefault(speaking, []).append(heard)
        else:
            await self._cut([heard])

    async def settle(self) -> None:
        """Cut what was truncated while it was said, once its response is over; to be called before the next order."""
        for response_id in [each for each in self._cuts if each not in self._replies.open]:
            await self._cut(self._cuts.pop(response_id))

    async def _cut(self, cuts: list[Heard]) -> None:
        for heard in cuts:
            if heard.item_id not in self._conversation:
                continue
            if heard.samples <= 0 or heard.text == "":
                self._conversation.remove(heard.item_id)
            elif heard.text is not None:
                self._conversation.set_text(heard.item_id, heard.text, complete=False)
        if self._voices.alive:
            await self._voices.adapter.set_heard(cuts)

    @staticmethod
    def request(order: orders.Respond, voice: RealtimeAdapter) -> ResponseRequest:
        """What ``voice`` is asked for."""
        hears = voice.capabilities.audio_in
        context = None if order.input is None else [item_of(item, hears=hears) for item in order.input]
        if order.out_of_band and context is None:
            context = []
        speed = min(FASTEST, max(SLOWEST, order.speed))
        pace = CharacterControl() if speed == 1.0 else CharacterControl(speech_rate=speed)
        return ResponseRequest(
            instructions=order.instructions,
            control=TurnControl(character=pace),
            modality=order.modality,
            tools=tools_of(order.tools),
            tool_choice=order.tool_choice,
            context=context,
            tag=order.response_id,
        )

"""What an adapter says, told to the engine as the response of its client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import msgspec

from tth.adapters.realtime import RealtimeEvent
from tth.core.bus import EventBus
from tth.core.conversation import Conversation, Item, TextPart, tool_call
from tth.core.events import (
    AudioChunkEvent,
    EmotionEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStateEvent,
    UsageEvent,
)
from tth.core.media import MEDIA_RATE_HZ, EmotionMark
from tth.errors import MediaError
from tth.hosting.face import Face
from tth.hosting.pacing import Pacing
from tth.hosting.reply import Reply
from tth.session.speech import SpokenItem
from tth.wire.realtime.server.engine import Engine

ARGUMENT_CHARS = 16
"""A call's arguments are streamed in pieces of so many characters."""

KEPT = 64
"""Spoken items whose words and times are remembered."""

NAMES = 4096
"""Items whose names are."""


class Replies:
    """Keeps apart the responses of one adapter.

    Args:
        engine: Told what is said.
        pacing: Holds sound and ends back until they are due.
        changed: Called after the engine was told something.
        conversation: Where what was said is kept for the next adapter.
        bus: Told each step of a response; ``turn_id`` is its id.
        face: Moves with the sound as it goes to the client.

    Attributes:
        open: Responses that are not over, by the engine's id.
        names: The adapter's id of each item, by the engine's.
        words: What was said in each item, by the engine's id, for when it is cut.
    """

    def __init__(
        self,
        engine: Engine,
        pacing: Pacing,
        changed: Callable[[], None],
        conversation: Conversation,
        bus: EventBus,
        face: Face | None = None,
    ) -> None:
        self._engine = engine
        self._pacing = pacing
        self._changed = changed
        self._conversation = conversation
        self._bus = bus
        self._face = face
        self.open: dict[str, Reply] = {}
        self.names: dict[str, str] = {}
        self.words: dict[str, SpokenItem] = {}
        self._closed = asyncio.Event()

    async def closed(self) -> None:
        """Return when no response is open."""
        while self.open:
            self._closed.clear()
            await self._closed.wait()

    def expect(self, reply: Reply) -> None:
        """The adapter is about to be asked for it."""
        self.open[reply.id] = reply

    def named(self, response_id: str, item_id: str, call_id: str) -> None:
        """What the adapter said last in that response, or that call of it, is item ``item_id`` to the client."""
        reply = self.open.get(response_id)
        if reply is None:
            return
        theirs = reply.calls.get(call_id, "") if call_id else reply.item
        if not call_id:
            reply.wire_item = item_id
        if theirs:
            self.names[item_id] = theirs
            if theirs in reply.spoken:
                self.words[item_id] = reply.spoken[theirs]
        if len(self.names) > NAMES:
            del self.names[next(iter(self.names))]
        if len(self.words) > KEPT:
            del self.words[next(iter(self.words))]

    def speaks(self, item_id: str) -> str:
        """The open response that the client's item ``item_id`` belongs to; empty where it is over."""
        theirs = self.names.get(item_id, item_id)
        return next((reply.id for reply in self.open.values() if theirs in reply.spoken), "")

    def take(self, event: RealtimeEvent) -> None:
        """One event of the adapter."""
        match event:
            case ResponseStartedEvent():
                reply = self.open.get(event.tag)
                if reply is not None:
                    reply.theirs = event.response_id
            case ItemStartedEvent():
                self._item(event)
            case TextDeltaEvent():
                self._text(event)
            case AudioChunkEvent():
                self._audio(event)
            case SpeechMarkEvent():
                self._marks(event)
            case EmotionEvent():
                self._emotion(event)
            case ToolCallEvent():
                self._call(event)
            case UsageEvent():
                if (reply := self._of(event.response_id)) is not None:
                    self._bus.publish(msgspec.structs.replace(event, turn_id=reply.id))
            case TurnCompleteEvent():
                self._complete(event)

    def fail(self, code: str, reason: str) -> None:
        """Nothing more comes of what the adapter has not ended."""
        for reply in list(self.open.values()):
            if not reply.ended:
                self.end(reply.id, code, reason)

    def begin_again(self) -> list[Reply]:
        """Replies of which nothing has been sent, as if their adapter had never begun them."""
        found = [reply for reply in self.open.values() if not (reply.ended or reply.sent or reply.hushed)]
        for reply in found:
            for item_id in (*reply.spoken, *reply.calls.values()):
                self._conversation.remove(item_id)
            self.open[reply.id] = Reply(reply.id, order=reply.order, items=reply.items, tries=reply.tries)
        return [self.open[reply.id] for reply in found]

    def end(self, response_id: str, failed: str = "", reason: str = "") -> None:
        """The response is over, once what is due before that has been sent; ``failed`` is the code of its failure."""
        reply = self._pop(response_id)
        if reply is not None:
            self._keep(reply, complete=not failed)
            self._pacing.put(response_id, 0.0, lambda: self._end(reply, failed, reason))

    def _end(self, reply: Reply, failed: str, reason: str) -> None:
        if failed:
            kind = failed if failed in ("insufficient_quota", "rate_limit_exceeded") else "server_error"
            self._engine.response_done(reply.id, "failed", error=(kind, failed, reason))
            self._bus.publish(TurnFailedEvent(code=failed, message=reason, turn_id=reply.id))
        else:
            if reply.ended == "incomplete":
                self._engine.response_done(reply.id, "incomplete", reason="max_output_tokens")
            else:
                self._engine.response_done(reply.id)
            self._bus.publish(TurnCompleteEvent(response_id=reply.id, samples=reply.samples, turn_id=reply.id))
        if self._face is not None:
            self._face.finish(reply.id)
        self._changed()

    def hush(self, response_id: str) -> None:
        """The client does not want it any more: nothing of it is heard or seen from here on. To be dropped, too."""
        reply = self.open.get(response_id)
        if reply is not None:
            reply.hushed = True
            self._pacing.drop(response_id)
        if self._face is not None:
            self._face.drop(response_id)

    def drop(self, response_id: str) -> str:
        """Forget a response that the client does not want any more; gives the adapter's id of it."""
        reply = self._pop(response_id)
        self._pacing.drop(response_id)
        if reply is None:
            return ""
        self._keep(reply, complete=False)
        stopped = TurnInterruptedEvent(reason="cancelled", samples=reply.samples, turn_id=reply.id)
        self._bus.publish(stopped)
        if self._face is not None:
            self._face.drop(reply.id)
        return reply.theirs

    def _pop(self, response_id: str) -> Reply | None:
        reply = self.open.pop(response_id, None)
        if not self.open:
            self._closed.set()
        return reply

    def _keep(self, reply: Reply, *, complete: bool) -> None:
        for item in reply.spoken.values():
            if item.id in self._conversation and item.text:
                self._conversation.set_text(item.id, item.text, complete=complete)

    def _of(self, theirs: str) -> Reply | None:
        return next((reply for reply in self.open.values() if reply.theirs == theirs), None)

    def _item(self, event: ItemStartedEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        again = bool(reply.item)
        reply.spoken[event.item_id] = SpokenItem(event.item_id, 0)
        if not reply.out_of_band:
            self._conversation.put(Item(id=event.item_id, role="assistant", parts=(TextPart(""),), complete=False))
        if again:
            self._pacing.put(reply.id, 0.0, partial(self._begin, reply, event.item_id))
        else:
            reply.item = event.item_id

    def _begin(self, reply: Reply, theirs: str) -> None:
        """Another item begins: what was due of the one before has been sent."""
        self._engine.response_next_item(reply.id)
        reply.item = theirs
        self._changed()

    def _text(self, event: TextDeltaEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        reply.spoken.setdefault(event.item_id, SpokenItem(event.item_id, 0)).text += event.token
        if reply.items > 1:
            reply.held_text += event.token
        elif len(reply.spoken) > 1:
            self._pacing.put(reply.id, 0.0, partial(self._write, reply, event.token))
        else:
            self._write(reply, event.token)

    def _write(self, reply: Reply, text: str) -> None:
        reply.sent = True
        self._engine.response_text(reply.id, text)
        self._changed()

    def _audio(self, event: AudioChunkEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        try:
            pcm = reply.at_24_khz(event)
        except MediaError as error:
            self.end(reply.id, "bad_audio", f"the voice sent sound that is of no use: {error}")
        else:
            self._speak(reply, event.item_id, pcm)

    def _speak(self, reply: Reply, theirs: str, pcm: bytes) -> None:
        if not pcm:
            return
        if reply.items > 1:
            reply.held_sound += pcm
            return
        if theirs in reply.spoken:
            reply.spoken[theirs].end += len(pcm) // 2
        self._pacing.put(reply.id, len(pcm) / 2 / MEDIA_RATE_HZ, partial(self._sound, reply, pcm))

    def _sound(self, reply: Reply, pcm: bytes) -> None:
        if reply.hushed:
            return
        if not reply.samples:
            self._bus.publish(TurnStateEvent(state="speaking", turn_id=reply.id))
        self._engine.response_audio(reply.id, pcm)
        self._changed()
        self._bus.publish(AudioChunkEvent(data=pcm, sample=reply.samples, response_id=reply.id, turn_id=reply.id))
        if self._face is not None:
            self._face.sound(reply, pcm)
        reply.sent = True
        reply.samples += len(pcm) // 2

    def _marks(self, event: SpeechMarkEvent) -> None:
        reply = self._of(event.response_id)
        if reply is not None and event.item_id in reply.spoken:
            reply.spoken[event.item_id].marks.extend(event.marks)
            face = self._face
            if face is not None:
                self._pacing.put(reply.id, 0.0, lambda: face.marks(reply, event.marks))

    def _emotion(self, event: EmotionEvent) -> None:
        reply, face = self._of(event.response_id), self._face
        if reply is not None and face is not None:
            mark = EmotionMark(start=event.sample, label=event.label, intensity=event.intensity)
            self._pacing.put(reply.id, 0.0, lambda: face.emotion(reply, mark))

    def _call(self, event: ToolCallEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        reply.calls[event.call_id] = event.item_id
        if not reply.out_of_band:
            self._conversation.put(tool_call(event.item_id, event.call_id, event.name, event.arguments))
        if reply.spoken and reply.has_sound:
            # A mind writes faster than a voice speaks: the words before the call are still to be heard.
            reply.held_calls.append(event)
        else:
            self._tell_call(reply, event)

    def _tell_call(self, reply: Reply, event: ToolCallEvent) -> None:
        reply.sent = True
        written = event.arguments
        for at in range(0, max(1, len(written)), ARGUMENT_CHARS):
            self._engine.tool_call_delta(reply.id, event.call_id, event.name, written[at : at + ARGUMENT_CHARS])
        self._engine.tool_call_done(reply.id, event.call_id)
        self._changed()

    def _complete(self, event: TurnCompleteEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        reply.ended = event.status
        self._speak(reply, next(reversed(reply.spoken), ""), reply.rest())
        if reply.items > 1:
            self._deal(reply)
        for call in reply.held_calls:
            self._pacing.put(reply.id, 0.0, partial(self._tell_call, reply, call))
        failed = "server_error" if event.status == "failed" else ""
        self._pacing.put(reply.id, 0.0, lambda: self.end(reply.id, failed, event.reason))

    def _deal(self, reply: Reply) -> None:
        """Tell what was held back in as many items as are wanted, each with its share of words and sound."""
        count, reply.items = reply.items, 1
        words, sound = reply.held_text.split(" "), bytes(reply.held_sound)
        for number in range(count):
            first, last = (len(words) * at // count for at in (number, number + 1))
            begin, end = (len(sound) // 2 * at // count * 2 for at in (number, number + 1))
            theirs = reply.item + "_" * number
            item = reply.spoken.setdefault(theirs, SpokenItem(theirs, 0))
            item.text = " ".join((*words[first:last], ""))
            if number:
                self._pacing.put(reply.id, 0.0, partial(self._begin, reply, theirs))
            self._pacing.put(reply.id, 0.0, partial(self._write, reply, item.text))
            self._speak(reply, theirs, sound[begin:end])

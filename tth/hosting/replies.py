"""What an adapter says, told to the engine as the response of its client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tth.adapters.realtime import RealtimeEvent
from tth.audio.pcm import mono
from tth.audio.resample import StreamResampler
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.hosting.pacing import Pacing
from tth.session.speech import SpokenItem
from tth.wire.realtime.server.engine import Engine

ARGUMENT_CHARS = 16
"""A call's arguments are streamed in pieces of so many characters."""

KEPT = 64
"""Spoken items whose words and times are remembered."""


@dataclass(slots=True, eq=False)
class Reply:
    """One response on its way.

    Attributes:
        id: The engine's id of it.
        items: In how many it is told where the adapter has one.
        theirs: The adapter's, once it has one.
        item: The adapter's item that is being written or spoken.
        spoken: Its items by the adapter's id.
        calls: Adapter's item ids by call id.
    """

    id: str
    items: int = 1
    theirs: str = ""
    item: str = ""
    spoken: dict[str, SpokenItem] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    held_text: str = ""
    held_sound: bytearray = field(default_factory=bytearray)
    resampler: StreamResampler | None = None
    rate_hz: int = MEDIA_RATE_HZ


class Replies:
    """Keeps apart the responses of one adapter.

    Args:
        engine: Told what is said.
        pacing: Holds sound and ends back until they are due.
        changed: Called after the engine was told something.

    Attributes:
        open: Responses that are not over, by the engine's id.
        names: The adapter's id of each item, by the engine's.
        words: What was said in each item, by the engine's id, for when it is cut.
    """

    def __init__(self, engine: Engine, pacing: Pacing, changed: Callable[[], None]) -> None:
        self._engine = engine
        self._pacing = pacing
        self._changed = changed
        self.open: dict[str, Reply] = {}
        self.names: dict[str, str] = {}
        self.words: dict[str, SpokenItem] = {}

    def expect(self, response_id: str, *, items: int = 1) -> None:
        """The adapter is about to be asked for the response of that id, to be told in so many items."""
        self.open[response_id] = Reply(response_id, items=items)

    def named(self, response_id: str, item_id: str, call_id: str) -> None:
        """What the adapter said last in that response, or that call of it, is item ``item_id`` to the client."""
        reply = self.open.get(response_id)
        if reply is None:
            return
        theirs = reply.calls.get(call_id, "") if call_id else reply.item
        if theirs:
            self.names[item_id] = theirs
            if theirs in reply.spoken:
                self.words[item_id] = reply.spoken[theirs]
        for table in (self.names, self.words):
            if len(table) > KEPT:
                del table[next(iter(table))]

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
            case ToolCallEvent():
                self._call(event)
            case TurnCompleteEvent():
                self._complete(event)
            case ErrorEvent() if event.decision != "ignore":
                self.fail(event.code, event.message)

    def fail(self, code: str, reason: str) -> None:
        """Nothing more comes of what is open."""
        for response_id in list(self.open):
            self.end(response_id, code, reason)

    def end(self, response_id: str, failed: str = "", reason: str = "") -> None:
        """The response is over, once what is due before that has been sent; ``failed`` is the code of its failure."""
        if self.open.pop(response_id, None) is not None:
            self._pacing.put(response_id, 0.0, lambda: self._end(response_id, failed, reason))

    def _end(self, response_id: str, failed: str, reason: str) -> None:
        if failed:
            kind = failed if failed in ("insufficient_quota", "rate_limit_exceeded") else "server_error"
            self._engine.response_done(response_id, "failed", error=(kind, failed, reason))
        else:
            self._engine.response_done(response_id)
        self._changed()

    def drop(self, response_id: str) -> str:
        """The client does not want it any more; gives the adapter's id of it."""
        reply = self.open.pop(response_id, None)
        self._pacing.drop(response_id)
        return reply.theirs if reply is not None else ""

    def _of(self, theirs: str) -> Reply | None:
        return next((reply for reply in self.open.values() if reply.theirs == theirs), None)

    def _item(self, event: ItemStartedEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        if reply.item:
            self._engine.response_next_item(reply.id)
        reply.item = event.item_id
        reply.spoken[event.item_id] = SpokenItem(event.item_id, 0)
        self._changed()

    def _text(self, event: TextDeltaEvent) -> None:
        reply = self._of(event.response_id)
        if reply is not None:
            reply.spoken.setdefault(event.item_id, SpokenItem(event.item_id, 0)).text += event.token
            self._write(reply, event.token)

    def _write(self, reply: Reply, text: str) -> None:
        if reply.items > 1:
            reply.held_text += text
        else:
            self._engine.response_text(reply.id, text)
            self._changed()

    def _audio(self, event: AudioChunkEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        pcm = event.data if event.channels == 1 else mono(event.data, event.channels)
        if event.sample_rate != reply.rate_hz:
            reply.rate_hz = event.sample_rate
            same = event.sample_rate == MEDIA_RATE_HZ
            reply.resampler = None if same else StreamResampler(event.sample_rate, MEDIA_RATE_HZ)
        if reply.resampler is not None:
            pcm = reply.resampler.feed(pcm)
        self._speak(reply, pcm)

    def _speak(self, reply: Reply, pcm: bytes) -> None:
        if not pcm:
            return
        if reply.items > 1:
            reply.held_sound += pcm
            return
        if reply.item in reply.spoken:
            reply.spoken[reply.item].end += len(pcm) // 2

        def give() -> None:
            self._engine.response_audio(reply.id, pcm)
            self._changed()

        self._pacing.put(reply.id, len(pcm) / 2 / MEDIA_RATE_HZ, give)

    def _marks(self, event: SpeechMarkEvent) -> None:
        reply = self._of(event.response_id)
        if reply is not None and event.item_id in reply.spoken:
            reply.spoken[event.item_id].marks.extend(event.marks)

    def _call(self, event: ToolCallEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        reply.calls[event.call_id] = event.item_id
        written = event.arguments
        for at in range(0, max(1, len(written)), ARGUMENT_CHARS):
            self._engine.tool_call_delta(reply.id, event.call_id, event.name, written[at : at + ARGUMENT_CHARS])
        self._engine.tool_call_done(reply.id, event.call_id)
        self._changed()

    def _complete(self, event: TurnCompleteEvent) -> None:
        reply = self._of(event.response_id)
        if reply is None:
            return
        if reply.resampler is not None:
            self._speak(reply, reply.resampler.flush())
        if reply.items > 1:
            self._deal(reply)
        self.end(reply.id, "server_error" if event.status == "failed" else "", event.reason)

    def _deal(self, reply: Reply) -> None:
        """Tell what was held back in as many items as are wanted, each with its share of words and sound."""
        count, reply.items = reply.items, 1
        words, sound = reply.held_text.split(" "), bytes(reply.held_sound)
        for number in range(count):
            first, last = (len(words) * at // count for at in (number, number + 1))
            begin, end = (len(sound) // 2 * at // count * 2 for at in (number, number + 1))
            share = " ".join((*words[first:last], ""))
            self._pacing.put(reply.id, 0.0, partial(self._begin, reply, share, again=number > 0))
            self._speak(reply, sound[begin:end])

    def _begin(self, reply: Reply, text: str, *, again: bool) -> None:
        """Begin an item of those that were held back; again where it is not the first."""
        if again:
            self._engine.response_next_item(reply.id)
            reply.item = f"{reply.item}_"
        reply.spoken.setdefault(reply.item, SpokenItem(reply.item, 0)).text = text
        self._write(reply, text)

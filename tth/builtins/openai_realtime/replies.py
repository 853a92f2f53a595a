"""What the server's responses say, as events; nothing of a cancelled one."""

from __future__ import annotations

from tth.adapters.realtime import RealtimeEvent
from tth.builtins.openai_realtime.costs import counted
from tth.builtins.openai_realtime.heard import SpokenItems
from tth.builtins.openai_realtime.models import Prices
from tth.builtins.openai_realtime.requests import Requests, Running, Wanted
from tth.core.events import (
    AudioChunkEvent,
    AudioDoneEvent,
    ErrorEvent,
    ItemStartedEvent,
    OutputStartedEvent,
    OutputStoppedEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    UsageEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.wire.realtime.client import incoming as said
from tth.wire.realtime.client.faults import decide, told


class Replies:
    """Routes by response and item, never by arrival: late pieces of an old response reach nobody.

    Args:
        prices: The model's; ``None`` where they are unknown.

    Attributes:
        spoke: Whether any sound was made.
    """

    def __init__(self, prices: Prices | None = None) -> None:
        self._prices = prices
        self._names: dict[str, str] = {}
        self.spoke = False
        self._events: list[RealtimeEvent] = []
        self._requests = Requests()
        self._spoken = SpokenItems()

    def attach(self, events: list[RealtimeEvent], requests: Requests, spoken: SpokenItems) -> None:
        """Where events go, and whose requests they answer."""
        self._events, self._requests, self._spoken = events, requests, spoken

    # Pieces

    def text(self, event: said.TextDelta) -> None:
        """Words of an answer, or of what is spoken."""
        run = self._run(event.response_id)
        if run is None or not event.delta:
            return
        self._write(run, self._item(run, event.item_id), event.delta)

    def _write(self, run: Running, item_id: str, text: str) -> None:
        run.written[item_id] = run.written.get(item_id, "") + text
        self._events.append(TextDeltaEvent(token=text, response_id=run.id, item_id=item_id))

    def text_done(self, event: said.TextDone) -> None:
        """The whole text: what of it did not come in pieces is told now."""
        run = self._run(event.response_id)
        text = event.text or event.transcript
        if run is None or not text:
            return
        item_id = self._item(run, event.item_id)
        written = run.written.get(item_id, "")
        if len(text) > len(written) and text.startswith(written):
            self._write(run, item_id, text[len(written) :])

    def audio(self, event: said.AudioDelta) -> None:
        """Sound."""
        run = self._run(event.response_id)
        data = event.pcm
        if run is None or not data:
            return
        self.spoke = True
        item_id = self._item(run, event.item_id)
        item = self._spoken.of(item_id)
        rate_hz = event.sample_rate or MEDIA_RATE_HZ
        sample = item.units
        item.take(len(data), rate_hz)
        self._events.append(
            AudioChunkEvent(data=data, sample_rate=rate_hz, sample=sample, response_id=run.id, item_id=item_id)
        )

    def audio_done(self, event: said.AudioDone) -> None:
        """An item's sound is whole."""
        run = self._run(event.response_id)
        if run is not None and run.items:
            self._events.append(AudioDoneEvent(response_id=run.id, item_id=event.item_id or run.items[-1]))

    def playback(self, event: said.Playback) -> None:
        """The response begins to sound elsewhere, or has stopped doing so."""
        run = self._run(event.response_id)
        if run is None:
            return
        self._start(run)
        kind = OutputStartedEvent if event.type.endswith(".started") else OutputStoppedEvent
        self._events.append(kind(response_id=run.id))

    def arguments(self, event: said.Arguments) -> None:
        """What a function is to be called with."""
        run = self._run(event.response_id)
        if run is None:
            return
        item_id, call_id = event.item_id or "", event.call_id or ""
        name = event.name or self._names.get(item_id, "")
        if event.type.endswith(".delta"):
            if event.delta:
                self._start(run)
                self._events.append(
                    ToolCallDeltaEvent(
                        response_id=run.id, item_id=item_id, call_id=call_id, name=name, delta=event.delta
                    )
                )
        elif name:
            self._call(run, item_id, call_id, name, event.arguments or "")

    def item(self, event: said.ItemSaid) -> None:
        """An item begins or is whole."""
        item = event.item
        run = self._run(event.response_id) if event.type.startswith("response.") else None
        if run is None:
            return
        if item.type == "function_call":
            if item.id and item.name:
                self._names[item.id] = item.name
            if event.type.endswith(".done"):
                self._called(run, item)
        elif item.type == "message" and event.type.endswith(".added"):
            self._item(run, item.id)

    # Beginnings and ends

    def done(self, response: said.Response) -> None:
        """A response has ended, however it did."""
        run = self._requests.done(response)
        if run is None:
            return
        usage = counted(response.usage, self._prices) if response.usage else None
        if usage:
            self._events.append(UsageEvent(response_id=run.id, usage=usage))
        self._finish(run)
        if run.cancelled:
            return
        for item in response.output or ():
            if item.type == "function_call" and response.status != "cancelled":
                self._called(run, item)
        details = response.status_details or said.StatusDetails()
        problem = details.error
        if response.status == "failed" and self._failed(run, problem):
            return
        reason = told(problem) if problem is not None else details.reason or ""
        self._start(run)
        self._events.append(
            TurnCompleteEvent(response_id=run.id, status=response.status or "completed", reason=reason, usage=usage)
        )

    def _failed(self, run: Running, problem: said.Problem | None) -> bool:
        """Whether the failure is dealt with: asked for again, or told as the connection's."""
        decision = decide(problem) if problem is not None else None
        if problem is not None and decision == "fatal":
            self._events.append(
                ErrorEvent(code=problem.code or "response_failed", message=told(problem), decision="fatal")
            )
            return True
        return decision == "retry" and not run.told and self._requests.again(run)

    def refused(self, wanted: Wanted, reason: str) -> None:
        """It was asked for, and the server will not make it."""
        run = Running(f"refused_{wanted.number}", wanted)
        self._start(run)
        self._events.append(TurnCompleteEvent(response_id=run.id, status="failed", reason=reason))

    def never(self, wanted: Wanted) -> None:
        """It was asked for, and is not wanted any more before it began."""
        self._events.append(TurnCompleteEvent(response_id=f"never_{wanted.number}", status="cancelled"))

    def cancelled(self, run: Running) -> None:
        """It is not wanted any more: it ends here, whatever the server still says of it."""
        self._events.append(TurnCompleteEvent(response_id=run.id, status="cancelled"))

    def over(self, response_id: str) -> None:
        """The server knows no such response any more."""
        run = self._requests.over(response_id)
        if run is not None:
            self._finish(run)

    # Parts of these

    def _run(self, response_id: str | None) -> Running | None:
        """The response that a piece belongs to, where it is wanted; some servers leave its beginning or its id out."""
        if response_id:
            run = self._requests.running.get(response_id)
            if run is None and self._requests.asked and not self._requests.has_ended(response_id):
                run = self._requests.created(said.Response(id=response_id))
        else:
            run = self._requests.active
        return None if run is None or run.cancelled else run

    def _start(self, run: Running) -> None:
        if not run.told:
            run.told = True
            tag = run.wanted.tag if run.wanted is not None else ""
            self._events.append(ResponseStartedEvent(response_id=run.id, tag=tag))

    def _item(self, run: Running, item_id: str | None) -> str:
        item_id = item_id or (run.items[-1] if run.items else f"item_of_{run.id}"[:32])
        if item_id not in run.items:
            self._start(run)
            run.items.append(item_id)
            self._spoken.of(item_id)
            self._events.append(ItemStartedEvent(response_id=run.id, item_id=item_id))
        return item_id

    def _finish(self, run: Running) -> None:
        for item_id in run.items:
            self._spoken.of(item_id).finished = True

    def _called(self, run: Running, item: said.WireItem) -> None:
        name = item.name or self._names.get(item.id or "", "")
        self._call(run, item.id or "", item.call_id or "", name, item.arguments or "")

    def _call(self, run: Running, item_id: str, call_id: str, name: str, arguments: str) -> None:
        if call_id in run.called or not name:
            return
        run.called.add(call_id)
        self._start(run)
        self._events.append(
            ToolCallEvent(response_id=run.id, item_id=item_id, call_id=call_id, name=name, arguments=arguments)
        )

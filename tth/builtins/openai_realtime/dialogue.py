"""A client's side of one Realtime connection, without the connection: events in, frames and events out."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tth.adapters.realtime import Heard, RealtimeEvent
from tth.builtins.openai_realtime.heard import SpokenItems
from tth.builtins.openai_realtime.replies import Replies
from tth.builtins.openai_realtime.requests import TAG, Requests, Wanted
from tth.core.conversation import Item
from tth.core.events import (
    ErrorEvent,
    UsageEvent,
    UserSpeechStartedEvent,
    UserSpeechStoppedEvent,
    UserTranscriptEvent,
    WarningEvent,
)
from tth.errors import AdapterError, ProtocolError
from tth.wire.realtime.client import incoming as said
from tth.wire.realtime.client import outgoing
from tth.wire.realtime.client.config import SessionConfig, differences
from tth.wire.realtime.client.dialect import Dialect, detect
from tth.wire.realtime.client.faults import ALREADY_THERE, decide, told
from tth.wire.realtime.client.ledger import Ask, Ledger, Purpose
from tth.wire.realtime.client.reading import read_event

_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def wire_id(item_id: str) -> str:
    """``item_id`` as the server takes it: 32 characters at most, letters, digits, ``_`` and ``-``."""
    if _PLAIN_ID.fullmatch(item_id):
        return item_id
    return f"tth_{hashlib.sha256(item_id.encode()).hexdigest()[:24]}"


class Dialogue:
    """Everything a client must keep in mind: the configuration, what was asked, what runs, what was heard.

    Frames to send gather in ``frames`` and events for the reader in ``events``; whoever holds the connection takes
    both after each call.

    Args:
        config: What the first ``session.update`` says.
        items: The conversation so far; it is replayed once the session is confirmed.
        dialect: The server's; ``None`` where ``session.created`` shall tell.
        replies: Turns what responses say into events.

    Attributes:
        ready: Whether the configuration was confirmed.
        failure: Why it never will be.
        spoke: Whether the model has made sound on this connection, which freezes its voice.
        later: Whether ``resume`` is to be called in a while, the server being too busy now.
    """

    def __init__(
        self,
        config: SessionConfig,
        replies: Replies,
        *,
        items: Sequence[Item] = (),
        dialect: Dialect | None = None,
    ) -> None:
        self.frames: list[str] = []
        self.events: list[RealtimeEvent] = []
        self.ready = False
        self.failure: AdapterError | None = None
        self._asked_dialect = dialect
        self._dialect = dialect or Dialect.GA
        self._config = config
        self._items = items
        self._ledger = Ledger()
        self._requests = Requests()
        self._spoken = SpokenItems()
        self._numbers = itertools.count(1)
        self._session_asked: Mapping[str, Any] = {}
        self._configured = False
        self._last_event: str | None = None
        detection = config.turn_detection
        self._commits = 0
        self._answers = detection is not None and bool(detection.get("create_response", True))
        self._understood: dict[str, str] = {}
        self._spoiled = ""
        self._replies = replies
        replies.attach(self.events, self._requests, self._spoken)
        self._takers = {
            said.SessionSaid: self._session,
            said.ErrorSaid: self._error,
            said.ResponseSaid: self._response,
            said.TextDelta: replies.text,
            said.TextDone: replies.text_done,
            said.AudioDelta: replies.audio,
            said.AudioDone: replies.audio_done,
            said.Playback: replies.playback,
            said.Arguments: replies.arguments,
            said.ItemSaid: replies.item,
            said.ItemId: self._item_gone,
            said.BufferSaid: self._buffer,
            said.Transcript: self._transcript,
        }

    @property
    def spoke(self) -> bool:
        """Whether the model has made sound, which freezes its voice."""
        return self._replies.spoke

    @property
    def later(self) -> bool:
        """Whether ``resume`` is to be called in a while."""
        return self._requests.paused

    @property
    def waiting(self) -> bool:
        """Whether the server owes something: the beginning of a response, or more of one."""
        return bool(self._requests.asked or self._requests.running)

    # What the server says

    def receive(self, frame: bytes | str) -> None:
        """Take one frame; whatever it holds, nothing is raised and the dialogue goes on."""
        try:
            event = read_event(frame)
        except ProtocolError as error:
            self.events.append(WarningEvent(code=error.code, message=error.problem))
            return
        taker = self._takers.get(type(event)) if event is not None else None
        if event is not None and taker is not None and not self._said_before(event):
            taker(event)  # type: ignore[operator]  # each taker takes the kind it is listed under
            self._send_due()

    def _said_before(self, event: said.Incoming) -> bool:
        """Whether a server that stammers has just said this very event."""
        again = event.event_id is not None and event.event_id == self._last_event
        self._last_event = event.event_id
        return again

    def _session(self, event: said.SessionSaid) -> None:
        if event.type == "session.created":
            if not self._configured:
                self._dialect = self._asked_dialect or detect(event.session)
                self._configure()
        elif not self.ready and self._configured:
            self._confirm(event.session)

    def _configure(self) -> None:
        self._configured = True
        self._session_asked = self._config.session(self._dialect)
        self._send(outgoing.update_session(self._session_asked), "session", "first")

    def _confirm(self, session: Mapping[str, Any]) -> None:
        for found in differences(self._session_asked, session):
            self._warn("not_as_asked", f"{found.key}: asked for {found.asked!r}, the server made it {found.got!r}")
        if self._config.temperature is not None and self._dialect is Dialect.GA:
            self._warn("control_temperature", "this server has no temperature; take the option out")
        unanswered = next((n for n, item in enumerate(reversed(self._items)) if item.role != "user"), len(self._items))
        answered = len(self._items) - unanswered
        self._create(self._items[:answered], None, "replay")
        self._create(self._items[answered:], None, "item")
        self._items = ()
        self.ready = True
        self._send_due()

    def _error(self, event: said.ErrorSaid) -> None:
        problem = event.error
        ask = self._ledger.settle(problem.event_id)
        if ask is None and problem.event_id is None:
            ask = self._unnamed()
        decision = decide(problem)
        if not self.ready:
            self._refuse_session(problem, ask)
        elif ask is not None and ask.purpose == "response":
            self._refuse_response(ask, problem)
        elif ask is not None and ask.purpose == "cancel":
            self._replies.over(ask.about)
        elif ask is not None and ask.purpose == "item" and problem.code != ALREADY_THERE:
            self._refuse_item(problem)
        elif decision == "ignore" or (ask is not None and ask.purpose == "truncate"):
            return  # the conversation is as it was meant to be, or as near to it as the server allows
        elif decision is None or ask is not None:
            self._warn(problem.code or problem.type or "provider_error", told(problem))
        else:
            self.events.append(
                ErrorEvent(code=problem.code or problem.type or "error", message=told(problem), decision=decision)
            )

    def _unnamed(self) -> Ask | None:
        """What an error that repeats no id is most likely about: the one thing that is waited for."""
        if not self.ready:
            return Ask("session", "first")
        wanted = next(iter(self._requests.asked.values()), None)
        return Ask("response", wanted.number) if wanted is not None and len(self._requests.asked) == 1 else None

    def _refuse_session(self, problem: said.Problem, ask: Ask | None) -> None:
        decision = decide(problem)
        if decision == "ignore" or (ask is None and decision is None):
            self._warn(problem.code or "provider_error", told(problem))
            return
        code = problem.code or problem.type or "session_refused"
        text = f"the server refused the session: {told(problem)}"
        self.failure = AdapterError("openai_realtime", text, code=code, decision=decision or "fatal")

    def _refuse_response(self, ask: Ask, problem: said.Problem) -> None:
        decision = decide(problem)
        wanted = self._requests.refused(ask.about, later=decision == "retry")
        if wanted is None or wanted.cancelled:
            return
        code = problem.code or problem.type or "response_refused"
        if decision == "fatal":
            self.events.append(ErrorEvent(code=code, message=told(problem), decision="fatal"))
        else:
            self._replies.refused(wanted, told(problem))

    def _refuse_item(self, problem: said.Problem) -> None:
        """What it was to answer is missing: a response without it would answer something else."""
        reason = told(problem)
        self._warn(problem.code or problem.type or "item_refused", f"something said was not taken: {reason}")
        unanswered = [
            wanted for wanted in (*self._requests.asked.values(), *self._requests.drop_waiting()) if not wanted.aside
        ]
        for wanted in unanswered:
            if not wanted.cancelled:
                wanted.cancelled = True
                self._replies.refused(wanted, reason)
        run = self._requests.active
        if run is not None and not run.told and run.wanted is not None:
            run.cancelled = True
            self._send(outgoing.cancel_response(run.id), "cancel", run.id)
            self._replies.refused(run.wanted, reason)
        elif not unanswered:
            self._spoiled = reason

    def _response(self, event: said.ResponseSaid) -> None:
        if event.type == "response.created":
            run = self._requests.created(event.response)
            if run.cancelled:
                self._send(outgoing.cancel_response(run.id), "cancel", run.id)
        else:
            self._replies.done(event.response)

    def _item_gone(self, event: said.ItemId) -> None:
        if event.type.endswith(".deleted") and event.item_id:
            self._spoken.forget(event.item_id)

    def _buffer(self, event: said.BufferSaid) -> None:
        item_id = event.item_id or ""
        if event.type.endswith("speech_started"):
            self.events.append(UserSpeechStartedEvent(item_id=item_id, at_ms=int(event.audio_start_ms or 0)))
        elif event.type.endswith("speech_stopped"):
            self.events.append(UserSpeechStoppedEvent(item_id=item_id, at_ms=int(event.audio_end_ms or 0)))
            if self._answers:
                self._requests.own += 1
        elif event.type.endswith("committed") and self._commits:
            self._commits -= 1
            self.events.append(UserSpeechStoppedEvent(item_id=item_id))

    def _transcript(self, event: said.Transcript) -> None:
        item_id = event.item_id or ""
        if event.usage:
            self.events.append(UsageEvent(usage=_transcription(event.usage)))
        if event.type.endswith(".failed"):
            problem = event.error or said.Problem()
            self._understood.pop(item_id, None)
            self._warn("transcription_failed", f"what was said could not be written down: {told(problem)}")
        elif event.type.endswith(".completed"):
            self._understood.pop(item_id, None)
            self.events.append(UserTranscriptEvent(item_id=item_id, text=event.transcript or ""))
        elif event.delta:
            text = self._understood[item_id] = self._understood.get(item_id, "") + event.delta
            self.events.append(UserTranscriptEvent(item_id=item_id, text=text, final=False))

    # What the caller wants

    def add_items(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Add to the conversation, at its end or behind the item ``after``."""
        self._spoiled = ""
        self._create(items, after, "item")

    def _create(self, items: Sequence[Item], after: str | None, purpose: Purpose) -> None:
        for item in items:
            named = Item(id=self._known_as(item.id), role=item.role, parts=item.parts)
            behind = self._known_as(after) if after is not None else None
            self._send(outgoing.create_item(named, self._dialect, behind), purpose, item.id)
            after = item.id if after is not None else None

    def delete_items(self, ids: Sequence[str]) -> None:
        """Take items out of the conversation."""
        for item_id in ids:
            self._send(outgoing.delete_item(self._known_as(item_id)), "delete", item_id)

    def _known_as(self, item_id: str) -> str:
        """The server's own ids are as they are; ours must fit its rule."""
        return item_id if item_id in self._spoken else wire_id(item_id)

    def respond(self, tag: str, *, aside: bool, **wishes: Any) -> None:
        """Ask for a response as soon as none runs; ``wishes`` are those of ``outgoing.create_response``."""
        number = f"{next(self._numbers)}"
        message = outgoing.create_response(self._dialect, metadata={TAG: number}, **wishes)
        wanted = Wanted(number, tag, message, aside)
        if self._spoiled and not aside:
            self._replies.refused(wanted, self._spoiled)
            return
        self._requests.want(wanted)
        self._send_due()

    def change_session(self, change: Mapping[str, Any]) -> None:
        """Change what ``change`` names, in GA names."""
        whole = {"type": "realtime", **change} if self._dialect is Dialect.GA else _flat(change)
        if whole:
            self._send(outgoing.update_session(whole), "session", "change")

    def cancel(self, response_id: str | None) -> str | None:
        """Stop a response, or whichever was asked for last; returns the id under which it ends, if there was one."""
        for unsent in self._requests.drop_waiting() if response_id is None else ():
            self._replies.never(unsent)
        run = self._requests.running.get(response_id) if response_id else self._requests.active
        if run is not None:
            if run.cancelled:
                return None
            run.cancelled = True
            self._send(outgoing.cancel_response(run.id), "cancel", run.id)
            self._replies.cancelled(run)
            return run.id
        wanted = self._requests.newest_asked() if response_id is None else None
        if wanted is not None:
            wanted.cancelled = True
            self._replies.never(wanted)
        return None

    def set_heard(self, heard: Sequence[Heard]) -> None:
        """Cut the server's memory of spoken items to what was played."""
        for piece in heard:
            message = self._spoken.settle(piece)
            if message is not None:
                self._send(message, "truncate", piece.item_id)

    def hear(self, turn_detection: Mapping[str, Any] | None) -> None:
        """Have the server find where speech begins and ends, and what it does then; ``None``: it does not."""
        self._answers = turn_detection is not None and bool(turn_detection.get("create_response", True))
        self.change_session({"audio": {"input": {"turn_detection": turn_detection}}})

    def append_audio(self, pcm: bytes) -> None:
        """More of what the microphone hears, PCM16 at 24 kHz."""
        self._send(outgoing.append_audio(pcm), "audio")

    def end_audio(self, *, discard: bool) -> None:
        """The utterance is over: it is committed, or forgotten."""
        self._commits += not discard
        self._send(outgoing.CLEAR_AUDIO if discard else outgoing.COMMIT_AUDIO, "audio")

    def resume(self) -> None:
        """Ask again for what the server was too busy for."""
        self._requests.paused = False
        self._send_due()

    def _send_due(self) -> None:
        if self.ready:
            for wanted in self._requests.due():
                self._send(wanted.message, "response", wanted.number)

    def _send(self, message: outgoing.Message, purpose: Any, about: str = "") -> None:
        self.frames.append(outgoing.encode(message, self._ledger.note(purpose, about)))

    def _warn(self, code: str, message: str) -> None:
        self.events.append(WarningEvent(code=code, message=message))


def _transcription(usage: Mapping[str, Any]) -> dict[str, float]:
    """What writing down an utterance used; it is billed apart, and its price is not known here."""
    numbers = {key: usage.get(key) for key in ("input_tokens", "output_tokens", "seconds")}
    return {f"transcription_{key}": float(n) for key, n in numbers.items() if isinstance(n, int | float)}


def _flat(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change in beta names: those that a session may change while it runs."""
    audio = change.get("audio", {})
    rest = {key: value for key, value in change.items() if key != "audio"}
    return {**rest, **audio.get("input", {}), **audio.get("output", {})}

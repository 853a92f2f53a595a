"""The line to the voice: what it is told, in order, what it says, and what happens when it breaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from tth.adapters.realtime import RealtimeAdapter, RealtimeEvent, ResponseRequest, SessionChange
from tth.core.controls import TurnControl, merge
from tth.core.conversation import message
from tth.core.events import WarningEvent
from tth.core.tasks import Tasks
from tth.errors import AdapterError
from tth.session.cast import Cast
from tth.session.commands import Commands
from tth.session.ears import Ears
from tth.session.foreign import CLOSE_S, close_adapter, explain
from tth.session.turn import Turn
from tth.session.voice import AGAIN_S, ROUNDS, Prepared, Voice

COMMAND_S = 10.0
"""Longest time the voice may take to accept a command."""


class Caller(Protocol):
    """Who is on the near end of the line."""

    def take(self, event: RealtimeEvent) -> None:
        """The voice says something."""

    def asked(self, turn: Turn) -> None:
        """The voice has taken the request."""

    def asked_in_vain(self, turn: Turn, error: Exception) -> None:
        """The turn could not be put to the voice."""

    def renewed(self, reason: str) -> None:
        """A new voice is there; whatever the old one had not finished is lost."""

    def prepared(self) -> None:
        """A new voice is ready to take its place by ``swap``, between turns."""

    def gone(self, reason: str) -> None:
        """There is no voice any more."""

    def warn(self, event: WarningEvent) -> None:
        """Something cannot be done as asked."""


class VoiceLine:
    """Keeps the order of commands, and renews the voice when it is lost.

    Args:
        cast: For the voice that a control asks for.
        voice: The voice in use.
        caller: Told what happens.
    """

    def __init__(self, cast: Cast, voice: Voice, caller: Caller) -> None:
        self._cast = cast
        self._voice = voice
        self._caller = caller
        self.ears = Ears(voice, lambda why: caller.warn(WarningEvent(code="no_ears", message=why)), self.ask)
        self._commands = Commands()
        adapters = max(1, len(cast.realtime))
        self._renew_s = ROUNDS * (adapters * (cast.deadlines.connect_s + CLOSE_S) + AGAIN_S) + 1
        self._renewing = False
        self._refused_voice = ""
        self._tasks = Tasks(lambda error: self._not_prepared(error))
        self._refreshing = ""
        self._prepared: Prepared | None = None

    @property
    def full(self) -> bool:
        """Whether no new turn should be put on the line."""
        return self._commands.full

    async def listen(self) -> None:
        """Hand on what the voice says, whichever adapter it is, until cancelled."""
        adapter: RealtimeAdapter | None = None
        while True:
            adapter = await self._voice.after(adapter)
            reason = "its connection ended"
            try:
                async with aclosing(adapter.stream_events()) as events:
                    async for event in events:
                        self._caller.take(event)
            except Exception as error:  # foreign code; the voice is replaced
                reason = explain(error)
            if self._voice.alive and self._voice.adapter is adapter:
                self.lost(reason, AdapterError(self._voice.name, reason, code="voice_lost", decision="retry"))

    @property
    def hears_turns(self) -> bool:
        """Whether the voice hears by itself when the person has said something, and answers."""
        return self._voice.alive and self._voice.adapter.capabilities.turns == "server"

    async def work(self) -> None:
        """Tell the voice what it is to be told, until cancelled."""
        await self._commands.work()

    def ask(self, turn: Turn) -> None:
        """Put the turn's words to the voice and ask for its answer."""
        self._commands.put(
            lambda: self._ask(turn), lambda error: self._ask_failed(turn, error), COMMAND_S + self._renew_s
        )

    def cancel(self, response_id: str) -> None:
        """Stop a response; an empty id stops whichever runs."""
        self.tell(lambda adapter: adapter.cancel_response(response_id or None))

    def tell(self, command: Callable[[RealtimeAdapter], Awaitable[None]]) -> None:
        """Give the voice a command; where it fails or hangs, the voice is replaced."""
        self._commands.put(lambda: self.tell_now(command), lambda error: self.lost(explain(error), error), COMMAND_S)

    async def tell_now(self, command: Callable[[RealtimeAdapter], Awaitable[None]]) -> None:
        """Give the voice a command from within ``then``."""
        if self._voice.alive:
            await command(self._voice.adapter)

    def then(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` in its place among the commands."""
        self._commands.put(work, lambda error: self.lost(explain(error), error), COMMAND_S)

    def lost(self, reason: str, error: Exception | None) -> None:
        """Replace the voice: by the next adapter where ``error`` says that this one failed."""
        if self._renewing:
            return
        self._renewing = True

        async def run() -> None:
            await self._renew(reason, error)
            self._caller.renewed(reason)

        self._commands.put(run, self._renewal_failed, self._renew_s)

    def refresh(self, reason: str) -> None:
        """Connect a second voice while the first goes on; the caller is told when it may take its place."""
        if not self._renewing and not self._refreshing and self._prepared is None:
            self._refreshing = reason
            self._tasks.start(self._prepare(), "voice renewal")

    async def _prepare(self) -> None:
        try:
            self._prepared = await self._voice.prepare(self._refreshing)
        finally:
            self._refreshing = ""
        self._caller.prepared()

    def _not_prepared(self, error: Exception) -> None:
        """The voice in use goes on; when its connection does end, it is replaced then."""
        text = f"no new connection could be made ahead of time: {explain(error)}"
        self._caller.warn(WarningEvent(code="renewal_failed", message=text))

    def swap(self, reason: str) -> None:
        """Put the prepared voice in place of the one in use."""

        async def run() -> None:
            if self._prepared is not None:
                await self._renew(reason)

        self._commands.put(run, lambda error: self.lost(explain(error), error), self._renew_s)

    def choose_voice(self, control: TurnControl, done: Callable[[], None]) -> None:
        """Speak with the voice that the control and the person ask for, before anything that is asked for later."""

        async def run() -> None:
            if self._voice.alive:
                await self._choose_voice(control)
            done()

        self._commands.put(run, lambda error: self.lost(explain(error), error), self._renew_s)

    async def _renew(self, reason: str, error: Exception | None = None, voice: str | None = None) -> None:
        prepared, self._prepared = self._prepared, None
        try:
            own = voice or self._voice.voice_name
            if prepared is not None and prepared.speaks == self._voice.asked(prepared.adapter, own):
                await self._voice.swap(prepared, reason)
            else:
                if prepared is not None:
                    await close_adapter(prepared.adapter, prepared.name)
                await self._voice.renew(reason, failed=error, voice=voice)
        finally:
            self._renewing = False

    def _renewal_failed(self, error: Exception) -> None:
        self._renewing = False
        self._caller.gone(explain(error))

    async def _ask(self, turn: Turn) -> None:
        if turn.ending is not None:
            return
        if not self._voice.alive:
            await self._renew("the voice was gone")
        await self._choose_voice(merge(self._cast.control, turn.wish))
        words = message(f"user_{turn.id}", "user", turn.text)
        if not turn.spoken and not self._voice.knows(words.id):
            await self._voice.adapter.add_items([words])
        turn.tries += 1
        await self._voice.adapter.respond(ResponseRequest(control=turn.wish, tag=turn.id))
        self._caller.asked(turn)

    def _ask_failed(self, turn: Turn, error: Exception) -> None:
        self._caller.asked_in_vain(turn, error)

    async def _choose_voice(self, control: TurnControl) -> None:
        """Speak with the voice that is asked for, by renewal where the adapter cannot change it."""
        if not self._cast.realtime:
            return
        voice, own = self._voice, self._cast.choose_voice(control)
        wanted = voice.asked(voice.adapter, own)
        if wanted is None or wanted in (voice.speaks, self._refused_voice):
            return
        applied = await voice.adapter.configure(SessionChange(voice=wanted))
        when = applied.fields.get("voice", "never")
        if when == "now":
            voice.voice_name, voice.speaks = own, wanted
        elif when == "at_renewal":
            await self._renew("another voice is asked for", voice=own)
        else:
            self._refused_voice = wanted
            text = f"{voice.name} cannot speak with the voice {wanted!r} now; it keeps {voice.speaks!r}"
            self._caller.warn(WarningEvent(code="control_voice", message=text))

    def close(self) -> None:
        """Take no more commands."""
        self._commands.close()

    async def end(self) -> None:
        """Release what was prepared. Idempotent."""
        await self._tasks.close()
        prepared, self._prepared = self._prepared, None
        if prepared is not None:
            await close_adapter(prepared.adapter, prepared.name)

"""The turns of a conversation in the terminal."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import click

from tth.cli.output import printable
from tth.cli.spent import Spent
from tth.cli.talk import Talk
from tth.cli.voice_options import readable
from tth.core.channel import Channel, ChannelClosed
from tth.core.controls import TurnControl
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    ErrorEvent,
    Event,
    RecoveredEvent,
    SessionReadyEvent,
    SpeechMarkEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    UsageEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.core.tasks import Tasks

TICK_S = 0.05
LINES = 64
"""Lines typed ahead that are kept."""


class Dialogue:
    """Reads lines, shows answers, and plays the client whose playhead is the clock.

    Args:
        talk: The conversation.
        control: Of every turn.
        live: Show words when the voice would say them; else at once.
        prompt: Whether a person is typing.
    """

    def __init__(self, talk: Talk, control: TurnControl, *, live: bool, prompt: bool) -> None:
        self._talk = talk
        self._control = control
        self._live = live
        self._prompt = prompt
        self._lines: Channel[str] = Channel(LINES)
        self._tasks = Tasks(self._broke)
        self._over: asyncio.Future[None] | None = None
        self._ready = asyncio.Event()
        self._idle = asyncio.Event()
        self._pressed = False
        self._reset(0)

    def _reset(self, turn: int) -> None:
        self._turn = turn
        self._text = ""
        self._shown = 0
        self._received = 0
        self._words: list[tuple[int, int]] = []
        self._began = self._asked = time.monotonic()
        self._first_ms = 0.0
        self._spent = Spent()
        self._told = ""

    async def run(self) -> None:
        """Talk until the input ends, the session does, or Ctrl-C was pressed twice."""
        self._over = asyncio.get_running_loop().create_future()
        self._read_lines(asyncio.get_running_loop())
        self._tasks.start(self._listen(), "listen")
        self._tasks.start(self._ask(), "ask")
        self._tasks.start(self._play(), "play")
        try:
            await self._over
        finally:
            await self._tasks.close()
            click.echo()

    def ctrl_c(self) -> None:
        """Interrupt the answer; at the prompt, say how to leave. Pressed again, or with nobody typing: leave."""
        if self._pressed or not self._prompt:
            self._leave()
            return
        self._pressed = True
        if self._idle.is_set():
            click.secho("\nPress Ctrl-C again or Ctrl-D to leave.", dim=True, err=True)
            self._show_prompt()
        else:
            self._tasks.start(self._talk.interrupt(), "interrupt")

    def _leave(self) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _broke(self, error: Exception) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_exception(error)

    def _read_lines(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read stdin in a thread that nobody waits for: a blocked read cannot be ended."""

        def read() -> None:
            for line in sys.stdin:
                if not _tell(loop, self._take_line, line):
                    return
            _tell(loop, self._end_of_lines)

        threading.Thread(target=read, name="stdin", daemon=True).start()

    def _take_line(self, line: str) -> None:
        try:
            self._lines.put_now(line)
        except ChannelClosed:
            return

    def _end_of_lines(self) -> None:
        """What came by a pipe is answered to its end; a person who pressed Ctrl-D wants to go."""
        self._lines.close()
        if self._prompt:
            self._leave()

    async def _ask(self) -> None:
        self._idle.set()
        await self._ready.wait()
        self._show_prompt()
        async for line in self._lines:
            self._pressed = False
            text = readable(line).strip()
            if not text:
                self._show_prompt()
                continue
            await self._idle.wait()
            if not self._prompt:
                click.secho(f"> {text}", bold=True)
            self._idle.clear()
            await self._talk.say(text, self._control)
        await self._idle.wait()
        self._leave()

    def _show_prompt(self) -> None:
        if self._prompt:
            click.secho("> ", fg="cyan", bold=True, nl=False)

    async def _listen(self) -> None:
        async for event in self._talk.events():
            await self._take(event)
        self._leave()

    async def _take(self, event: Event) -> None:
        match event:
            case SessionReadyEvent():
                self._greet(event)
            case TurnStartedEvent():
                self._reset(event.turn)
            case TextDeltaEvent():
                self._text += event.token
                self._show()
            case SpeechMarkEvent():
                self._words += [(m.start, m.text_end) for m in event.marks if m.kind == "word"]
            case AudioChunkEvent():
                await self._sound(event)
            case UsageEvent():
                self._spent.count(event.usage)
            case TurnCompleteEvent() | TurnInterruptedEvent() | TurnFailedEvent():
                await self._end(event)
            case ErrorEvent() | WarningEvent():
                self._told = event.message
                click.secho(printable(event.message), fg="yellow", err=True)
                if isinstance(event, ErrorEvent) and not self._turn and not self._idle.is_set():
                    self._idle.set()
                    self._show_prompt()
            case DegradedEvent():
                told = f"{event.component}: {event.now or 'nothing'} ({event.reason})"
                click.secho(printable(told), fg="yellow", err=True)
            case RecoveredEvent():
                click.secho(f"{event.component}: {event.now} again", fg="green", err=True)

    def _greet(self, event: SessionReadyEvent) -> None:
        parts = ", ".join(f"{kind} {name}" for kind, name in event.components.items())
        click.secho(f"{event.profile}: {parts}", dim=True, err=True)
        if self._prompt:
            click.secho("Enter sends, Ctrl-C interrupts an answer, Ctrl-D leaves.", dim=True, err=True)
        self._ready.set()

    async def _sound(self, event: AudioChunkEvent) -> None:
        if not self._received:
            self._began = time.monotonic()
            self._first_ms = (self._began - self._asked) * 1000
        self._received = event.sample + len(event.data) // 2 * MEDIA_RATE_HZ // event.sample_rate
        if not self._live:
            await self._talk.report(self._turn, self._received, "blocked")

    async def _end(self, event: Event) -> None:
        if isinstance(event, TurnCompleteEvent):
            self._show(everything=True)
        elif isinstance(event, TurnInterruptedEvent):
            await self._talk.report_flush(self._turn, event.samples)
            click.secho(" [interrupted]", fg="yellow", nl=False)
        elif isinstance(event, TurnFailedEvent) and event.message != self._told:
            click.secho(printable(event.message), fg="red", err=True)
        click.echo()
        click.secho(f"  {self._figures(event)}", dim=True, err=True)
        self._turn = 0
        self._pressed = False
        self._idle.set()
        self._show_prompt()

    def _figures(self, event: Event) -> str:
        if not self._received:
            return "no sound"
        units, what = self._received, "of speech"
        if isinstance(event, TurnInterruptedEvent):
            units, what = event.samples, "heard"
        figures = f"first sound {self._first_ms:.0f} ms, {units / MEDIA_RATE_HZ:.1f} s {what}"
        return ", ".join(filter(None, (figures, self._spent.told)))

    def _show(self, *, everything: bool = False) -> None:
        """Print the words that the voice has come to."""
        upto = len(self._text)
        if self._live and not everything:
            at = (time.monotonic() - self._began) * MEDIA_RATE_HZ if self._received else 0
            upto = max((end for start, end in self._words if start <= at), default=0)
        if upto > self._shown:
            click.echo(printable(self._text[self._shown : upto]), nl=False)
            self._shown = upto

    async def _play(self) -> None:
        """Be the client: report the playhead ten times a second, and the end."""
        while True:
            await asyncio.sleep(TICK_S)
            if not self._turn or not self._received:
                continue
            played = int((time.monotonic() - self._began) * MEDIA_RATE_HZ)
            if not self._live or played >= self._received:
                await self._talk.report(self._turn, self._received, "ended")
            else:
                await self._talk.report(self._turn, played, "playing")
            if self._live:
                self._show()


def _tell(loop: asyncio.AbstractEventLoop, call: object, *args: object) -> bool:
    """Call something on the loop from another thread; says whether the loop still runs."""
    try:
        loop.call_soon_threadsafe(call, *args)  # type: ignore[arg-type]
    except RuntimeError:
        return False
    return True

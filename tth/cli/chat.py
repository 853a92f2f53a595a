"""``tth chat``: a conversation in the terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import click

from tth.cli.connecting import connect
from tth.cli.options import profile_options
from tth.cli.voice_options import talk_options, turn_control
from tth.core.controls import EmotionControl


@click.command(epilog="Ctrl-C interrupts the answer; twice in a row, or Ctrl-D, leaves.")
@click.option("--fast", is_flag=True, help="Print answers at once, not at the pace of speech.")
@talk_options
@profile_options
def chat(
    fast: bool,
    persona: str | None,
    emotion: EmotionControl | None,
    speech_rate: float | None,
    pitch_shift: float | None,
    server: str | None,
    key: str | None,
    record: Path | None,
    **profile: Any,
) -> None:
    """Hold a conversation in the terminal.

    Words appear as the voice would say them. Input from a pipe is answered line by line, at once.
    """
    from tth.cli.dialogue import Dialogue

    control = turn_control(emotion, speech_rate, pitch_shift)
    live = sys.stdin.isatty() and not fast

    async def run() -> None:
        async with connect(server, key, persona, profile, record) as talk:
            dialogue = Dialogue(talk, control, live=live, prompt=sys.stdin.isatty())
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, dialogue.ctrl_c)
            await dialogue.run()

    asyncio.run(run())

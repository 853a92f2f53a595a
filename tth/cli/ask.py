"""``tth ask``: one turn, with its sound, frames and events in files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tth.cli.connecting import connect
from tth.cli.options import json_option, profile_options
from tth.cli.output import counted, print_json, print_paragraph, printable
from tth.cli.voice_options import FILE, readable, talk_options, turn_control
from tth.core.controls import EmotionControl
from tth.core.media import MEDIA_RATE_HZ
from tth.errors import TthError

if TYPE_CHECKING:
    from tth.cli.take import Take


@click.command(epilog="Example: tth ask 'Who are you?' --out answer.wav --frames face.csv")
@click.argument("text")
@click.option("--out", type=FILE, help="Write the sound to a WAV file.")
@click.option("--frames", type=FILE, help="Write the face to a .csv or .jsonl file: seconds and 52 weights a row.")
@click.option("--events", type=FILE, help="Write the turn's events to a .jsonl file.")
@json_option
@talk_options
@profile_options
def ask(
    text: str,
    out: Path | None,
    frames: Path | None,
    events: Path | None,
    as_json: bool,
    persona: str | None,
    emotion: EmotionControl | None,
    speech_rate: float | None,
    pitch_shift: float | None,
    server: str | None,
    key: str | None,
    record: Path | None,
    **profile: Any,
) -> None:
    """Ask one question and print the answer.

    The answer is made as fast as it can be, not at the pace of speech.
    """
    from tth.cli.take import one_turn, write_events, write_frames, write_wav

    _check_file("--out", out, ".wav")
    _check_file("--frames", frames, ".csv", ".jsonl")
    _check_file("--events", events, ".jsonl")
    files: list[tuple[Path | None, Callable[[Path, Take], None]]]
    files = [(out, write_wav), (frames, write_frames), (events, write_events)]
    _check_different([path for path in (out, frames, events, record) if path is not None])

    async def run() -> tuple[str, Any]:
        async with connect(server, key, persona, profile, record) as talk:
            return talk.profile, await one_turn(talk, readable(text), turn_control(emotion, speech_rate, pitch_shift))

    name, take = asyncio.run(run())
    if as_json:
        print_json(take.summary(name))
    else:
        _print(take)
    for path, write in files:
        if path is not None:
            try:
                write(path, take)
            except OSError as error:
                raise TthError(f"{path} cannot be written ({error.strerror}); choose another file") from error
    if not as_json and (made := [str(path) for path, _ in files if path is not None]):
        click.secho(f"written: {', '.join(made)}", dim=True, err=True)
    if take.lack:
        raise TthError(take.lack)


def _print(take: Take) -> None:
    print_paragraph(take.text.strip())
    for note in take.notes:
        click.secho(printable(note), fg="yellow", err=True)
    times = ", ".join(f"{what.replace('_', ' ')} {ms:.0f} ms" for what, ms in take.ms.items())
    made = f"{take.units / MEDIA_RATE_HZ:.1f} s of speech, {counted(len(take.frames), 'frame')}"
    click.secho("; ".join(filter(None, (made, times, take.spent.told))), dim=True, err=True)


def _check_file(option: str, path: Path | None, *endings: str) -> None:
    """Refuse a file that could not be written, or would be taken for another kind, before anything is asked."""
    if path is None:
        return
    if path.suffix.lower() not in endings:
        raise click.UsageError(f"{option} writes {' or '.join(endings)}, not {path.name!r}; name such a file")
    if not path.parent.is_dir():
        raise click.UsageError(f"no folder {path.parent}; make it, or choose another")


def _check_different(paths: Sequence[Path]) -> None:
    for place, path in enumerate(paths):
        if path.resolve() in [other.resolve() for other in paths[:place]]:
            raise click.UsageError(f"two options write {path}; name a file for each")

"""``tth replay``: a recorded conversation again, as a page, as lines, as sound, or told in brief."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tth.cli.logs import log_options, set_up_logs
from tth.cli.options import json_option
from tth.cli.output import counted, print_json, printable
from tth.cli.voice_options import FILE
from tth.errors import TthError

if TYPE_CHECKING:
    from tth.observers.recording.recording import Recording


@click.command(epilog="Example: tth replay talk.tthrec --audio talk.wav")
@click.argument("file", type=FILE)
@click.option("--info", is_flag=True, help="Say what is in it; with --json as JSON.")
@json_option
@click.option("--audio", type=FILE, help="Write both voices to a WAV file: the person left, the avatar right.")
@click.option("--host", metavar="ADDRESS", help="Address to listen on; off loopback a key is needed.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; any free one by default.")
@log_options
def replay(
    file: Path,
    info: bool,
    as_json: bool,
    audio: Path | None,
    host: str | None,
    port: int,
    log_level: str | None,
    log_format: str | None,
) -> None:
    """Play back a recorded conversation.

    It prints the address of a page that shows the conversation as it was; Enter pauses it and lets it go on, Ctrl-C
    stops. With --json it prints everything in the file instead, one JSON object a line, of sound and pictures only the
    size.
    """
    from tth.observers.recording.recording import Recording

    if audio is not None and audio.suffix.lower() != ".wav":
        raise click.UsageError(f"--audio writes .wav, not {audio.name!r}; name such a file")
    try:
        recording = Recording(file)
    except OSError as error:
        raise TthError(f"{file} cannot be read ({error.strerror}); name a file of 'tth ask --record'") from error
    summary = recording.summary.told()
    if info and as_json:
        print_json(summary)
    elif info:
        _tell(summary)
    elif as_json:
        from tth.observers.recording.lines import line

        for record in recording.records():
            click.echo(line(record))
    if audio is not None:
        _write_audio(audio, recording)
    if not (info or as_json or audio):
        _warn(summary)
        given = {"host": host, "port": str(port), "log_level": log_level, "log_format": log_format}
        _serve(recording, {name: value for name, value in given.items() if value is not None})


def _serve(recording: Recording, options: Mapping[str, str]) -> None:
    from tth.config.sources import read_settings, read_sources
    from tth.plugins.loader import load_plugins
    from tth.server.replay_house import ReplayHouse
    from tth.server.run import serve

    sources = read_sources((), options=options)
    settings = read_settings(sources)
    set_up_logs(settings.log_level, settings.log_format)
    house = ReplayHouse(settings, sources, load_plugins([]), recording)

    def pause_or_go_on() -> None:
        sys.stdin.readline()
        click.echo("paused; Enter goes on" if house.pause_or_go_on() else "it goes on; Enter pauses")

    def started(address: str) -> None:
        keys = "Ctrl-C stops"
        if sys.stdin.isatty():
            asyncio.get_running_loop().add_reader(sys.stdin, pause_or_go_on)
            keys = "Enter pauses, Ctrl-C stops"
        click.echo(f"{recording.path.name} is played at {click.style(address, fg='cyan', bold=True)}  ({keys})")

    try:
        asyncio.run(serve(house, started))
    except OSError as error:
        reason = str(error.strerror or error).partition(" (while")[0]
        raise TthError(f"cannot listen on {settings.host}:{settings.port} ({reason}); choose another --port") from error


def _tell(told: Mapping[str, Any]) -> None:
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(told["began"])) if told["began"] else "at no known time"
    turns = ", ".join(f"{count} {outcome}" for outcome, count in told["turns"].items()) or "none"
    rows = {
        "session": f"{told['session'] or 'unknown'}, {began}",
        "avatar": printable(f"{told['persona']} of profile {told['profile']}"),
        "length": f"{told['seconds']:.1f} s",
        "turns": turns,
        "sound": f"{told['voice_s']:.1f} s of the avatar, {told['microphone_s']:.1f} s of the person",
        "face": counted(told["frames"], "frame"),
        "state": "; ".join(_faults(told)) or "whole",
    }
    for name, value in rows.items():
        click.echo(f"{name:8} {value}")


def _warn(told: Mapping[str, Any]) -> None:
    for fault in _faults(told):
        click.secho(f"warning: {fault}", fg="yellow", err=True)


def _faults(told: Mapping[str, Any]) -> list[str]:
    found = []
    if not told["ended"]:
        found.append("it breaks off: the end was never written")
    if told["missing"]:
        found.append(f"{counted(told['missing'], 'event')} could not be recorded at the time")
    if told["damaged_bytes"]:
        found.append(f"{counted(told['damaged_bytes'], 'byte')} of the file cannot be read")
    if told["unknown"]:
        found.append(f"{counted(told['unknown'], 'record')} of a newer version or a plugin left out")
    return found


def _write_audio(path: Path, recording: Recording) -> None:
    from tth.observers.recording.mixing import mix

    voices = mix(recording.records())
    try:
        with path.open("wb") as file:
            voices.write(file)
    except OSError as error:
        raise TthError(f"{path} cannot be written ({error.strerror}); choose another file") from error
    click.secho(f"written: {path}", dim=True, err=True)

"""``tth emulate``: stand in for a provider on this machine."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def emulate() -> None:
    """Stand in for a provider on this machine.

    For tests and for trying things out: no key, no network, no cost, and faults on request.
    """


@emulate.command(epilog="Example: tth emulate openai --port 8100 --mind echo --faults flaky.yaml")
@click.option("--port", type=click.IntRange(0, 65535), default=8100, show_default=True, help="0 takes any free one.")
@click.option("--faults", type=FILE, help="A script of what goes wrong, and when (docs/realtime.md).")
@click.option("--strict/--lenient", default=True, help="Refuse what the protocol does not know, or pass over it.")
@click.option(
    "--dialect", type=click.Choice(["ga", "beta"]), default="ga", show_default=True, help="Names on the wire."
)
@click.option(
    "--mind", type=click.Choice(["scripted", "echo"]), default="scripted", show_default=True, help="Who answers."
)
@click.option("--answer", "answers", multiple=True, help="Answer with this instead; may be given again for the next.")
@click.option("--hears", multiple=True, help="What an utterance is taken to say; may be given again for the next.")
@click.option(
    "--voice", type=click.Choice(["hibari", "tones"]), default="hibari", show_default=True, help="Who speaks."
)
@click.option(
    "--pace",
    type=click.FloatRange(0),
    default=8.0,
    show_default=True,
    help="Sound is sent so much faster than it plays; 0: at once.",
)
@click.option("--key", help="The one key that is taken; without it any is, but one there must be.")
def openai(
    port: int, faults: Path | None, mind: str, answers: tuple[str, ...], hears: tuple[str, ...], **rest: Any
) -> None:
    """Be an OpenAI-compatible Realtime server.

    Serves /v1/realtime (WebSocket), /v1/realtime/client_secrets and /v1/models on 127.0.0.1.
    """
    from tth.emulators.openai.emulator import Emulator, EmulatorOptions
    from tth.emulators.openai.faults import Faults, read_faults
    from tth.emulators.openai.mind import MindOptions

    options = EmulatorOptions(
        faults=read_faults(faults) if faults is not None else Faults(),
        mind=MindOptions.model_validate({"kind": "answers" if answers else mind, "answers": answers}),
        hears=hears or EmulatorOptions().hears,
        **rest,
    )
    try:
        asyncio.run(_serve(Emulator(options), port))
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror or error}; choose another with --port") from error


async def _serve(emulator: Any, port: int) -> None:
    from tth.emulators.openai.server import serving

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serving(emulator, port=port) as url:
        click.echo(f"OpenAI Realtime is emulated at {url}  (Ctrl-C stops)")
        click.secho(f"Use it: OPENAI_BASE_URL={url} OPENAI_API_KEY=any tth serve --profile openai_realtime", dim=True)
        await stopped.wait()

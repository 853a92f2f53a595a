"""``tth emulate``: stand in for a provider on this machine."""

from __future__ import annotations

import asyncio
import math
import signal
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import click
from click.core import ParameterSource

from tth.cli.emulate_a2f import a2f

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _finite(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is no pace; give a number, or 0 for at once")
    return value


@click.group(invoke_without_command=True)
@click.pass_context
def emulate(ctx: click.Context) -> None:
    """Stand in for a provider on this machine.

    For tests and for trying things out: no key, no network, no cost, and faults on request.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


emulate.add_command(a2f)


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
@click.option(
    "--ears",
    type=click.Choice(["moonshine", "fixed", "none"]),
    help="Who listens: the offline recogniser, nobody but what --hears says, or nobody at all.  [default: moonshine "
    "where it is installed and --hears is not given]",
)
@click.option("--hears", multiple=True, help="What an utterance is taken to say; may be given again for the next.")
@click.option(
    "--voice", type=click.Choice(["hibari", "tones"]), default="hibari", show_default=True, help="Who speaks."
)
@click.option(
    "--pace",
    type=click.FloatRange(0),
    default=8.0,
    show_default=True,
    callback=_finite,
    help="Sound is sent so much faster than it plays; 0: at once.",
)
@click.option("--key", help="The one key that is taken; without it any is, but one there must be.")
def openai(
    port: int,
    faults: Path | None,
    mind: str,
    answers: tuple[str, ...],
    ears: Literal["moonshine", "fixed", "none"] | None,
    hears: tuple[str, ...],
    **rest: Any,
) -> None:
    """Be an OpenAI-compatible server for Realtime and transcription.

    Serves /v1/realtime (WebSocket), /v1/realtime/client_secrets, /v1/audio/transcriptions and /v1/models on 127.0.0.1.
    """
    from tth.emulators.openai.emulator import Emulator, EmulatorOptions
    from tth.emulators.openai.faults import Faults
    from tth.emulators.openai.mind import MindOptions

    given = click.get_current_context().get_parameter_source("mind")
    if answers and given is ParameterSource.COMMANDLINE:
        raise click.UsageError("--mind and --answer exclude each other; take one of them")
    if not all(text.strip() for text in (*answers, *hears)) or rest["key"] == "":
        raise click.UsageError("an answer, what is heard and a key hold some characters; leave out what is empty")
    if hears and ears in ("moonshine", "none"):
        raise click.UsageError(f"--hears and --ears {ears} exclude each other; take one of them")
    options = EmulatorOptions(
        ears=ears or ("fixed" if hears or find_spec("moonshine_cpp") is None else "moonshine"),
        faults=Faults.read(faults) if faults is not None else Faults(),
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
        click.echo(f"OpenAI is emulated at {url}  (Ctrl-C stops)")
        variables = f"OPENAI_BASE_URL={url} OPENAI_API_KEY={emulator.options.key or 'any'}"
        click.secho(f"Use it: {variables} tth serve --profile openai_realtime", dim=True)
        await stopped.wait()

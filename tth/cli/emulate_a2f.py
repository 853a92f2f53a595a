"""``tth emulate a2f``: be an Audio2Face-3D service."""

from __future__ import annotations

import asyncio
import errno
import math
import signal
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from tth.cli.output import counted, printable

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NAMES = "Blendshapes: ARKit's; 68 with the tongue; 55 and 71 with three of the head."
BATCH = "Frames in one message."
FPS = "Frames a second for each clip; 0: as fast as they can be made."
ADDRESS = "Address to listen on."
KEY = "Refuse calls without 'authorization: Bearer KEY'."
FUNCTION = "Refuse calls without 'function-id: ID'."
AHEAD = "Make a frame only when so much sound after it has come."

MOST_PARAMETERS = 8
"""As many stand in the line of a clip; of more, how many there were."""


def _finite(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} will not do; give a number")
    return value


def _host(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """An address of some machine; whether it is this one's shows when it is listened on."""
    host = value.strip("[]")
    try:
        if host:
            socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            return value
    except (OSError, UnicodeError):
        pass
    raise click.BadParameter(f"there is no host {value!r}; give an address of this machine, or 0.0.0.0 for all")


def _metadata(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """What a client can send as metadata."""
    if value is not None and (not value.isascii() or not value.isprintable() or " " in value):
        raise click.BadParameter("a client cannot send that; give printable ASCII without spaces")
    return value


@click.command(epilog="Example: tth emulate a2f --port 52000 --names 68 --faults shaky.yaml")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, callback=_host, help=ADDRESS)
@click.option("--port", type=click.IntRange(0, 65535), default=52000, show_default=True, help="0 takes any free one.")
@click.option("--tls", type=FILE, nargs=2, metavar="CERT KEY", help="Serve TLS with this certificate and key (PEM).")
@click.option("--client-ca", type=FILE, help="Take only clients with a certificate that this CA has signed (PEM).")
@click.option("--require-key", "key", metavar="KEY", callback=_metadata, help=KEY)
@click.option("--function-id", metavar="ID", callback=_metadata, help=FUNCTION)
@click.option("--streams", type=click.IntRange(1), default=10, show_default=True, help="Clips at one time.")
@click.option("--names", type=click.Choice(["52", "55", "68", "71"]), default="52", show_default=True, help=NAMES)
@click.option("--frames-a-message", type=click.IntRange(1, 1000), default=1, show_default=True, help=BATCH)
@click.option("--fps", type=click.FloatRange(0), default=0.0, show_default=True, callback=_finite, help=FPS)
@click.option("--look-ahead-ms", type=click.FloatRange(0), default=0.0, show_default=True, callback=_finite, help=AHEAD)
@click.option("--faults", type=FILE, help="A script of what goes wrong, and when (docs/audio2face.md).")
def a2f(host: str, port: int, names: str, faults: Path | None, **rest: Any) -> None:
    """Be an Audio2Face-3D service.

    Answers as NVIDIA's does, by gRPC and on this machine's CPU, with lips of tth's own: ProcessAudioStream,
    GetConfigs and the health check. Prints a line for each clip.
    """
    from tth.emulators.a2f.emulator import Emulator
    from tth.emulators.a2f.faults import Faults
    from tth.emulators.a2f.options import EmulatorOptions

    if "" in (rest["key"], rest["function_id"]):
        raise click.UsageError("a key and a function's id hold some characters; leave out what is empty")
    security = _security(rest.pop("tls"), rest.pop("client_ca"))
    script = Faults.read(faults) if faults is not None else Faults()
    options = EmulatorOptions(names=int(names), faults=script, **rest)
    try:
        asyncio.run(_serve(Emulator(options, on_clip=_tell), host, port, security))
    except KeyboardInterrupt:
        return
    except OSError as error:
        why = error.strerror or error
        if error.errno == errno.EADDRNOTAVAIL:
            raise click.ClickException(f"host {host}: {why}; choose another with --host") from error
        raise click.ClickException(f"port {port}: {why}; choose another with --port") from error


def _security(tls: tuple[Path, Path] | None, client_ca: Path | None) -> Any:
    """What the files hold, once they are known to fit."""
    from tth.emulators.a2f.options import Security

    if tls is None:
        if client_ca is not None:
            raise click.UsageError("--client-ca needs TLS; give --tls CERT KEY too")
        return None
    checked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        checked.load_cert_chain(*tls, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise click.UsageError(
            f"--tls: {tls[0]} and {tls[1]} are no certificate and its key, without a password, as PEM ({error})"
        ) from error
    if client_ca is not None:
        try:
            checked.load_verify_locations(client_ca)
        except OSError as error:
            raise click.UsageError(f"--client-ca: {client_ca} is no certificate as PEM ({error})") from error
    certificate, key = (file.read_bytes() for file in tls)
    signer = None if client_ca is None else client_ca.read_bytes()
    return Security(certificate=certificate, key=key, client_ca=signer)


async def _serve(emulator: Any, host: str, port: int, security: Any) -> None:
    from tth.emulators.a2f.emulator import serving

    stopped = asyncio.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with suppress(NotImplementedError, AttributeError):  # Windows
            asyncio.get_running_loop().add_signal_handler(getattr(signal, name), stopped.set)
    async with serving(emulator, host=host, port=port, security=security) as target:
        kind = "plaintext" if security is None else "TLS" if security.client_ca is None else "mutual TLS"
        click.echo(f"Audio2Face-3D is emulated at {target}, {kind}  (Ctrl-C stops)")
        click.secho(hint(emulator.options, host, target.rpartition(":")[2], security), dim=True)
        await stopped.wait()


def hint(options: Any, host: str, port: str, security: Any) -> str:
    """How a client on this machine comes to it: a command where that is enough, else what a profile must say."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))
    target = f"[{here}]:{port}" if ":" in here else f"{here}:{port}"
    needs = _needs(options, security)
    if not needs:
        return f"Use it: TTH_A2F_TARGET={target} tth serve --profile offline+a2f"
    given = f"export NVIDIA_API_KEY={_KEY}, and " if "hosted: true" in needs else ""
    said = ", ".join(["primary: a2f", f'target: "{target}"', *needs])
    return f"Use it: {given}say in a profile: avatar: {{{said}}}"


_KEY = "KEY"
"""Stands for the key that calls must have: it is not shown."""


def _needs(options: Any, security: Any) -> list[str]:
    """Options of the ``a2f`` avatar, as YAML, without which this service refuses it."""
    tls, mutual = security is not None, security is not None and security.client_ca is not None
    if tls and not mutual and options.key and options.function_id:
        return ["hosted: true", f'function_id: "{options.function_id}"', "ca: ca.pem"]
    needs = [f"security: {'mtls' if mutual else 'tls'}", "ca: ca.pem"] if tls else []
    if mutual:
        needs += ["certificate: client.pem", "key: client.key"]
    metadata = [f'authorization: "Bearer {_KEY}"'] if options.key else []
    if options.function_id:
        metadata.append(f'function-id: "{options.function_id}"')
    return [*needs, f"metadata: {{{', '.join(metadata)}}}"] if metadata else needs


def _tell(record: Any) -> None:
    """One line for a clip that has ended."""
    from tth.emulators.a2f.parameters import given_parameters

    told = (
        [f"{record.rate_hz} Hz", f"{record.seconds:.2f} s", counted(record.frames, "frame")] if record.rate_hz else []
    )
    given = [f"{name}={value:g}" for name, value in given_parameters(record.header).items()] if record.header else []
    if len(given) > MOST_PARAMETERS:
        given[MOST_PARAMETERS:] = [f"and {len(given) - MOST_PARAMETERS} more parameters"]
    felt = sorted({name for each in record.emotions for name, value in each.emotion.items() if value})
    given += [f"emotions {' '.join(felt)}"] if felt else []
    ending = record.ended if record.code == "OK" else f"{record.ended} ({record.code})"
    why = f": {record.reason}" if record.reason else ""
    click.echo(printable(f"clip {record.number}: {', '.join([*told, *given, ending])}{why}"))

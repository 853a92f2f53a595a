"""``tth serve``: the page and its server."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
from typing import Any

import click

from tth.cli.logs import log_options, set_up_logs
from tth.cli.options import profile_options

log = logging.getLogger(__name__)


@click.command(epilog="Example: tth serve --profile offline --port 8123")
@click.option("--host", metavar="ADDRESS", help="Address to listen on; off loopback a key is needed.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one.")
@click.option("--insecure", is_flag=True, help="Serve off loopback without a key.")
@click.option("--record", metavar="FOLDER", help="Record every conversation into a file of this folder.")
@log_options
@profile_options
def serve(
    host: str | None,
    port: int | None,
    insecure: bool,
    record: str | None,
    log_level: str | None,
    log_format: str | None,
    profile: str | None,
    sets: tuple[str, ...],
    trust: bool,
    strict_plugins: bool,
) -> None:
    """Serve the avatar's page, and print its address.

    Ctrl-C lets running turns finish and then stops; a second one stops at once.
    """
    from tth.config.profiles import resolve_profile
    from tth.config.sources import read_settings, read_sources
    from tth.plugins.loader import load_plugins
    from tth.server.house import House
    from tth.server.run import listens_everywhere
    from tth.server.run import serve as run_server

    given = {"host": host, "port": port, "insecure": insecure or None, "record": record}
    given |= {"log_level": log_level, "log_format": log_format}
    options = {name: _plain(value) for name, value in given.items() if value is not None}
    sources = read_sources(sets, options=options, trust=trust)
    settings = read_settings(sources)
    set_up_logs(settings.log_level, settings.log_format)
    registry = load_plugins(strict=strict_plugins)
    chosen = resolve_profile(profile or settings.profile, sources, registry, typed=True)
    house = House(settings, sources, registry, chosen)

    def started(address: str) -> None:
        shown = click.style(address, fg="cyan", bold=True)
        where = "on every address of this machine; " if listens_everywhere(settings.host) else ""
        who = f"{chosen.persona.name} is waiting" if house.able else "Nobody can answer yet; the page is"
        try:
            click.echo(f"{who} at {shown}  ({where}Ctrl-C stops)")
        except OSError as error:  # nobody reads it, or the disk is full: no reason not to serve
            log.warning("waiting at %s, which cannot be printed (%s)", address, error.strerror)
        # Code and models stay to the end: a full collection need not pass through them while people are speaking.
        gc.collect()
        gc.freeze()

    try:
        asyncio.run(run_server(house, started))
    except OSError as error:
        raise click.ClickException(_cannot_listen(settings.host, settings.port, error)) from error


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    of_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
    # Python puts the address behind the system's words.
    reason = str(error.strerror or error).partition(" (while")[0]
    return f"cannot listen on {host}:{port} ({reason}); choose another with {'--port' if of_port else '--host'}"


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""From the options of ``ask`` and ``chat`` to somebody to talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tth.cli.options import load
from tth.errors import TthError

if TYPE_CHECKING:
    from tth.cli.talk import Talk

KEY_VARIABLE = "TTH_API_KEY"

_ONLY_HERE = {"sets": "--set", "trust": "--trust", "strict_plugins": "--strict-plugins"}


def connect(
    server: str | None, key: str | None, persona: str | None, profile: dict[str, Any], record: Path | None = None
) -> AbstractAsyncContextManager[Talk]:
    """A conversation with ``server``, or with a session of ``profile`` here that is recorded into ``record``.

    Raises:
        click.UsageError: An option cannot work with a server.
        TthError: Something of the profile cannot be used.
    """
    from tth.cli.talk import local_talk

    if server is not None:
        _check_remote(profile, record)
        return _remote(server, profile["profile"], persona, key)
    _, registry, resolved = load(**profile, options={} if persona is None else {"persona": persona})
    return local_talk(registry, resolved, record)


def _check_remote(profile: dict[str, Any], record: Path | None) -> None:
    from tth.config.finding import looks_like_path

    if record is not None:
        raise click.UsageError("--record has no say over a server; give it to 'tth serve', or leave --server out")
    for name, option in _ONLY_HERE.items():
        if profile[name]:
            raise click.UsageError(f"{option} has no say over a server; give it to 'tth serve', or leave --server out")
    named = profile["profile"]
    if named is not None and looks_like_path(named):
        raise click.UsageError(f"--profile {named} is a file here, and a server takes names; leave --server out")


@asynccontextmanager
async def _remote(server: str, profile: str | None, persona: str | None, key: str | None) -> AsyncIterator[Talk]:
    from tth.cli.talk import remote_talk
    from tth.transports.native import SessionRefused

    try:
        async with remote_talk(server, profile, persona, key) as talk:
            yield talk
    except SessionRefused as error:
        if error.status != 401:
            raise
        raise TthError(f"{server}: {_about_key(key)}") from error


def _about_key(key: str | None) -> str:
    if not key:
        return f"the server wants its key; give it with --key, or set {KEY_VARIABLE}"
    if click.get_current_context().get_parameter_source("key") is ParameterSource.ENVIRONMENT:
        return f"the key that {KEY_VARIABLE} holds is not the server's; give the right one with --key"
    return "the key given with --key is not the server's"

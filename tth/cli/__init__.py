"""The command line. ``main`` is the one place where an error becomes a line and an exit status."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

import click

from tth.cli.commands import cli
from tth.cli.output import printable
from tth.errors import ConfigError, TthError

FAILURE, USAGE, INTERRUPTED = 1, 2, 130

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE)
"""What the system says where the output cannot be written: the disk is full, the reader has gone."""


def main(args: Sequence[str] | None = None) -> int:
    """Run ``tth`` and return its exit status: 0, 1 for a failure, 2 for a command that was typed wrongly.

    Args:
        args: Instead of the process's own arguments.
    """
    colour = False if os.environ.get("NO_COLOR") else None
    try:
        arguments = None if args is None else list(args)
        status = cli.main(arguments, prog_name="tth", standalone_mode=False, color=colour)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx is not None else "tth"
        return _fail(f"{error.format_message().rstrip('.')}; see '{path} --help'", USAGE)
    except click.ClickException as error:
        return _fail(error.format_message(), FAILURE)
    except click.Abort:
        return INTERRUPTED
    except TthError as error:
        from tth.config.mistakes import each_mistake

        status = USAGE if _typed_wrongly(error) else FAILURE
        for each in each_mistake(error):
            _fail(str(each), status)
        return status
    except OSError as error:
        if error.errno not in UNWRITABLE or error.filename is not None:
            raise
        # Python would complain once more when it closes the stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        gone = isinstance(error, BrokenPipeError)
        return FAILURE if gone else _fail(f"the output cannot be written ({error.strerror})", FAILURE)
    return status if isinstance(status, int) else 0


def _typed_wrongly(error: TthError) -> bool:
    from tth.config.finding import UnknownProfile

    return isinstance(error, UnknownProfile) or (isinstance(error, ConfigError) and error.source == "command line")


def _fail(message: str, status: int) -> int:
    colour = False if os.environ.get("NO_COLOR") else None
    click.echo(
        f"{click.style('error:', fg='red', bold=True)} {' '.join(printable(message).split())}", err=True, color=colour
    )
    return status

"""Text for people: pretty on a terminal, plain in a pipe."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

import click


def printable(text: str) -> str:
    """``text`` without the characters that control a terminal: what a model or a server says must not."""
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf"))


def on_terminal() -> bool:
    """Whether the output is a terminal; one that was closed is none."""
    return sys.stdout is not None and sys.stdout.isatty()


def counted(number: int, what: str) -> str:
    """``1 turn``, ``2 turns``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def print_json(value: Any) -> None:
    """Print a value for a program, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, names: int = 0) -> None:
    """Print rows in columns: wrapped and with bold headings on a terminal, one line a row in a pipe.

    Args:
        headings: One for each column.
        rows: A cell for each column.
        names: The column that, like the first, holds names and is kept on one line.
    """
    if on_terminal():
        _print_rich(headings, rows, names)
        return
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _print_rich(headings: Sequence[str], rows: Sequence[Sequence[str]], names: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, heading in enumerate(headings):
        # Names are there to be typed: they are wrapped where they must be, never cut.
        style, whole = ("cyan" if place == 0 else ""), place in (0, names)
        table.add_column(heading, style=style, no_wrap=whole, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def print_paragraph(text: str, indent: int = 0) -> None:
    """Print a line that somebody else wrote; on a terminal it is wrapped to its width."""
    text, margin = printable(text), " " * indent
    if on_terminal():
        width = shutil.get_terminal_size().columns
        text = textwrap.fill(text, width, initial_indent=margin, subsequent_indent=margin, break_long_words=False)
        click.echo(text)
    else:
        click.echo(margin + text)

"""Text for people: pretty on a terminal, plain in a pipe."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

import click


def counted(number: int, what: str) -> str:
    """``1 turn``, ``2 turns``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def print_json(value: Any) -> None:
    """Print a value for a program, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns: wrapped and with bold headings on a terminal, one line a row in a pipe."""
    if sys.stdout.isatty():
        _print_rich(headings, rows)
        return
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _print_rich(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(heading, style="cyan" if place == 0 else "", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def print_paragraph(text: str, indent: int = 0) -> None:
    """Print a line; on a terminal it is wrapped to its width."""
    margin = " " * indent
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        text = textwrap.fill(text, width, initial_indent=margin, subsequent_indent=margin, break_long_words=False)
        click.echo(text)
    else:
        click.echo(margin + text)

"""``python -m benchmarks``: measure everything and print one table."""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    a2f,
    chunks,
    crowd,
    faces,
    firsts,
    interrupts,
    ladder,
    listening,
    realtime,
    recording,
    starting,
    weight,
    words,
)
from benchmarks.figures import Figure

PARTS: tuple[Callable[..., Iterator[Figure]], ...] = (
    chunks.measure,
    crowd.measure,
    interrupts.measure,
    words.measure,
    realtime.measure,
    firsts.measure,
    weight.measure,
    faces.measure,
    ladder.measure,
    a2f.measure,
    recording.measure,
    listening.measure,
    starting.measure,
)
COLUMNS = ("what", "measured", "floor", "ratio", "goal", "verdict")


def show(figures: Sequence[Figure], machine: str) -> None:
    """Print the table: in colour on a terminal, plain in a pipe."""
    console = Console()
    if not console.is_terminal:
        _show_plain(figures)
        print(f"\n{machine}")
        return
    table = Table(caption=machine, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in ("what", "verdict") else "right", no_wrap=True)
    part = ""
    for figure in figures:
        if figure.part != part:
            part = figure.part
            table.add_section()
            table.add_row(f"[bold]{part}[/bold]")
        *cells, verdict = figure.cells()
        colour = {"holds": "green", "misses": "yellow"}.get(verdict, "white")
        table.add_row(*cells, f"[{colour}]{verdict}[/{colour}]")
    console.print(table)


def _show_plain(figures: Sequence[Figure]) -> None:
    rows = [COLUMNS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    part = ""
    for number, row in enumerate(rows):
        if number and figures[number - 1].part != part:
            part = figures[number - 1].part
            print(f"\n{part}")
        cells = (
            cell.ljust(width) if column in (0, 5) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


def main() -> None:
    """Measure and tell; a missed goal is a fact and not a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: less certain, done in half a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    options = parser.parse_args()
    # What is imported by now is not garbage, and the floor is not to pay for looking at it.
    gc.collect()
    gc.freeze()
    figures: list[Figure] = []
    for measure in PARTS:
        for figure in measure(quick=options.quick):
            figures.append(figure)
            print(f"{figure.part}: {figure.what}", file=sys.stderr)
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs"
    show(figures, machine)
    if options.json is not None:
        records = {"machine": machine, "figures": [figure.record() for figure in figures]}
        options.json.write_text(json.dumps(records, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

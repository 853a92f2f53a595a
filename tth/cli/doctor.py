"""``tth doctor``: what works here, what is missing, and how to get it."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, dataclass, field

import click

from tth.cli.checkup import examine
from tth.cli.findings import Finding
from tth.cli.options import json_option, profile_option, set_option, trust_option
from tth.cli.output import on_terminal, print_json, print_paragraph

_MARKS = {"ok": ("ok", "green"), "warning": ("!!", "yellow"), "failed": ("no", "red"), "not_reached": ("--", "white")}
_CLEAR = "\r\x1b[2K"


@dataclass
class Report:
    """Prints what is found, as it is found, or keeps it for programs."""

    as_json: bool
    findings: list[Finding] = field(default_factory=list)

    def begin(self, part: str) -> None:
        """Print its heading."""
        if not self.as_json:
            self.clear()
            click.echo(f"\n{click.style(part, bold=True)}")

    def doing(self, what: str) -> None:
        """Show on a terminal what is looked at now; the next line takes its place."""
        if not self.as_json and on_terminal():
            click.echo(f"{_CLEAR}..  Looking at {what}", nl=False)
            sys.stdout.flush()

    def found(self, finding: Finding) -> None:
        """Print it, unless all of it is printed at the end."""
        self.findings.append(finding)
        if not self.as_json:
            self.clear()
            _print(finding)

    def clear(self) -> None:
        """Take back what ``doing`` showed."""
        if not self.as_json and on_terminal():
            click.echo(_CLEAR, nl=False)

    @property
    def culprit(self) -> Finding | None:
        """The first that failed."""
        return next((finding for finding in self.findings if finding.status == "failed"), None)


@click.command()
@click.option("--no-live", is_flag=True, help="Only look; ask no provider and move no face.")
@profile_option
@set_option
@trust_option
@json_option
def doctor(no_live: bool, profile: str | None, sets: tuple[str, ...], trust: bool, as_json: bool) -> int:
    """Say what works here and what is missing.

    Looks at Python, packages, plugins, the profile with each of its adapters, and the port. Then it tries the path from
    a question to the face, one hop a line with its numbers, and names the first that fails. A provider is asked one
    short question, which costs as much as any. It takes less than 15 seconds. The exit status is 1 if something fails
    that the profile cannot do without.
    """
    report = Report(as_json)
    asyncio.run(examine(profile, sets, trust, not no_live, report))
    culprit = report.culprit
    if as_json:
        print_json({"ok": culprit is None, "findings": [asdict(finding) for finding in report.findings]})
        return int(culprit is not None)
    report.clear()
    click.echo()
    click.echo(
        "All that is needed is here."
        if culprit is None
        else "Something is missing; the lines marked 'no' say what to do."
    )
    return int(culprit is not None)


def _print(finding: Finding) -> None:
    mark, colour = _MARKS[finding.status]
    head = f"{click.style(mark, fg=colour, bold=True)}  {finding.name}"
    detail = finding.detail or ("not reached" if finding.status == "not_reached" else "")
    click.echo(f"{head}: {detail}" if detail else head)
    if finding.fix:
        print_paragraph(finding.fix, indent=4)

"""``tth doctor``: what works here, what is missing, and how to get it."""

from __future__ import annotations

from dataclasses import asdict

import click

from tth.cli.checkup import Finding, examine
from tth.cli.options import json_option, profile_option, set_option, trust_option
from tth.cli.output import print_json, print_paragraph

_MARKS = {"ok": ("ok", "green"), "warning": ("!!", "yellow"), "failed": ("no", "red")}


@click.command()
@profile_option
@set_option
@trust_option
@json_option
def doctor(profile: str | None, sets: tuple[str, ...], trust: bool, as_json: bool) -> int:
    """Say what works here and what is missing.

    Looks at Python, packages, plugins, the profile with each of its adapters, and the port. The exit status is 1 if
    something is missing that the profile cannot do without.
    """
    findings = examine(profile, sets, trust)
    failed = any(finding.status == "failed" for finding in findings)
    if as_json:
        print_json({"ok": not failed, "findings": [asdict(finding) for finding in findings]})
        return int(failed)
    for finding in findings:
        _print(finding)
    click.echo()
    click.echo(
        "Something is missing; the lines marked 'no' say what to do." if failed else "All that is needed is here."
    )
    return int(failed)


def _print(finding: Finding) -> None:
    mark, colour = _MARKS[finding.status]
    head = f"{click.style(mark, fg=colour, bold=True)}  {finding.name}"
    click.echo(f"{head}: {finding.detail}" if finding.detail else head)
    if finding.fix:
        print_paragraph(finding.fix, indent=4)

"""``tth plugins``: what is installed, what it offers, and what was set aside and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from tth.cli.commands import COMMANDS
from tth.cli.options import json_option, strict_plugins_option
from tth.cli.output import print_json, print_paragraph, print_table
from tth.plugins.loader import load_plugins
from tth.plugins.offers import Plugin


@click.command()
@json_option
@strict_plugins_option
def plugins(as_json: bool, strict_plugins: bool) -> None:
    """List plugins and what they offer.

    A plugin that cannot be used is set aside with its reason; an offer whose name is taken is refused.
    """
    registry = load_plugins(strict=strict_plugins)
    found = registry.plugins
    commands = {plugin.name: registry.commands_of(plugin) for plugin in found}
    if as_json:
        print_json({"plugins": [_as_json(plugin, commands[plugin.name]) for plugin in found]})
        return
    print_table(
        ("PLUGIN", "PACKAGE", "OFFERS", "NAME", "ABOUT"),
        [row for plugin in found for row in _rows(plugin, commands[plugin.name])],
        names=3,
    )
    problems = [(p, reason) for p in found for reason in (p.problem, *_refused(p, commands[p.name])) if reason]
    for heading, wanted in (("Set aside", True), ("Refused", False)):
        lines = [f"{p.name} ({p.distribution} {p.version}): {r}" for p, r in problems if bool(p.problem) is wanted]
        if lines:
            click.echo("\n" + click.style(f"{heading}:", bold=True))
        for line in lines:
            print_paragraph(line, indent=2)


def _refused(plugin: Plugin, commands: Sequence[str]) -> list[str]:
    taken = [name for name in commands if name in COMMANDS]
    return [*plugin.refused, *(f"the command {name!r} is tth's own; choose another name" for name in taken)]


def _rows(plugin: Plugin, commands: Sequence[str]) -> list[tuple[str, str, str, str, str]]:
    package = f"{plugin.distribution} {plugin.version}"
    offers: list[tuple[str, str, str]] = [(offer.kind, offer.name, offer.summary) for offer in plugin.offers]
    offers += [("profile", name, "") for name in plugin.profiles]
    offers += [("command", name, "") for name in commands if name not in COMMANDS]
    if "observe_session" in plugin.hooks:
        offers.append(("observer", "", ""))
    if not offers:
        offers.append(("set aside" if plugin.problem else "nothing", "", ""))
    return [(plugin.name, package, *offer) for offer in offers]


def _as_json(plugin: Plugin, commands: Sequence[str]) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "module": plugin.module,
        "offers": [{"kind": o.kind, "name": o.name, "summary": o.summary} for o in plugin.offers],
        "profiles": list(plugin.profiles),
        "commands": [name for name in commands if name not in COMMANDS],
        "hooks": list(plugin.hooks),
        "set_aside": plugin.problem or None,
        "refused": _refused(plugin, commands),
    }

"""``tth profiles``: list them, show what one adds up to, check a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from tth.cli.options import json_option, set_option, strict_plugins_option, trust_option
from tth.cli.output import print_json, print_table
from tth.config.document import Node
from tth.config.finding import draft_profile, list_profiles
from tth.config.mistakes import each_mistake
from tth.config.profiles import Profile, build_profile, resolve_profile
from tth.config.sources import read_settings, read_sources, with_environment
from tth.config.validation import shown_options
from tth.errors import ConfigError
from tth.plugins.loader import load_plugins


@click.group(invoke_without_command=True)
@json_option
@trust_option
@click.pass_context
def profiles(ctx: click.Context, as_json: bool, trust: bool) -> None:
    """List, show and check profiles.

    Without a command, lists every profile that can be named. The one marked with * is used where none is named.
    """
    if ctx.invoked_subcommand is not None:
        return
    sources = read_sources(trust=trust)
    default = read_settings(sources).profile
    entries = list(list_profiles(sources, load_plugins().profiles))
    if as_json:
        print_json({"default": default, "profiles": [asdict(entry) for entry in entries]})
        return
    rows = [
        (f"{entry.name} *" if entry.name == default else entry.name, entry.problem or entry.summary, entry.source)
        for entry in entries
    ]
    print_table(("PROFILE", "ABOUT", "FILE"), rows)


@profiles.command()
@click.argument("name")
@json_option
@set_option
@trust_option
@strict_plugins_option
def show(name: str, as_json: bool, sets: tuple[str, ...], trust: bool, strict_plugins: bool) -> None:
    """Show what profile NAME adds up to.

    Prints it with everything it extends, the environment and the defaults, and where each value was written. Secrets
    are masked.
    """
    sources = read_sources(sets, trust=trust)
    registry = load_plugins(strict=strict_plugins)
    draft = draft_profile(name, sources, registry.profiles, typed=True)
    profile = build_profile(draft, sources, registry)
    tree = with_environment(draft.tree, sources.environ)
    shown = _shown(profile, tree)
    if as_json:
        print_json({"name": profile.name, "source": profile.source, **shown})
        return
    click.echo(click.style(f"# {profile.name}: {profile.source}", dim=True))
    for line, origin in _lines(shown, tree):
        click.echo(f"{line:<44}{click.style(f'  # {origin}', dim=True)}" if origin else line)


@profiles.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@trust_option
@strict_plugins_option
def check(files: tuple[str, ...], trust: bool, strict_plugins: bool) -> int:
    """Check profiles without running them.

    Each FILE is a path or a name. Every mistake is a line. The exit status is 1 if one of them cannot be used.
    """
    sources, registry = read_sources(trust=trust), load_plugins(strict=strict_plugins)
    failed = 0
    for file in files:
        try:
            resolve_profile(file, sources, registry, typed=True)
        except ConfigError as error:
            failed = 1
            for each in each_mistake(error):
                click.echo(f"{click.style('error:', fg='red', bold=True)} {each}", err=True)
        else:
            click.echo(f"{file}: fine")
    return failed


def _shown(profile: Profile, tree: Node) -> dict[str, Any]:
    """The profile as YAML and JSON write it, unset values left out."""
    components: dict[str, Any] = {}
    for kind, adapters in profile.components.items():
        written = tree.at(["components", kind])
        primary = {"primary": adapters[0].name, **shown_options(adapters[0].options, written)}
        fallbacks = []
        for place, adapter in enumerate(adapters[1:]):
            options = shown_options(adapter.options, written.at(["fallback", place, adapter.name]))
            fallbacks.append({adapter.name: options} if options else adapter.name)
        components[kind] = {**primary, "fallback": fallbacks} if fallbacks else primary
    return {
        "summary": profile.summary,
        "persona": profile.persona.id,
        "voice_map": {str(label): voice for label, voice in profile.voice_map.items()},
        "control": {
            group: given
            for group, values in asdict(profile.control).items()
            if (given := {name: _plain(value) for name, value in values.items() if value is not None})
        },
        "components": components,
        "deadlines": profile.deadlines.model_dump(),
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value


def _lines(
    value: dict[str, Any], written: Node | None, depth: int = 0, otherwise: str = "default"
) -> list[tuple[str, str]]:
    """Lines of YAML, each with where its value was written, or ``otherwise``."""
    lines: list[tuple[str, str]] = []
    for name, child in value.items():
        table = written.value if written is not None and isinstance(written.value, dict) else {}
        node = table.get(name)
        margin = "  " * depth
        if isinstance(child, dict):
            below = "settings" if depth == 0 and name == "deadlines" else otherwise
            if child:
                lines += [(f"{margin}{name}:", ""), *_lines(child, node, depth + 1, below)]
        else:
            lines.append((f"{margin}{name}: {_yaml(child)}", otherwise if node is None else str(node.origin)))
    return lines


def _yaml(value: Any) -> str:
    import yaml

    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1_000_000)
    return text.removesuffix("\n").removesuffix("\n...")

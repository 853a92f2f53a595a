"""Which commands there are. A command's module is imported when it is run, a plugin's when nothing else fits."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import click

import tth


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of tth's own.

    Attributes:
        section: The heading that it stands under in ``tth --help``.
        summary: The first line of its help.
        command: The function, as ``module:name``.
    """

    section: str
    summary: str
    command: str


COMMANDS = {
    "serve": Entry("Talk", "Serve the avatar's page, and print its address.", "tth.cli.serve:serve"),
    "chat": Entry("Talk", "Hold a conversation in the terminal.", "tth.cli.chat:chat"),
    "ask": Entry("Talk", "Ask one question and print the answer.", "tth.cli.ask:ask"),
    "replay": Entry("Talk", "Play back a recorded conversation.", "tth.cli.replay:replay"),
    "emulate": Entry("Test", "Stand in for a provider on this machine.", "tth.cli.emulate:emulate"),
    "profiles": Entry("Set up", "List, show and check profiles.", "tth.cli.profiles:profiles"),
    "plugins": Entry("Set up", "List plugins and what they offer.", "tth.cli.plugins:plugins"),
    "doctor": Entry("Set up", "Say what works here and what is missing.", "tth.cli.doctor:doctor"),
}
"""Commands by name, in the order of ``tth --help``."""

PLUGIN_SECTION = "From plugins"


class Commands(click.Group):
    """The group ``tth``: knows its commands by name and loads the one that is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command: tth's own, then those of plugins."""
        return [*COMMANDS, *sorted(self._from_plugins(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded; ``None`` where there is none."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return self._from_plugins(ctx).get(cmd_name)
        module, _, name = entry.command.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, with the command that was probably meant."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            from tth.config.nearest import suggestion

            ctx.fail(f"no command {args[0]!r}; {suggestion(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every command with its first line, without loading tth's own."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, entry in COMMANDS.items():
            sections.setdefault(entry.section, []).append((name, entry.summary))
        for name, command in sorted(self._from_plugins(ctx).items()):
            sections.setdefault(PLUGIN_SECTION, []).append((name, command.get_short_help_str(80)))
        for section, rows in sections.items():
            with formatter.section(click.style(section, bold=True)):
                formatter.write_dl([(click.style(name, fg="cyan"), summary) for name, summary in rows])

    def _from_plugins(self, ctx: click.Context) -> dict[str, click.Command]:
        """Commands of plugins, loaded once for each run; tth's own names are not to be had."""
        known: dict[str, click.Command] | None = ctx.meta.get(__name__)
        if known is None:
            known = ctx.meta[__name__] = _plugin_commands()
        return known


def _plugin_commands() -> dict[str, click.Command]:
    from tth.plugins.entry_points import find_entry_points

    found = [entry_point for entry_point in find_entry_points() if entry_point.dist and entry_point.dist.name != "tth"]
    if not found:
        return {}

    from tth.plugins.loader import load_plugins

    group = click.Group()
    load_plugins(found).add_commands(group)
    return {name: command for name, command in group.commands.items() if name not in COMMANDS}


@click.command(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar="",
    subcommand_metavar="COMMAND ...",
)
@click.version_option(tth.__version__, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Give a voice AI a face.

    A profile says what the avatar is made of: 'tth profiles' lists them, 'tth doctor' says what works here.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())

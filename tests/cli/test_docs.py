"""The docs say what the code does: a heading for each key, setting, hook and command, and examples that work."""

import inspect
import re
import sys
import tomllib
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest

from tth import hookspecs
from tth.cli.commands import COMMANDS, cli
from tth.config.document import Origin
from tth.config.personas import PERSONA_KEYS
from tth.config.settings import CONFIG_DIR, variables
from tth.config.sources import PROFILE_KEYS
from tth.config.yaml_reader import parse_yaml
from tth.plugins.loader import HOOKS, load_plugins

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("profiles", "plugins")


def text(page: str) -> str:
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


def headings(*pages: str) -> list[str]:
    return [found for page in pages for found in re.findall(r"^### `([^`]+)`$", text(page), re.MULTILINE)]


def blocks(language: str) -> list[str]:
    return [found for page in PAGES for found in re.findall(rf"```{language}\n(.*?)```", text(page), re.DOTALL)]


def commands() -> list[str]:
    context = cli.make_context("tth", ["doctor"])
    names = []
    for name in ("profiles", "plugins", "doctor"):
        command = cli.get_command(context, name)
        names += [name, *(f"{name} {sub}" for sub in getattr(command, "commands", {}))]
    return [f"tth {name}" for name in names]


def test_every_profile_key_setting_hook_and_command_has_a_heading_and_nothing_else_has() -> None:
    settings = [
        name.removeprefix("TTH_").lower().replace("__", ".") for name, _, _ in variables() if name != CONFIG_DIR
    ]
    hooks = [f"{name}({', '.join(inspect.signature(getattr(hookspecs, name)).parameters)})" for name in HOOKS]
    assert sorted(headings(*PAGES)) == sorted([*PROFILE_KEYS, *settings, *hooks, *commands()])


@pytest.mark.parametrize("block", blocks("yaml"), ids=lambda block: block.splitlines()[0])
def test_every_yaml_example_has_only_keys_that_exist(block: str) -> None:
    keys = PERSONA_KEYS if "/personas/" in block.splitlines()[0] else PROFILE_KEYS
    assert parse_yaml(block, Origin(source="docs", line=1)).only(keys)


def test_the_example_plugin_loads_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    code = next(block for block in blocks("python") if block.startswith("# tth_hum.py"))
    (example,) = [tomllib.loads(block) for block in blocks("toml")]
    ((name, module_name),) = example["project"]["entry-points"]["tth"].items()
    module = types.ModuleType(module_name)
    exec(code, module.__dict__)
    monkeypatch.setitem(sys.modules, module_name, module)
    (plugin,) = load_plugins([EntryPoint(name=name, value=module_name, group="tth")]).plugins
    assert (plugin.problem, plugin.offers[0].name) == ("", "hum")
    assert len(code.splitlines()) <= 35


def test_every_option_of_a_command_has_help() -> None:
    context = cli.make_context("tth", ["doctor"])
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        for each in (command, *getattr(command, "commands", {}).values()):
            assert all(p.help for p in each.params if isinstance(p, click.Option)), each.name

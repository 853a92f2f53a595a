"""Offers are imported when they are chosen; commands and observers of one plugin cannot harm another."""

import logging
from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import click
import pytest
from pydantic import BaseModel

from tth.errors import PluginError
from tth.plugins.loader import load_plugins
from tth.plugins.offers import Offer

MakePlugin = Callable[..., EntryPoint]


def offer(**given: Any) -> Offer:
    return Offer(**{"kind": "tts", "name": "x", "adapter": "collections:OrderedDict", "distribution": "d", **given})


def test_a_reference_is_imported_when_it_is_asked_for() -> None:
    from collections import OrderedDict

    assert offer().adapter_class() is OrderedDict
    assert offer(adapter=OrderedDict).adapter_class() is OrderedDict
    assert offer(config="pydantic:BaseModel").options_model() is BaseModel
    assert offer().options_model() is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"adapter": "nowhere:X"}, r"tts adapter 'x' of d cannot be imported \(ModuleNotFoundError"),
        ({"adapter": "collections:Nothing"}, r"cannot be imported \(AttributeError"),
        ({"adapter": "sys:path"}, "sys:path is no class"),
    ],
)
def test_a_reference_that_leads_nowhere_names_the_adapter_and_its_package(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(PluginError, match=reason):
        offer(**given).adapter_class()


def test_options_that_are_no_pydantic_model_are_told() -> None:
    with pytest.raises(PluginError, match="is no pydantic model; derive it from pydantic"):
        offer(config=dict).options_model()


def test_an_unknown_adapter_is_told_with_its_near_miss(plugin: MakePlugin) -> None:
    def register_tts(register: Any) -> None:
        register("beep", "a:B")

    with pytest.raises(PluginError, match=r"no tts adapter named 'bep'; did you mean beep\?"):
        load_plugins([plugin("d", register_tts)]).resolve("tts", "bep")


def test_commands_of_a_failing_plugin_are_left_out_with_a_line_in_the_log(
    plugin: MakePlugin, caplog: pytest.LogCaptureFixture
) -> None:
    def register_commands(cli: click.Group) -> None:
        cli.add_command(click.Command("wave"))

    def failing(cli: click.Group) -> None:
        raise ValueError("no screen")

    failing.__name__ = "register_commands"
    cli = click.Group()
    load_plugins([plugin("tth-bad", failing), plugin("tth-good", register_commands)]).add_commands(cli)
    assert list(cli.commands) == ["wave"]
    assert "commands of plugin bad (tth-bad) left out: ValueError: no screen" in caplog.text


async def test_each_plugin_may_watch_a_session_and_one_that_fails_is_passed_over(
    plugin: MakePlugin, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def observe_session(session: Any) -> Any:
        async def watch() -> None:
            seen.append(session.id)

        return watch()

    def silent(session: Any) -> None:
        return None

    def failing(session: Any) -> None:
        raise OSError("no disk")

    silent.__name__ = failing.__name__ = "observe_session"
    plugins = [plugin("tth-bad", failing), plugin("tth-eye", observe_session), plugin("tth-silent", silent)]
    with caplog.at_level(logging.WARNING):
        observers = load_plugins(plugins).observe_session(SimpleNamespace(id="s1", bus=None))
    assert [name for name, _ in observers] == ["eye"]
    for _, coroutine in observers:
        await coroutine
    assert seen == ["s1"]
    assert "observer of plugin bad (tth-bad) left out: OSError: no disk" in caplog.text


def test_the_commands_that_a_plugin_adds_are_known_by_name(plugin: MakePlugin) -> None:
    def register_commands(cli: click.Group) -> None:
        for name in ("wave", "ask"):
            cli.add_command(click.Command(name))

    registry = load_plugins([plugin("tth-waving", register_commands)])
    assert registry.commands_of(registry.plugins[0]) == ["ask", "wave"]

"""Each plugin is loaded by itself; what is wrong with one is told and harms no other."""

import inspect
import re
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from tth import hookspecs
from tth.errors import PluginError
from tth.plugins.loader import HOOKS, find_entry_points, load_plugins
from tth.plugins.offers import Plugin
from tth.plugins.registry import Registry

MakePlugin = Callable[..., EntryPoint]


def register_tts(register: Any) -> None:
    register("beep", "beep:Beep", config="beep:Options", summary="One tone")


@pytest.fixture
def good(plugin: MakePlugin) -> EntryPoint:
    return plugin("tth-good", register_tts)


def only(registry: Registry, distribution: str) -> Plugin:
    (found,) = [p for p in registry.plugins if p.distribution == distribution]
    return found


def test_every_hook_specification_is_a_known_hook() -> None:
    marked = [
        name for name, value in vars(hookspecs).items() if inspect.isfunction(value) and hasattr(value, "tth_spec")
    ]
    assert sorted(marked) == sorted(HOOKS)


def test_an_offer_carries_its_package_and_imports_nothing(good: EntryPoint) -> None:
    registry = load_plugins([good])
    offer = registry.resolve("tts", "beep")
    assert (offer.kind, offer.name, offer.distribution, offer.version) == ("tts", "beep", "tth-good", "1.2")
    assert (offer.adapter, offer.config, offer.summary) == ("beep:Beep", "beep:Options", "One tone")
    assert registry.names("tts") == ["beep"]
    assert registry.names("llm") == []


def misspelt(register: Any) -> None: ...


def renamed(function: Callable[..., object], name: str) -> Callable[..., object]:
    function.__name__ = name
    return function


def broken_hook(register: Any) -> None:
    register("early", "x:Y")
    raise RuntimeError("no\n device")


def exiting(register: Any) -> None:
    sys.exit("bye")


def wrong_argument(registr: Any) -> None: ...


BROKEN: dict[str, tuple[Callable[..., object], str]] = {
    "misspelt hook": (
        renamed(lambda register: None, "register_ttss"),
        "no hook named 'register_ttss'; did you mean register_tts? It may be observe_session, register_avatar, "
        "register_commands, register_llm, register_profiles, register_realtime, register_stt or register_tts",
    ),
    "wrong argument": (
        renamed(wrong_argument, "register_tts"),
        "register_tts has no argument 'registr'; did you mean register?",
    ),
    "failing hook": (renamed(broken_hook, "register_tts"), "RuntimeError: no device"),
    "leaving hook": (renamed(exiting, "register_tts"), "SystemExit: bye"),
    "no arguments": (
        renamed(lambda register: register("x"), "register_tts"),
        "TypeError: register() missing 1 required positional argument: 'adapter'",
    ),
    "no name": (
        renamed(lambda register: register("a b", "x:Y"), "register_tts"),
        "register_tts: 'a b' is no name; use letters, digits and _ + . -",
    ),
    "no reference": (
        renamed(lambda register: register("a", "x.Y"), "register_tts"),
        "register_tts: adapter of 'a' is 'x.Y'; write 'module:Class'",
    ),
    "no class": (
        renamed(lambda register: register("a", 5), "register_tts"),
        "register_tts: adapter of 'a' is no class; give the class or its name",
    ),
    "no options class": (
        renamed(lambda register: register("a", "x:Y", config={}), "register_tts"),
        "register_tts: config of 'a' is no class; give the class or its name",
    ),
    "no profile": (
        renamed(lambda register: register("a", "a.yaml"), "register_profiles"),
        "register_profiles: 'a' is no file; use importlib.resources.files(...) / 'name.yaml'",
    ),
}


def placeless(problem: str) -> str:
    """``problem`` without the place where it was raised."""
    return re.sub(r" \(\S+\.py, line \d+\)$", "", problem)


@pytest.mark.parametrize(("hook", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_set_aside_with_its_reason_and_the_rest_starts(
    hook: Callable[..., object], reason: str, plugin: MakePlugin, good: EntryPoint
) -> None:
    registry = load_plugins([plugin("tth-bad", hook), good])
    assert placeless(only(registry, "tth-bad").problem) == reason
    assert only(registry, "tth-bad").offers == ()
    assert only(registry, "tth-good").problem == ""
    assert registry.names("tts") == ["beep"]


@pytest.mark.parametrize(("hook", "reason"), BROKEN.values(), ids=BROKEN)
def test_strict_loading_stops_at_a_broken_plugin(hook: Callable[..., object], reason: str, plugin: MakePlugin) -> None:
    with pytest.raises(PluginError) as caught:
        load_plugins([plugin("tth-bad", hook)], strict=True)
    assert placeless(str(caught.value)) == f"plugin 'bad' of tth-bad 1.2: {reason}"


def test_a_plugin_that_cannot_be_imported_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raising_plugin.py").write_text("raise OSError('no licence')\n")
    monkeypatch.syspath_prepend(tmp_path)
    absent = EntryPoint(name="absent", value="absent_plugin", group="tth")
    raising = EntryPoint(name="raising", value="raising_plugin", group="tth")
    registry = load_plugins([absent, raising])
    assert [p.problem for p in registry.plugins] == [
        "ModuleNotFoundError: No module named 'absent_plugin'",
        "OSError: no licence (raising_plugin.py, line 1)",
    ]
    assert registry.why_missing("tts", "raising") == (
        "the plugin 'raising' of unknown was set aside: OSError: no licence (raising_plugin.py, line 1)"
    )
    assert registry.why_missing("tts", "other") == ""


def test_a_plugin_that_forgot_the_mark_is_told(plugin: MakePlugin) -> None:
    registry = load_plugins([plugin("tth-bare", renamed(lambda register: None, "register_tts"), mark=False)])
    assert "no function is marked with @tth.hookimpl" in registry.plugins[0].problem


def test_a_taken_name_is_refused_naming_both_and_the_rest_of_the_plugin_stays(
    plugin: MakePlugin, good: EntryPoint
) -> None:
    def register_two(register: Any) -> None:
        register("beep", "other:Beep")
        register("boop", "other:Boop")

    second = plugin("tth-second", renamed(register_two, "register_tts"))
    registry = load_plugins([good, second])
    assert registry.resolve("tts", "beep").distribution == "tth-good"
    assert registry.resolve("tts", "boop").distribution == "tth-second"
    reason = "the tts adapter name 'beep' of tth-second is taken by tth-good; choose another name"
    assert only(registry, "tth-second").refused == (reason,)
    with pytest.raises(PluginError, match=reason):
        load_plugins([good, second], strict=True)


def test_the_same_name_in_another_kind_is_free(plugin: MakePlugin, good: EntryPoint) -> None:
    registry = load_plugins(
        [good, plugin("tth-llm", renamed(lambda register: register("beep", "a:B"), "register_llm"))]
    )
    assert registry.names("llm") == registry.names("tts") == ["beep"]


def test_built_ins_come_first_and_then_packages_by_name() -> None:
    found = find_entry_points()
    distributions = [e.dist.name for e in found]
    assert distributions == sorted(distributions, key=lambda name: (name != "tth", name.lower()))
    assert [e.name for e in found if e.dist.name == "tth"] == sorted(e.name for e in found if e.dist.name == "tth")


def test_an_unknown_hook_that_is_marked_optional_is_passed_over(plugin: MakePlugin) -> None:
    entry_point = plugin("tth-later", register_tts)
    module = sys.modules[entry_point.value]

    @hookspecs.hookimpl(optionalhook=True)
    def register_smells(register: Any) -> None: ...

    module.register_smells = register_smells
    assert load_plugins([entry_point]).plugins[0].problem == ""


def test_a_plugins_profiles_are_collected_and_a_taken_one_is_refused(plugin: MakePlugin, tmp_path: Path) -> None:
    file = tmp_path / "demo.yaml"

    def register_profiles(register: Any) -> None:
        register("demo", file)

    registry = load_plugins([plugin("tth-a", register_profiles), plugin("tth-b", register_profiles)])
    assert registry.profiles == {"demo": file}
    assert only(registry, "tth-b").refused == (
        "the profile name 'demo' of tth-b is taken by tth-a; choose another name",
    )

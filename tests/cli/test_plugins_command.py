"""``tth plugins``: what is there, and what was set aside and why."""

import json
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]


def test_every_offer_is_a_line_with_its_package(demo: Path, tth: Run) -> None:
    status, out, _ = tth("plugins")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert status == 0
    assert "demo_plugin tth-demo 1.0 tts demo_tts A voice for tests" in lines
    assert "demo_plugin tth-demo 1.0 profile demo" in lines
    assert "demo_plugin tth-demo 1.0 command wave" in lines


def test_a_plugin_set_aside_is_listed_with_its_reason(demo: Path, tth: Run) -> None:
    (demo / "demo_plugin.py").write_text("import no_such_engine\n")
    status, out, _ = tth("plugins")
    assert status == 0
    reason = "ModuleNotFoundError: No module named 'no_such_engine' (demo_plugin.py, line 1)"
    assert f"  demo_plugin (tth-demo 1.0): {reason}\n" in out


def test_json_names_package_version_offers_and_reasons(demo: Path, tth: Run) -> None:
    (found,) = [p for p in json.loads(tth("plugins", "--json")[1])["plugins"] if p["distribution"] == "tth-demo"]
    assert found["version"] == "1.0"
    assert [offer["name"] for offer in found["offers"]] == ["demo_llm", "demo_tts", "demo_absent"]
    assert found["profiles"] == ["demo"]
    assert (found["set_aside"], found["refused"]) == (None, [])


def test_strict_plugins_stops_at_a_broken_one(demo: Path, tth: Run) -> None:
    (demo / "demo_plugin.py").write_text("raise OSError('no licence')\n")
    status, out, err = tth("plugins", "--strict-plugins")
    assert (status, out) == (1, "")
    assert err.startswith("error: plugin ")

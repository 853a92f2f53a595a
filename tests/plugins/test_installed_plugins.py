"""Plugins as strangers install them: with pip, into a folder of their own, run by a real ``tth``."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

BAD = {
    "tth-raising": "raise OSError('no licence')\n",
    "tth-misspelt": "from tth import hookimpl\n\n@hookimpl\ndef register_ttss(register):\n    pass\n",
    "tth-taken": (
        "from tth import hookimpl\n\n@hookimpl\ndef register_tts(register):\n"
        "    register('beep', 'tth_taken:Beep')\n    register('boop', 'tth_taken:Boop')\n"
    ),
}

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1"

[project.entry-points.tth]
{module} = "{module}"

[tool.hatch.build.targets.wheel]
only-include = ["{module}.py"]
"""

pytestmark = pytest.mark.process


def run(*args: object, site: Path | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TTH_")}
    if site is not None:
        environ["PYTHONPATH"] = str(site)
    command = [sys.executable, *map(str, args)]
    return subprocess.run(command, env=environ, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def tth(site: Path, *args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run("-c", "import sys; from tth.cli import main; sys.exit(main())", *args, site=site, cwd=cwd)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's plugin and three bad ones, installed by pip."""
    folder = tmp_path_factory.mktemp("plugins")
    sources = [ROOT / "plugins" / "tth-beep"]
    for name, code in BAD.items():
        module = name.replace("-", "_")
        package = folder / "sources" / name
        package.mkdir(parents=True)
        (package / "pyproject.toml").write_text(PYPROJECT.format(name=name, module=module))
        (package / f"{module}.py").write_text(code)
        sources.append(package)
    target = folder / "site"
    options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    installed = run("-m", "pip", "install", *options, "--target", target, *sources)
    assert installed.returncode == 0, installed.stderr
    return target


@pytest.fixture(scope="module")
def listed(site: Path) -> dict[str, dict[str, Any]]:
    """What ``tth plugins --json`` says, by distribution."""
    told = tth(site, "plugins", "--json")
    assert told.returncode == 0, told.stderr
    return {plugin["distribution"]: plugin for plugin in json.loads(told.stdout)["plugins"]}


def test_the_tutorials_plugin_is_there_by_being_installed(listed: dict[str, dict[str, Any]]) -> None:
    beep = listed["tth-beep"]
    assert (beep["version"], beep["set_aside"], beep["refused"]) == ("1.0.0", None, [])
    assert [(offer["kind"], offer["name"]) for offer in beep["offers"]] == [("tts", "beep")]


def test_one_that_raises_and_one_that_is_misspelt_are_set_aside_with_their_reasons(
    listed: dict[str, dict[str, Any]],
) -> None:
    assert listed["tth-raising"]["set_aside"] == "OSError: no licence (tth_raising.py, line 1)"
    assert listed["tth-misspelt"]["set_aside"].startswith(
        "no hook named 'register_ttss'; did you mean register_tts? It may be "
    )


def test_a_taken_name_is_refused_and_the_rest_of_that_plugin_stays(listed: dict[str, dict[str, Any]]) -> None:
    taken = listed["tth-taken"]
    assert taken["refused"] == ["the tts adapter name 'beep' of tth-taken is taken by tth-beep; choose another name"]
    assert [offer["name"] for offer in taken["offers"]] == ["boop"]


def test_the_list_for_people_shows_the_reasons_too(site: Path) -> None:
    told = tth(site, "plugins").stdout
    assert "  tth_raising (tth-raising 0.1): OSError: no licence (tth_raising.py, line 1)\n" in told
    assert "  tth_taken (tth-taken 0.1): the tts adapter name 'beep' of tth-taken is taken by tth-beep" in told


def test_a_profile_chooses_the_plugin_by_its_name(site: Path, tmp_path: Path) -> None:
    (tmp_path / "beeps.yaml").write_text("extends: offline_mock\ncomponents: {tts: {primary: beep, pitch_hz: 880}}\n")
    (tmp_path / "wrong.yaml").write_text("extends: offline_mock\ncomponents: {tts: {primary: beep, pitch: 880}}\n")
    assert tth(site, "profiles", "check", "beeps.yaml", cwd=tmp_path).stdout == "beeps.yaml: fine\n"
    wrong = tth(site, "profiles", "check", "wrong.yaml", cwd=tmp_path)
    assert wrong.returncode == 1
    assert "wrong.yaml:2: components.tts.pitch: no such option; did you mean pitch_hz?" in wrong.stderr


def test_the_plugins_own_tests_pass_against_the_installed_package(site: Path, tmp_path: Path) -> None:
    tests = ROOT / "plugins" / "tth-beep"
    told = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tests, tests, site=site, cwd=tmp_path)
    assert told.returncode == 0, told.stdout

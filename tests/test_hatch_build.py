"""What the build does with the libraries that show model files."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def build() -> ModuleType:
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of which only what the build reads is there."""
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def test_each_library_comes_with_its_licence(build: ModuleType) -> None:
    folders = {target.split("/")[0] for target in build.FILES.values()}
    assert {f"{folder}/LICENSE" for folder in folders} <= set(build.FILES.values())


def test_modules_find_three_without_an_import_map(build: ModuleType, tmp_path: Path) -> None:
    for source in build.FILES:
        file = tmp_path / "packages" / source
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("import{A}from\"three\";\nimport { B } from 'three';\nimport { C } from './three.core.js';\n")
    build.lay_out(tmp_path / "packages", tmp_path / "vendor")
    for target in build.FILES.values():
        _, first, second, third = (tmp_path / "vendor" / target).read_text().replace("{A}", "").split("import")
        path = first.split('"')[1]
        assert second.split("'")[1] == path
        assert third.split("'")[1] == "./three.core.js"
        assert path.startswith(("./", "../"))
        assert (tmp_path / "vendor" / target).parent.joinpath(path).resolve() == (
            tmp_path / "vendor" / "three" / "three.module.js"
        )


def test_without_npm_the_build_says_so_and_what_was_there_stays(
    build: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = project / build.VENDOR / "three" / "three.module.js"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(build.Missing, match=r"npm is not here; install Node\.js, then install tth again"):
        build.bring(project)
    assert old.read_text() == "old"


def test_an_npm_that_fails_is_quoted(build: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = project / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error no network' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{project}:/usr/bin:/bin")
    with pytest.raises(build.Missing, match="npm failed: npm error no network"):
        build.bring(project)
    assert not (project / build.VENDOR).exists()


def test_what_is_there_in_the_locked_versions_is_not_fetched_again(
    build: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / build.VENDOR).mkdir(parents=True)
    (project / build.VENDOR / build.STAMP).write_text(build._fingerprint(project) + "\n")
    monkeypatch.setenv("PATH", str(project))
    build.bring(project)
    (project / "package-lock.json").write_text("{}")
    with pytest.raises(build.Missing):
        build.bring(project)


def test_the_lock_file_pins_what_is_shipped_and_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "://" not in "".join(line for line in lock.splitlines() if '"url"' not in line)

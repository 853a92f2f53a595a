"""The folder of models, and what in it counts as one."""

from pathlib import Path

import pytest

from tth.config.models import MOST_BYTES, is_model_name, list_models, models_folder
from tth.config.settings import Settings
from tth.config.sources import Sources


def test_models_lie_in_the_persons_own_folder_unless_a_setting_names_another(sources: Sources, home: Path) -> None:
    assert models_folder(Settings(), sources) == sources.folders[0].models
    assert models_folder(Settings(models="./mine"), sources) == Path("mine")
    assert models_folder(Settings(models="~/mine"), sources) == Path.home() / "mine"


@pytest.mark.parametrize("name", ["a.glb", "A b.VRM", "ä.b.vrm"])
def test_a_file_of_either_ending_is_a_model(name: str) -> None:
    assert is_model_name(name)


@pytest.mark.parametrize(
    "name", ["", ".glb", ".a.glb", "a.gltf", "b/a.glb", "..\\a.glb", "a.glb/", "a.glb\n", "a\0.glb"]
)
def test_a_path_a_hidden_file_or_another_kind_is_none(name: str) -> None:
    assert not is_model_name(name)


def test_models_are_listed_by_name_and_nothing_else_of_their_folder_is(tmp_path: Path) -> None:
    for name in ("b.vrm", "a.glb", "notes.txt", ".c.glb"):
        (tmp_path / name).write_bytes(b"glTF")
    (tmp_path / "d.glb").mkdir()
    assert list_models(tmp_path) == ["a.glb", "b.vrm"]
    assert list_models(tmp_path / "none") == []


def test_what_cannot_be_sent_is_not_listed(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (tmp_path / "away.glb").write_bytes(b"glTF")
    (folder / "a.glb").write_bytes(b"glTF")
    (folder / "inside.glb").symlink_to(folder / "a.glb")
    (folder / "outside.glb").symlink_to(tmp_path / "away.glb")
    (folder / "nowhere.glb").symlink_to(tmp_path / "gone.glb")
    (folder / "empty.glb").touch()
    for name, more in (("most.glb", 0), ("large.glb", 1)):
        with (folder / name).open("wb") as file:
            file.truncate(MOST_BYTES + more)
    assert list_models(folder) == ["a.glb", "inside.glb", "most.glb"]
    (tmp_path / "link").symlink_to(folder)
    assert list_models(tmp_path / "link") == ["a.glb", "inside.glb", "most.glb"]

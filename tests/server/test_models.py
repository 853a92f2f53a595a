"""Avatars from files: listed, sent as they are, and nothing beside them."""

import pytest

from tests.server.peer import fetch, serving
from tth.config.models import MOST_BYTES
from tth.server.app import WEB

pytestmark = pytest.mark.asyncio


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    models = tmp_path / "models"
    models.mkdir()
    (models / "Pip 2.glb").write_bytes(b"glTF and so on")
    (models / "notes.txt").write_text("no model")
    (models / "away.glb").symlink_to(tmp_path / "secret.txt")
    return models


async def test_the_models_of_the_folder_are_listed_and_sent_only_once(folder) -> None:
    async with serving(f"models={folder}") as site:
        listed = (await fetch(site.base, "GET", "/v1/faces")).json
        assert "Pip 2.glb" in listed["models"]
        assert "notes.txt" not in listed["models"]
        assert listed["drawable"] is (WEB / "vendor" / "three").is_dir()
        answer = await fetch(site.base, "GET", "/models/Pip%202.glb")
        assert (answer.status, answer.body) == (200, b"glTF and so on")
        assert answer.headers["content-type"] == "model/gltf-binary"
        assert answer.headers["cache-control"] == "no-cache"
        again = await fetch(site.base, "GET", "/models/Pip%202.glb", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status, again.body) == (304, b"")


async def test_nothing_else_of_the_folder_or_outside_is_sent(folder) -> None:
    async with serving(f"models={folder}") as site:
        for name in (
            "notes.txt",
            "none.glb",
            "away.glb",
            "..%2Fsecret.txt",
            "%2e%2e/secret.txt",
            "",
            "..%5Csecret.glb",
        ):
            assert (await fetch(site.base, "GET", f"/models/{name}")).status == 404


async def test_a_folder_that_is_not_there_has_no_models(tmp_path) -> None:
    async with serving(f"models={tmp_path / 'none'}") as site:
        assert (await fetch(site.base, "GET", "/v1/faces")).json["models"] == []
        assert (await fetch(site.base, "GET", "/models/a.glb")).status == 404


async def test_a_server_with_a_key_keeps_its_models_to_those_who_have_it(folder) -> None:
    async with serving("api_key=sesame", f"models={folder}") as site:
        for path in ("/v1/faces", "/models/Pip%202.glb"):
            assert (await fetch(site.base, "GET", path)).status == 401
            assert (await fetch(site.base, "GET", path, headers={"X-API-Key": "sesame"})).status == 200


async def test_a_model_that_no_page_reads_is_not_sent(folder) -> None:
    with (folder / "large.glb").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    async with serving(f"models={folder}") as site:
        answer = await fetch(site.base, "GET", "/models/large.glb")
        assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
        assert "large.glb has more than 50 MB" in answer.json["error"]["message"]
        assert (await fetch(site.base, "GET", "/v1/faces")).json["models"] == ["Pip 2.glb"]

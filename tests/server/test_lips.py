"""The lip-sync model is there for the page."""

from importlib.resources import files

import pytest

from tests.server.peer import fetch

SHIPPED = files("tth.face.lipsync") / "lips.npz"

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not SHIPPED.is_file(), reason="no model is here; make lipsync-model makes it"),
]


async def test_the_model_is_served_as_it_ships_and_sent_only_once(site) -> None:
    answer = await fetch(site.base, "GET", "/lips.npz")
    assert (answer.status, answer.body) == (200, SHIPPED.read_bytes())
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-cache"
    again = await fetch(site.base, "GET", "/lips.npz", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_nothing_else_beside_the_model_is_served(site) -> None:
    for path in ("/reader.py", "/lipsync/reader.py", "/lips.npz/../reader.py"):
        assert (await fetch(site.base, "GET", path)).status == 404

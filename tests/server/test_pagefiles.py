"""The page's files come from memory, and are those on the disk."""

from __future__ import annotations

import os

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from tth.server.pagefiles import MOST_BYTES, PageFiles


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "index.html").write_text("<title>a page</title>")
    (tmp_path / "js" / "main.js").write_text("one")
    return tmp_path


@pytest.fixture
def client(folder):
    with TestClient(Starlette(routes=[Mount("/", PageFiles(str(folder)))])) as client:
        yield client


def test_the_second_answer_is_the_first_one_again(client) -> None:
    for path, body, kind in (("/", "<title>a page</title>", "text/html"), ("/js/main.js", "one", "text/javascript")):
        first, second = client.get(path), client.get(path)
        assert (first.status_code, first.text) == (200, body)
        assert first.headers["content-type"].startswith(kind)
        assert (second.status_code, second.content, second.headers) == (200, first.content, first.headers)


def test_a_file_that_was_read_is_not_opened_again_until_it_changes(client, folder) -> None:
    path = folder / "js" / "main.js"
    client.get("/js/main.js")
    before = path.stat()
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert client.get("/js/main.js").text == "one"  # nothing tells that it is another one
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert client.get("/js/main.js").text == "two"
    path.unlink()
    assert client.get("/js/main.js").status_code == 404


def test_a_page_that_has_it_is_told_that_it_is_the_same(client) -> None:
    client.get("/js/main.js")
    first = client.get("/js/main.js")
    again = client.get("/js/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/js/main.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_parts_heads_and_large_files_come_from_the_disk(client, folder) -> None:
    (folder / "large.bin").write_bytes(bytes(MOST_BYTES + 1))
    for _ in range(2):
        assert client.get("/js/main.js", headers={"Range": "bytes=1-"}).text == "ne"
        assert client.head("/js/main.js").headers["content-length"] == "3"
        assert len(client.get("/large.bin").content) == MOST_BYTES + 1


@pytest.mark.parametrize("path", ["/js", "/none.js", "/../secret", "/js/%2e%2e/%2e%2e/secret", "/js/%00"])
def test_what_is_not_there_is_not_there_twice(client, folder, path) -> None:
    (folder.parent / "secret").write_text("secret")
    for _ in range(2):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "secret" not in answer.text
    assert client.post("/js/main.js").status_code == 405

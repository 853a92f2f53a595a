"""The page's files, out of memory: a page asks for a hundred of them before its face can be seen."""

from __future__ import annotations

import os
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

MOST_BYTES = 256 << 10
"""Larger files are read from the disk each time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was when it was read; ``stamp`` tells whether it still is."""

    path: str
    stamp: tuple[int, int]
    body: bytes
    headers: dict[str, str]


class PageFiles(StaticFiles):
    """Like its base class, which opens each file in a thread at each request and takes four times as long.

    A file that was changed is read again; what is kept is bounded by what is there.
    """

    def __init__(self, directory: str) -> None:
        super().__init__(directory=directory, html=True)
        self._kept: dict[str, Kept] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file of that path, from memory where it is there as it was read."""
        headers = Headers(scope=scope)
        if scope["method"] != "GET" or "range" in headers:
            return await super().get_response(path, scope)
        kept = self._kept.get(path)
        if kept is None or _stamp(kept.path) != kept.stamp:
            self._kept.pop(path, None)
            response = await super().get_response(path, scope)
            if isinstance(response, FileResponse) and response.status_code == 200:
                self._keep(path, response)
            return response
        found = Response(kept.body, headers=kept.headers)
        return NotModifiedResponse(found.headers) if self.is_not_modified(found.headers, headers) else found

    def _keep(self, path: str, response: FileResponse) -> None:
        file = os.fspath(response.path)
        stamp = _stamp(file)
        if stamp is None or stamp[1] > MOST_BYTES:
            return
        with open(file, "rb") as opened:
            body = opened.read()
        if len(body) == stamp[1] == int(response.headers["content-length"]):
            self._kept[path] = Kept(file, stamp, body, dict(response.headers))


def _stamp(path: str) -> tuple[int, int] | None:
    """When the file was changed, in ns, and its size; ``None`` where it is gone."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size

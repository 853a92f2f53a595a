"""Draw the documentation's pictures of faces: contact sheets, a film strip, the page on large and small screens."""

from __future__ import annotations

import argparse
import base64
import functools
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tools.gallery import film, pages, talking
from tools.gallery.sheets import Sheet, sheets

WEB = Path(__file__).parents[2] / "tth" / "web"
DRAW = (Path(__file__).parent / "draw.js").read_text(encoding="utf-8")
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
CHROMIUM = os.environ.get("TTH_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
RENDERER = "/js/face/sculpted/face.js"
QUALITY = 0.86


class Quiet(SimpleHTTPRequestHandler):
    """Serves the page's modules and writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def modules() -> Iterator[str]:
    """The address of the page's modules."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(WEB)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def draw(browser: Any, address: str, sheet: Sheet, folder: Path) -> str:
    """Draw a contact sheet; gives the file's name."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{address}/js/face/arkit.js")
    given = {"sheet": asdict(sheet), "renderer": RENDERER, "quality": QUALITY}
    picture = base64.b64decode(page.evaluate(DRAW, given))
    page.close()
    name = f"{sheet.name}.jpg"
    (folder / name).write_bytes(picture)
    return name


def launch(playwright: Any, *flags: str) -> Any:
    """Start a browser."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])


def main() -> int:
    """Draw all pictures, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tools.gallery", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="visemes, emotions, personas, states, weights, filmstrip, pages, talking; all"
    )
    parser.add_argument("--to", type=Path, default=Path("docs/images"), help="folder; docs/images where none is given")
    given = parser.parse_args()
    if not CHROMIUM:
        print("no chromium found; install it or set TTH_CHROMIUM to its path", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    given.to.mkdir(parents=True, exist_ok=True)
    names = set(given.names) or {*(sheet.name for sheet in sheets()), "filmstrip", "pages", "talking"}
    with sync_playwright() as playwright, modules() as address:
        browser = launch(playwright)
        for sheet in sheets():
            if sheet.name in names:
                print(draw(browser, address, sheet, given.to), flush=True)
        if "filmstrip" in names:
            print(draw(browser, address, film.strip(), given.to), flush=True)
        if "pages" in names:
            for name in pages.take(browser, given.to):
                print(name, flush=True)
        browser.close()
        if "talking" in names:
            for name in talking.take(functools.partial(launch, playwright), given.to):
                print(name, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

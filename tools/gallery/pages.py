"""Pictures of the page itself, from a server that runs the offline profile."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
QUALITY = 86

# The page draws as finely as the machine lets it; a picture can wait until it is drawn as finely as can be.
FINE = """async ([palette, scheme]) => {
  const { create } = await import("/js/face/sculpted/face.js");
  const layer = document.createElement("div");
  layer.className = "layer";
  document.querySelector("#face").append(layer);
  window.fine = create(layer, { palette, scheme });
  await fine.ready;
}"""
DRAW = """() => {
  fine.frame(document.querySelector("#room").getBoundingClientRect());
  fine.resize();
  fine.draw(tthDebug.stage.pose, 1);
}"""


@contextmanager
def printing(*arguments: str) -> Iterator[str]:
    """The address that this command of ``tth`` prints, for as long as it runs."""
    command = [str(Path(sys.executable).with_name("tth")), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            for line in server.stdout:
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    break
        finally:
            server.terminate()


def take(browser: Any, folder: Path) -> Iterator[str]:
    """Take the pictures; yields the name of each."""
    with printing("serve", "--profile", "offline", "--port", "0") as address:
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto(f"{address}?debug=1")
                page.wait_for_selector('#state[data-state="ready"]')
                until(page, "tthDebug.stage.renderer === 'sculpted'")
                page.evaluate("document.querySelector('#debug').style.display = 'none'")
                page.evaluate(FINE, ["mira", scheme])
                page.fill("#text", "Hello, who are you?")
                page.press("#text", "Enter")
                until(page, "tthDebug.player.position().unit > 40000")
                until(page, "tthDebug.stage.pose.weights[17] > 0.25 && tthDebug.stage.pose.weights[0] < 0.15")
                page.evaluate(DRAW)
                name = f"page-{size}-{scheme}.jpg"
                page.screenshot(path=folder / name, type="jpeg", quality=QUALITY)
                page.close()
                yield name


def until(page: Any, claim: str) -> None:
    """Wait for a claim about the page; Playwright's own waiting needs the eval that the policy forbids."""
    for _ in range(1500):
        if page.evaluate(claim):
            return
        page.wait_for_timeout(20)
    raise TimeoutError(f"not within 30 s: {claim}")

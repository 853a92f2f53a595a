"""`make sync`: ten minutes of speech with every shock again and again.

A table at the end says how far mouth and sound were apart; the program fails where a figure does not hold.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, ThreadServer
from tests.sync.bursts import Bursts
from tests.sync.course import PAGE, SIZE, WORDS, Course, round_of_shocks
from tests.sync.verdict import figures, table
from tests.web.fake_server import Behaviour, make_app

ROUND_S = 40.0


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The address of a fake server."""
    server = ThreadServer(uvicorn.Config(make_app(behaviour), port=0, ws="websockets-sansio", log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        server.listening.wait(10)
        yield server.address
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def course() -> Iterator[Course]:
    """A page at the start."""
    behaviour = Behaviour(answer=WORDS, talk=Bursts)
    with serving(behaviour) as address, sync_playwright() as playwright:
        flags = [*FLAGS, "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM or None, args=flags)
        page = browser.new_context(viewport=SIZE).new_page()
        page.goto(f"{address}/{PAGE}")
        page.wait_for_selector('#state[data-state="ready"]')
        made = Course(page, behaviour)
        made.begin()
        yield made
        browser.close()


def main() -> int:
    """Run; 1 where a figure does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.sync", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="how long; 10 where it is not given")
    minutes = parser.parse_args().minutes
    with course() as made:
        began_ms = made.now()
        rounds = 0
        while made.now() - began_ms < minutes * 60_000 - ROUND_S * 500:
            rounds += 1
            print(f"round {rounds}", file=sys.stderr)
            round_of_shocks(made, ROUND_S)
        found = figures(made)
    print(table(found))
    return int(any(not figure.holds for figure in found))


if __name__ == "__main__":
    sys.exit(main())

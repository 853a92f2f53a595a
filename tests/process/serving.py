"""``tth serve`` as a process of its own."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tests.server.peer import Site, fetch_now

TTH = str(Path(sys.executable).with_name("tth"))
START_S = 60
"""A bound that only a server which never starts exceeds."""


class Served:
    """A running ``tth serve``."""

    def __init__(self, process: subprocess.Popen, errors: Path, said: str) -> None:
        self.process = process
        self.errors = errors
        self.said = said
        self.base = next(word for word in said.split() if word.startswith("http://")).rstrip("/")
        self.site = Site(None, self.base)

    def get(self, path):
        return fetch_now(self.base, "GET", path)

    def signal(self, number) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """Ask it to stop; gives its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        return self.process.wait(START_S)

    @property
    def log(self) -> list[str]:
        return self.errors.read_text().splitlines()

    @property
    def entries(self) -> list[dict]:
        return [json.loads(line) for line in self.log]


def environment(folder: Path, **variables: str) -> dict[str, str]:
    (folder / "config").mkdir(exist_ok=True)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TTH_")}
    return plain | {"TTH_CONFIG_DIR": str(folder / "config"), "PYTHONWARNINGS": "default"} | variables


def command(*args: str, profile: str = "offline_mock") -> list[str]:
    return [TTH, "serve", "--profile", profile, *args]


@contextmanager
def served(folder: Path, *args: str, **variables: str):
    errors = folder / "stderr"
    with errors.open("w") as sink:
        process = subprocess.Popen(
            command("--port", "0", *args),
            stdout=subprocess.PIPE,
            stderr=sink,
            env=environment(folder, **variables),
            cwd=folder,
        )
    try:
        yield Served(process, errors, _first_line(process, errors))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _first_line(process: subprocess.Popen, errors: Path) -> str:
    os.set_blocking(process.stdout.fileno(), False)
    until, said = time.monotonic() + START_S, b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while b"\n" not in said:
            if not selector.select(until - time.monotonic()) or not (more := process.stdout.read()):
                raise AssertionError(f"no address was printed: {said!r} {errors.read_text()}")
            said += more
    return said.decode()

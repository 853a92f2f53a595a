"""A command in a terminal of its own, with somebody at the keys."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.process.serving import START_S, environment

CTRL_C, CTRL_D = "\x03", "\x04"

# Only a terminal that rules its session turns Ctrl-C into a signal.
RUN = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from tth.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Terminal:
    """What is on the screen, and the keys."""

    def __init__(self, process: subprocess.Popen[bytes], fd: int) -> None:
        self.process = process
        self.screen = ""
        self._fd = fd

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def until(self, text: str) -> str:
        """Read until ``text`` comes; gives what came with it."""
        before, limit = len(self.screen), time.monotonic() + START_S
        while text not in self.screen[before:]:
            if not select.select([self._fd], [], [], limit - time.monotonic())[0] or not self._read():
                raise AssertionError(f"{text!r} did not come: {self.screen!r}")
        return self.screen[before:]

    def end(self) -> int:
        """Read to the end; gives the exit status."""
        while self._read():
            pass
        return self.process.wait(START_S)

    def _read(self) -> bool:
        try:
            said = os.read(self._fd, 4096)
        except OSError:  # Linux says so when the other side has gone
            return False
        self.screen += said.decode().replace("\r\n", "\n")
        return bool(said)


@contextmanager
def terminal(folder: Path, *args: str) -> Iterator[Terminal]:
    """Run ``tth`` with ``args``."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(folder, NO_COLOR="1"),
        cwd=folder,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)

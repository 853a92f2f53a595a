"""``tth serve`` in a process of its own."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(*options: str) -> Iterator[str]:
    """Give its address; at the end it must stop as it should."""
    command = [str(Path(sys.executable).with_name("tth")), "serve", "--port", "0", "--log-level", "warning", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"no address in {line!r}"
        yield found.group().rstrip("/")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

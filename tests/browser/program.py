"""``tth`` in a process of its own: ``tth serve``, ``tth emulate``."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TTH = str(Path(sys.executable).with_name("tth"))


@contextmanager
def program(*arguments: str, **variables: str) -> Iterator[str]:
    """Give the address that it prints; at the end it must stop as it should."""
    with subprocess.Popen(
        [TTH, *arguments], stdout=subprocess.PIPE, text=True, env={**os.environ, **variables}
    ) as process:
        try:
            said = ""
            while not (found := re.search(r"(?:http://)?(?:\d+\.){3}\d+:\d+", said)):
                line = process.stdout.readline()
                assert line, f"no address in {said!r}"
                said += line
            yield found.group()
        except BaseException:
            process.kill()
            raise
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@contextmanager
def running(*options: str, **variables: str) -> Iterator[str]:
    """``tth serve`` with these options."""
    with program("serve", "--port", "0", "--log-level", "warning", *options, **variables) as address:
        yield address

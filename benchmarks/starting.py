"""What it costs to start: interpreter, imports, help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure, Goal

_REPORT = """
import time
cpu_ms = time.process_time() * 1000
import psutil
print(cpu_ms, psutil.Process().memory_info().rss / 1e6)
"""

NOTHING = ""
SESSION = "import tth.session.session"
OFFLINE = """
import tth.session.session
from benchmarks.offline import shipped
registry, profile = shipped("offline")
for kind, components in profile.components.items():
    registry.resolve(kind, components[0].name).adapter_class()
"""
ALONE = """
from tth.plugins import entry_points
found = entry_points.find_entry_points()
entry_points.find_entry_points = lambda: [each for each in found if each.dist.name == "tth"]
"""
HELP = """
import contextlib, io
import tth.cli
with contextlib.redirect_stdout(io.StringIO()):
    tth.cli.main(["--help"])
"""


def cost(code: str, rounds: int) -> tuple[float, float]:
    """CPU milliseconds and resident megabytes of a process that runs ``code``, the least of ``rounds``."""
    seen = []
    for _ in range(rounds):
        out = subprocess.run(
            [sys.executable, "-c", code + _REPORT], check=True, capture_output=True, text=True, env={"PATH": ""}
        )
        cpu_ms, resident_mb = out.stdout.splitlines()[-1].split()
        seen.append((float(cpu_ms), float(resident_mb)))
    return min(cpu for cpu, _ in seen), min(size for _, size in seen)


def measure(*, quick: bool) -> Iterator[Figure]:
    """Fresh processes."""
    rounds = 3 if quick else 7
    bare_ms, bare_mb = cost(NOTHING, rounds)
    session_ms, session_mb = cost(SESSION, rounds)
    offline_ms, offline_mb = cost(OFFLINE, rounds)
    help_ms, help_mb = cost(ALONE + HELP, rounds)
    helped_ms, _ = cost(HELP, rounds)
    for what, value, floor, unit, goal in (
        ("tth --help, CPU", help_ms, bare_ms, "ms", Goal(150)),
        ("tth --help with the tutorial's plugin, CPU", helped_ms, bare_ms, "ms", None),
        ("tth --help, memory", help_mb, bare_mb, "MB", None),
        ("import of the session, CPU", session_ms, bare_ms, "ms", None),
        ("import of the session, memory", session_mb, bare_mb, "MB", None),
        ("what an offline session needs, CPU", offline_ms, bare_ms, "ms", Goal(300)),
        ("what an offline session needs, memory", offline_mb, bare_mb, "MB", Goal(60)),
    ):
        yield Figure(
            part="Start", what=what, value=value, floor=floor, unit=unit, goal=goal, note="floor: Python alone"
        )

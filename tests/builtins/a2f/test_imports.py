"""gRPC and protobuf are imported by whoever makes this face, and by nobody else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process


def imported(code: str) -> set[str]:
    """Packages that are there after ``code`` ran in a fresh interpreter."""
    ending = "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + ending], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


RESOLVE = """
from tth.config.profiles import resolve_profile
from tth.config.sources import read_sources
from tth.plugins.loader import load_plugins
from tth.session.casting import Casting
registry = load_plugins()
profile = resolve_profile({name!r}, read_sources(), registry)
cast = Casting(registry).cast(profile)
"""


@pytest.mark.parametrize("name", ["offline_mock", "offline+a2f"])
def test_a_profile_is_checked_without_them(name):
    assert imported(RESOLVE.format(name=name)).isdisjoint({"grpc", "google"})


def test_making_the_face_brings_them():
    assert {"grpc", "google"} <= imported(RESOLVE.format(name="offline+a2f") + "cast.rungs[0].make()")

"""Each dialogue is read once for all tests."""

from functools import cache

import pytest

from tth.builtins.scripted import mind
from tth.builtins.scripted.script import load_script

load_once = cache(load_script)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mind, "load_script", load_once)

"""Random conversations under random faults: whatever the server does, a session keeps its promises.

``TTH_SCHEDULES=10000`` runs so many; ``TTH_SCHEDULES_FROM`` begins at another seed.
"""

from __future__ import annotations

import os

import pytest

from tests.schedules.schedule import Schedule
from tth.testing.clock import run

COUNT = int(os.environ.get("TTH_SCHEDULES", "200"))
FIRST = int(os.environ.get("TTH_SCHEDULES_FROM", "0"))
BATCH = 100


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, BATCH))
def test_promises_are_kept_under_every_schedule(first):
    broken = {}
    for seed in range(first, min(first + BATCH, FIRST + COUNT)):
        schedule = Schedule(seed)
        run(schedule.main())
        if schedule.problems:
            broken[seed] = schedule.problems
    assert broken == {}

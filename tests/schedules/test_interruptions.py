"""What the server is told of an interruption is what the person heard, by a client that reports late."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.schedules.schedule import stage, truncation_problems
from tth.testing.clock import run

INTERRUPTS = 500
PER_SESSION = 25
WORDS = " ".join(["one two three four five six seven eight nine ten"] * 2)


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


async def first_sound(made, turn):
    while turn.id not in made.sink.turns or made.sink.turns[turn.id].began is None:  # noqa: ASYNC110  # virtual time
        await asyncio.sleep(0.01)


def test_500_interruptions_are_told_within_60_ms_of_what_was_played():
    rng = random.Random(7)
    counts = {"conversation.item.truncate": 0, "conversation.item.delete": 0}

    async def main():
        async with stage(delay_s=rng.uniform(0.0, 0.4), pace=rng.choice((0.0, 2.0, 8.0))) as made:
            for _ in range(PER_SESSION):
                turn = made.session.say(WORDS)
                if rng.random() < 0.9:
                    await first_sound(made, turn)
                    await asyncio.sleep(rng.uniform(0.0, 5.0))
                else:
                    await asyncio.sleep(rng.uniform(0.0, 1.0))
                made.session.interrupt()
                await turn.wait()
                await asyncio.sleep(0.6)
            (record,) = made.emulator.records
            assert truncation_problems(record, made.sink) == []
            assert record.of("error") == []
            for kind in counts:
                counts[kind] += len(record.asked(kind))
            items = [event["item_id"] for kind in counts for event in record.asked(kind)]
            assert len(items) == len(set(items)), "each item is told once"

    for _ in range(INTERRUPTS // PER_SESSION):
        run(main())
    assert counts["conversation.item.truncate"] > INTERRUPTS * 0.8
    assert sum(counts.values()) <= INTERRUPTS, counts

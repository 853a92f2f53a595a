"""Each fault at each event of a recorded turn: it is answered once, or ends with its reason; the next is answered."""

from __future__ import annotations

import asyncio

import pytest

from tests.schedules.schedule import kept_of, stage
from tth.core.events import TextDeltaEvent
from tth.emulators.openai.faults import Fault
from tth.errors import AdapterError
from tth.testing.clock import run

TEXT = "one two"
WHOLE = f"You said: {TEXT}"

FAULTS = {
    "broken off": {"drop": 1006},
    "gone away": {"drop": 1001},
    "failed": {"drop": 1011},
    "restarted": {"drop": 1012},
    "overloaded": {"drop": 1013},
    "closed": {"drop": 1000},
    "stalled": {"delay_s": 1000.0},
    "late": {"delay_s": 1.0},
    "left out": {"omit": True},
    "said twice": {"repeat": 1},
    "garbage": {"garbage": "%$!"},
}


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def recorded():
    """The types of the server's events in a turn without faults."""
    kinds = []

    async def main():
        async with stage() as made:
            await made.session.say(TEXT).wait()
            kinds.extend(kind for kind, _ in made.emulator.records[0].sent)

    run(main())
    return kinds


@pytest.mark.parametrize("name", FAULTS)
def test_a_turn_is_answered_once_or_ends_with_its_reason(name):
    kinds = recorded()
    first_sound = kinds.index("response.output_audio.delta") + 1

    async def at(event):
        fault = Fault(event=event, connection=1, times=1, **FAULTS[name])
        async with stage([fault]) as made:
            async with asyncio.timeout(60):
                turn = made.session.say(TEXT)
                ending = await turn.wait()
            said = "".join(e.token for e in made.sink.seen if isinstance(e, TextDeltaEvent) and e.turn_id == turn.id)
            if event < first_sound and name != "left out":
                assert ending.status == "completed"
            assert ending.status == "completed" or (ending.status == "incomplete" and ending.reason)
            if ending.status == "completed" and name != "left out":
                assert ending.text.strip() == kept_of(made, turn.id) == WHOLE
            assert said.count("You") <= 2, "asked once more at most"
            async with asyncio.timeout(60):
                again = await made.session.say("again").wait()
            assert (again.status, again.text.strip()) == ("completed", "You said: again")
            await asyncio.sleep(1)
            made.sink.witness.finish()
            assert made.sink.witness.broken == []

    for event in range(1, len(kinds) + 1):
        try:
            run(at(event))
        except BaseException as error:
            raise AssertionError(f"{name} at event {event}, {kinds[event - 1]}") from error


@pytest.mark.parametrize("kind", ["session.update", "conversation.item.create", "response.create"])
@pytest.mark.parametrize("code", ["invalid_value", "server_error", "rate_limit_exceeded", "insufficient_quota", "odd"])
def test_a_refused_request_ends_in_an_answer_or_a_reason_and_never_in_silence(kind, code):
    async def main():
        fault = Fault(on=kind, nth=1, connection=1, times=1, refuse=code)
        if kind == "session.update" and code not in ("server_error", "rate_limit_exceeded"):
            with pytest.raises(AdapterError, match=code):
                async with stage([fault]):
                    pass
            return
        async with stage([fault]) as made:
            async with asyncio.timeout(60):
                ending = await made.session.say(TEXT).wait()
            told = getattr(ending, "message", "") or getattr(ending, "reason", "")
            assert getattr(ending, "status", "") == "completed" or code in told
            async with asyncio.timeout(60):
                again = await made.session.say("again").wait()
            assert again.text.strip() == "You said: again"

    run(main())

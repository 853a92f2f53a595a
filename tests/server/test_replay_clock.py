"""The clock of a replay, on virtual time: it goes at the pace of the recording, and stands while nobody can follow."""

import asyncio

import pytest

from tth.core.bus import CLIENT_LIMITS
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ReplayEvent,
    SessionReadyEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
    WarningEvent,
)
from tth.observers.recording.recording import Recording
from tth.observers.recording.records import MAGIC, Head, encode_record
from tth.server.replaying import ReplaySession
from tth.session.cast import Cast
from tth.testing.clock import run
from tth.wire.native import PlayheadReport

NEAR = 0.05
HEAD = Head(session_id="s", profile="p", persona="q", began=0.0)
READY = SessionReadyEvent(session_id="s", profile="p", persona="q", components={})
SECOND = bytes(48_000)


def turn(**fields):
    return {"turn_id": "t1", "generation": 1, **fields}


@pytest.fixture
def record(tmp_path):
    def write(*steps):
        path = tmp_path / "a.tthrec"
        values = [(0.0, HEAD), (0.0, READY), *steps]
        path.write_bytes(MAGIC + b"".join(encode_record(round(at * 1e6), value) for at, value in values))
        return Recording(path)

    return write


def watch(recording, *, act=None, client=False, until=60.0, places=False):
    """When each event came, with a client that never reports or one that ``act`` plays."""

    async def main():
        loop = asyncio.get_running_loop()
        seen = []
        async with ReplaySession(recording, Cast(profile="p", persona="q"), session_id="r") as session:
            events = session.subscribe(CLIENT_LIMITS)
            began = loop.time()
            session.attach_client()
            if not client:
                session.detach_client()

            async def read() -> None:
                async for event in events:
                    if places or not isinstance(event, ReplayEvent):
                        seen.append((loop.time() - began, event))
                    if isinstance(event, WarningEvent):
                        return

            async with asyncio.timeout(until), asyncio.TaskGroup() as group:
                group.create_task(read())
                if act is not None:
                    await act(session)
        return seen

    return run(main())


def times(seen, *kinds):
    return [at for at, event in seen if isinstance(event, kinds)]


def test_events_come_when_they_came(record) -> None:
    due = [0.5, 0.7, 3.0, 3.001, 9.25]
    seen = watch(record(*((at, ErrorEvent(code="c", message=str(at))) for at in due)))
    found = times(seen, ErrorEvent)
    assert [event.message for _, event in seen if isinstance(event, ErrorEvent)] == [str(at) for at in due]
    assert all(0 <= at - wanted < NEAR for at, wanted in zip(found, due, strict=True))


SPOKEN = (
    (1.0, TurnStartedEvent(**turn(turn=1))),
    (1.0, AudioChunkEvent(**turn(data=SECOND * 2))),
    (1.0, TurnStateEvent(**turn(state="speaking"))),
    (3.0, TurnCompleteEvent(**turn(samples=48_000))),
)


def test_a_turn_that_is_heard_by_the_clock_ends_when_it_ended(record) -> None:
    (ended,) = times(watch(record(*SPOKEN)), TurnCompleteEvent)
    assert 3.0 <= ended < 4.0 + 2 * NEAR


def test_a_turn_is_not_over_before_a_client_that_was_late_has_heard_it(record) -> None:
    async def act(session):
        for _ in range(50):  # a page that was not clicked on yet
            await asyncio.sleep(0.1)
            session.report_playhead(1, 0, playing=False)
        for step in range(20):
            session.report_playhead(1, step * 2400, playing=True)
            await asyncio.sleep(0.1)
        session.report_playhead(1, 48_000, playing=False, ended=True)

    late = record(*SPOKEN, (3.5, ErrorEvent(code="c", message="next")))
    seen = watch(late, act=act, client=True)
    (ended,) = times(seen, TurnCompleteEvent)
    assert ended == pytest.approx(7.0, abs=2 * NEAR)
    assert [type(event) for _, event in seen][-2:] == [ErrorEvent, WarningEvent]


def test_the_clock_stands_while_it_is_paused_and_while_the_client_is_away(record) -> None:
    async def act(session):
        await asyncio.sleep(1)
        session.hold()
        await asyncio.sleep(10)
        session.resume()
        await asyncio.sleep(1)
        session.client_away()
        await asyncio.sleep(20)
        session.client_back()

    seen = watch(record((3.0, ErrorEvent(code="c", message="m"))), act=act)
    assert times(seen, ErrorEvent) == [pytest.approx(33.0, abs=3 * NEAR)]


def test_an_interrupted_turn_is_heard_as_far_as_it_was(record) -> None:
    steps = (*SPOKEN[:3], (2.0, TurnInterruptedEvent(**turn(samples=24_000))))

    async def act(session):
        await asyncio.sleep(2.5)  # this client begins late
        for step in range(12):
            session.report_playhead(1, step * 2400, playing=True)
            await asyncio.sleep(0.1)

    (ended,) = times(watch(record(*steps), act=act, client=True), TurnInterruptedEvent)
    assert ended == pytest.approx(3.5, abs=2 * NEAR)


def test_a_turn_that_was_held_is_held_at_the_same_word(record) -> None:
    steps = (
        *SPOKEN[:3],
        (1.2, PlayheadReport(turn=1, sample=0)),
        (2.0, TurnStateEvent(**turn(state="held"))),
        (4.0, TurnStateEvent(**turn(state="speaking"))),
        (5.2, TurnCompleteEvent(**turn(samples=48_000))),
    )
    at_hold = []

    async def act(session):
        await asyncio.sleep(1.5)
        played = 0
        while session.turn is not None:
            held = session._playhead.held
            if held and not at_hold:
                at_hold.append(session.playhead)
            if not held:
                played += 1200
            session.report_playhead(1, min(played, 48_000), playing=not held, ended=played >= 48_000)
            await asyncio.sleep(0.05)

    seen = watch(record(*steps), act=act, client=True)
    assert at_hold == [pytest.approx(0.8 * 24_000, abs=0.1 * 24_000)]
    assert len(times(seen, TurnCompleteEvent)) == 1


def test_a_stop_leaves_out_the_rest_of_the_turn_and_its_time(record) -> None:
    steps = (*SPOKEN[:3], (50.0, TextDeltaEvent(**turn(token="never"))), (51.0, TurnCompleteEvent(**turn())))

    async def act(session):
        await asyncio.sleep(2)
        session.interrupt()

    seen = watch(record(*steps, (52.0, ErrorEvent(code="c", message="m"))), act=act, client=True)
    assert times(seen, TextDeltaEvent, TurnCompleteEvent) == []
    (stopped,), (after,) = times(seen, TurnInterruptedEvent), times(seen, ErrorEvent)
    assert after - stopped == pytest.approx(1.0, abs=2 * NEAR)


def test_the_viewer_is_told_where_it_is_while_it_plays_when_it_pauses_and_at_its_end(record) -> None:
    async def act(session):
        await asyncio.sleep(1.1)
        session.hold()
        await asyncio.sleep(5)
        assert session.standing()[-1].state == "paused"
        session.resume()

    seen = watch(record((2.0, ErrorEvent(code="c", message="m"))), act=act, places=True)
    told = [(round(at, 1), event) for at, event in seen if isinstance(event, ReplayEvent)]
    assert {event.length_ms for _, event in told} == {2000}
    playing = [(at, event.at_ms) for at, event in told if event.state == "playing"]
    assert all(abs(ms / 1000 - (at if at < 2 else at - 5)) <= 0.3 for at, ms in playing)
    assert len([at for at, _ in playing if at <= 1.1]) in (4, 5)
    ((paused_at, paused),) = [(at, event) for at, event in told if event.state == "paused"]
    assert (paused_at, paused.at_ms) == (1.1, pytest.approx(1100, abs=50))
    assert [(at, event.at_ms, event.state) for at, event in told][-1] == (pytest.approx(7.0, abs=0.1), 2000, "over")

"""A recorder writes everything in order, marks what it missed, and is no trouble to anybody."""

import asyncio
import io
import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.session.scene import settle
from tth.core.bus import EventBus
from tth.core.events import (
    AudioChunkEvent,
    Event,
    FaceFrameEvent,
    Family,
    MeasureEvent,
    TextDeltaEvent,
    UserTextEvent,
    WarningEvent,
)
from tth.core.media import AudioChunk, FaceFrame
from tth.observers.recorder import HELD_BYTES, Recorder, new_file
from tth.observers.recording.recording import Recording
from tth.observers.recording.records import End, Gap, Head
from tth.wire.native import PlayheadReport

HEAD = Head(session_id="s1", profile="p", persona="q", began=0.0)


def events_of(path):
    return [record.value for record in Recording(path).records() if isinstance(record.value, Event)]


EVENTS = st.lists(
    st.one_of(
        st.builds(lambda t: TextDeltaEvent(token=t), st.text(max_size=5)),
        st.builds(lambda d: AudioChunkEvent(data=d), st.binary(max_size=50)),
        st.builds(lambda n: FaceFrameEvent(frame=FaceFrame(speech_id="", sample=n, weights=b"w")), st.integers(0, 99)),
        st.builds(lambda v: MeasureEvent(name="n", value=v), st.floats(0, 1)),
        st.builds(lambda t: UserTextEvent(text=t), st.text(max_size=5)),
        st.sampled_from(["wait", "interrupt"]),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(steps=EVENTS)
def test_everything_that_is_delivered_is_recorded_in_the_order_of_its_delivery(tmp_path_factory, steps) -> None:
    path = tmp_path_factory.mktemp("r") / "a.tthrec"

    async def run() -> list[Event]:
        bus, seen = EventBus(), []
        bus.observe(seen.append, frozenset(Family))
        recorder = Recorder(new_file(path), HEAD)
        recorder.start(bus)
        bus.publish(WarningEvent(code="first", message="so that there is something"))
        for step in steps:
            if step == "wait":
                await asyncio.sleep(0)
            elif step == "interrupt":
                bus.interrupt()
            else:
                bus.publish(step)
        bus.close()
        await recorder.close()
        return seen

    seen = asyncio.run(run())
    assert events_of(path) == seen
    assert Recording(path).summary.ended


async def test_microphone_and_playhead_reports_lie_among_the_events(tmp_path) -> None:
    path, bus = tmp_path / "a.tthrec", EventBus()
    recorder = Recorder(new_file(path), HEAD)
    recorder.start(bus)
    said = [TextDeltaEvent(token="a"), AudioChunk(b"12", 16_000), PlayheadReport(turn=1, sample=5)]
    bus.publish(said[0])
    await settle()
    recorder.hear(said[1])
    recorder.report(said[2])
    bus.close()
    await recorder.close()
    assert [record.value for record in Recording(path).records()] == [HEAD, *said, End()]


async def test_only_its_owner_may_read_a_recording(tmp_path) -> None:
    path = tmp_path / "folder" / "a.tthrec"
    recorder = Recorder(new_file(path), HEAD)
    recorder.start(EventBus())
    await recorder.close()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o077) == (0o600, 0)


class FullDisk(io.BytesIO):
    """Takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data) -> int:
        self._room -= len(data)
        if self._room < 0:
            raise OSError(28, "No space left on device")
        return super().write(data)


def gone() -> io.BytesIO:
    raise FileNotFoundError(2, "No such file or directory")


def broken() -> io.BytesIO:
    raise RuntimeError("a mistake")


@pytest.mark.parametrize("open_file", [lambda: FullDisk(400), gone, broken], ids=["full", "gone", "broken"])
async def test_a_disk_that_fails_is_told_once_and_costs_nothing_else(open_file, caplog) -> None:
    bus, told = EventBus(), asyncio.Event()
    warnings = []

    def watch(event) -> None:
        if isinstance(event, WarningEvent):
            warnings.append(event)
            told.set()

    bus.observe(watch, frozenset({Family.WORDS}))
    recorder = Recorder(open_file, HEAD)
    recorder.start(bus)
    for _ in range(100):
        bus.publish(AudioChunkEvent(data=bytes(960)))
    async with asyncio.timeout(10):
        await told.wait()
    for _ in range(100):
        bus.publish(AudioChunkEvent(data=bytes(960)))
    bus.close()
    await recorder.close()
    assert [warning.code for warning in warnings] == ["recording_failed"]
    assert sum("the recording ends here" in message for message in caplog.messages) == 1


async def test_a_disk_that_hangs_leaves_a_gap_that_is_marked(tmp_path) -> None:
    path, bus, free = tmp_path / "a.tthrec", EventBus(), threading.Event()

    def slow():
        free.wait(30)
        return new_file(path)()

    recorder = Recorder(slow, HEAD)
    recorder.start(bus)
    chunk = AudioChunkEvent(data=bytes(1 << 20))
    fit = HELD_BYTES // (len(chunk.data) + 256)
    for _ in range(fit + 7):
        recorder.take(chunk)
    free.set()
    await recorder.close()
    values = [record.value for record in Recording(path).records()][1:]
    assert values[:fit] == [chunk] * fit
    assert isinstance(values[fit], Gap)
    assert values[fit].records == 7
    assert values[fit + 1 :] == [End()]
    assert Recording(path).summary.missing == 7


async def test_an_event_that_cannot_be_written_is_missed_alone(tmp_path, caplog) -> None:
    path, bus = tmp_path / "a.tthrec", EventBus()
    recorder = Recorder(new_file(path), HEAD)
    recorder.start(bus)
    bus.publish(TextDeltaEvent(token="a"))
    bus.publish(TextDeltaEvent(token=object()))
    bus.publish(TextDeltaEvent(token="b"))
    bus.close()
    await recorder.close()
    values = [record.value for record in Recording(path).records()]
    assert [type(value) for value in values] == [Head, TextDeltaEvent, Gap, TextDeltaEvent, End]
    assert "cannot be recorded" in caplog.text


async def test_nothing_of_it_is_left_when_it_is_closed(tmp_path) -> None:
    before, files = threading.active_count(), len(os.listdir("/proc/self/fd"))
    recorder = Recorder(new_file(tmp_path / "a.tthrec"), HEAD)
    recorder.start(EventBus())
    await recorder.close()
    await recorder.close()
    assert not [thread for thread in threading.enumerate() if thread.name.endswith("recorder")]
    assert (threading.active_count() - before <= 1, len(os.listdir("/proc/self/fd"))) == (True, files)

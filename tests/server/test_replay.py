"""A recording is played back by the native protocol: the same events, frames and sound, in the same order."""

import asyncio
import struct
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect

from tests.server.peer import AUDIO, Peer, serving
from tth.config.sources import read_settings, read_sources
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    Event,
    FaceFrameEvent,
    Family,
    ListeningEvent,
    ReplayEvent,
    SessionClosedEvent,
    SpeechMarkEvent,
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
    WarningEvent,
)
from tth.observers.recording.recording import Recording
from tth.plugins.loader import load_plugins
from tth.server.replay_house import ReplayHouse
from tth.transports.native import SoundEndsEvent, open_session

pytestmark = pytest.mark.asyncio

HEAR = struct.pack("<BBHIIQ", 4, 0, 16_000, 0, 0, 0)


@asynccontextmanager
async def replaying(path, pace=1000.0):
    sources = read_sources(("port=0",))
    house = ReplayHouse(read_settings(sources), sources, load_plugins([]), Recording(path), pace=pace)
    async with serving(house=house) as site:
        yield site


async def over(peer):
    while (await peer.until("warning"))["code"] != "recording_over":
        pass


@pytest.fixture
async def talk(tmp_path):
    """A conversation with a whole turn, one that is held, one that is interrupted, and something said aloud."""
    async with serving(f"record={tmp_path}") as site:
        async with site.join() as peer:
            await peer.ask("Hello.")
            await peer.send("user_text", text="Hold on.")
            await peer.until("turn_started")
            await peer.send("hold")
            await peer.until("turn_state")
            await peer.send("resume")
            await peer.play()
            await peer.socket.send(HEAR + b"\x01\x00" * 320)
            await peer.send("user_text", text="A long question that brings a long answer that nobody hears whole.")
            frame = await peer.next()
            while isinstance(frame, dict) or frame.kind != AUDIO:
                frame = await peer.next()
            await peer.send("playhead", turn=frame.turn, sample=frame.end, state="blocked")
            await peer.send("interrupt")
            await peer.until("turn_interrupted")
            await peer.send("flushed", turn=frame.turn, sample=frame.end)
            await peer.until("item_heard")
        await site.house.left()
    (path,) = tmp_path.iterdir()
    return path


async def played(site):
    """Everything that a client of the Python kind is told, played faster than time."""
    events, number, units = [], 0, 0
    async with asyncio.timeout(20), open_session(site.base) as client:
        async for event in client.events():
            events.append(event)
            match event:
                case TurnStartedEvent():
                    number, units = event.turn, 0
                case AudioChunkEvent():
                    units = event.sample + len(event.data) // 2 * 24_000 // event.sample_rate
                    await client.report(number, units, "blocked")
                case SoundEndsEvent():
                    await client.report(number, units, "ended")
                case WarningEvent(code="recording_over"):
                    return events[:-1]
    raise AssertionError("the recording did not end")


def words(events):
    """What a client is told apart from sound, frames and where it is; of marks only the words."""
    found = []
    for event in events:
        if isinstance(event, SpeechMarkEvent):
            found.append(tuple(mark for mark in event.marks if mark.kind == "word"))
        elif not isinstance(
            event, AudioChunkEvent | SoundEndsEvent | FaceFrameEvent | ReplayEvent | SessionClosedEvent
        ):
            found.append(event)
    return [each for each in found if each]


async def test_a_replay_tells_the_same_events_frames_and_sound_in_the_same_order(talk) -> None:
    then = [record.value for record in Recording(talk).records() if isinstance(record.value, Event)]
    then = [event for event in then if event.family is not Family.INBOUND]
    async with replaying(talk) as site:
        now = await played(site)
    assert [event for event in words(now) if not isinstance(event, ListeningEvent)] == [
        event for event in words(then) if not isinstance(event, ListeningEvent)
    ]
    faces = [(e.turn_id, e.frame.sample, e.frame.weights) for e in then if isinstance(e, FaceFrameEvent)]
    assert [(e.turn_id, e.frame.sample, e.frame.weights) for e in now if isinstance(e, FaceFrameEvent)] == faces
    ends = {e.turn_id: e for e in then if isinstance(e, TurnCompleteEvent | TurnInterruptedEvent)}
    assert sorted(type(end).__name__ for end in ends.values()) == [
        "TurnCompleteEvent",
        "TurnCompleteEvent",
        "TurnInterruptedEvent",
    ]
    for turn_id, end in ends.items():
        was, is_now = (
            b"".join(e.data for e in events if isinstance(e, AudioChunkEvent) and e.turn_id == turn_id)
            for events in (then, now)
        )
        if isinstance(end, TurnCompleteEvent):
            assert is_now == was != b""
        else:
            assert was.startswith(is_now)
            assert len(is_now) >= end.samples * 2 > 0


async def test_a_recording_does_not_listen_and_says_so(talk) -> None:
    async with replaying(talk) as site, site.join() as peer:
        listening = await peer.until("listening")
        assert (listening["hears"], listening["why"]) == (False, "this is a recording; it cannot be talked to")
        await peer.send("user_text", text="Hello?", turn_id="mine")
        error = await peer.until("error")
        assert (error["code"], error["turn_id"], error["decision"]) == ("recording", "mine", "ignore")


async def test_a_pause_holds_the_turn_and_it_goes_on_to_its_end(talk) -> None:
    async with replaying(talk, pace=50.0) as site, site.join() as peer:
        await peer.until("turn_started")
        frame = await peer.next()
        while isinstance(frame, dict) or frame.kind != AUDIO:
            frame = await peer.next()
        await peer.send("hold")
        while (await peer.until("turn_state"))["state"] != "held":
            pass
        assert site.house.pause_or_go_on() is False
        while (await peer.until("turn_state"))["state"] != "speaking":
            pass
        units = frame.end
        await peer.send("playhead", turn=frame.turn, sample=units, state="blocked")
        assert (await peer.play())["type"] == "turn_complete"


async def test_a_stop_leaves_out_the_rest_of_the_turn(talk) -> None:
    async with replaying(talk) as site, site.join() as peer:
        first = await peer.until("turn_started")
        await peer.send("interrupt")
        ending = await peer.until("turn_interrupted", "turn_complete")
        assert (ending["type"], ending["turn_id"]) == ("turn_interrupted", first["turn_id"])
        second = await peer.until("turn_started", "turn_complete")
        assert (second["type"], second["turn"]) == ("turn_started", 2)


async def test_a_client_that_was_lost_misses_nothing(talk) -> None:
    async with replaying(talk) as site:
        made = (await site.new(resume=True)).json
        options = {"compression": None, "max_size": None, "max_queue": None}
        async with connect(site.address(made["stream"]), **options) as socket:
            seen = [await socket.recv() for _ in range(12)]
            socket.transport.abort()
        seq = sum(isinstance(frame, str) for frame in seen)
        async with connect(site.address(f"{made['resume']}&seq={seq}"), **options) as socket:
            peer = Peer(socket, made)
            first = await peer.until("text_delta", "turn_state", "item_started", "measure", "speech_mark")
            assert first["seq"] == seq + 1
            assert (await peer.play())["type"] == "turn_complete"


async def test_a_recording_that_breaks_off_is_played_as_far_as_it_goes(talk) -> None:
    data = talk.read_bytes()
    talk.write_bytes(data[: len(data) // 2])
    async with replaying(talk) as site:
        events = await played(site)
    assert any(isinstance(event, AudioChunkEvent) for event in events)


async def test_a_recording_without_its_beginning_is_played_all_the_same(talk) -> None:
    data = bytearray(talk.read_bytes())
    data[20:600] = bytes(580)
    talk.write_bytes(data)
    async with replaying(talk) as site:
        events = await played(site)
    assert any(isinstance(event, TurnStateEvent) for event in events)


async def test_pages_and_lists_of_a_replay_are_those_of_the_recording(talk) -> None:
    async with replaying(talk) as site:
        assert (await site.get("/health")).json["status"] == "ok"
        assert (await site.get("/v1/profiles")).json["profiles"] == [
            {"name": "offline_mock", "summary": "A recorded conversation"}
        ]
        assert (await site.get("/v1/personas")).json["personas"][0]["name"] == "Mira"
        assert b"<html" in (await site.get("/")).body
        made = await site.new(profile="whatever", meters=True)
        assert (made.status, made.json["persona"]["name"]) == (201, "Mira")
        assert not any(isinstance(event, ErrorEvent) for event in await played(site))

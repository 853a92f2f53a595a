"""Sessions of a server are recorded where it says so, and the files are there for whoever has its key."""

import struct

import pytest

from tests.server.peer import AUDIO, FACE, fetch, make_house, serving
from tth.core.events import AudioChunkEvent, FaceFrameEvent, UserTextEvent, wire_name
from tth.core.media import AudioChunk
from tth.observers.recording.recording import Recording
from tth.wire.native import PlayheadReport

pytestmark = pytest.mark.asyncio

HEAR = struct.pack("<BBHIIQ", 4, 0, 16_000, 0, 0, 0)


async def recorded(site, folder):
    """The one recording of a server, its session over."""
    await site.house.left()
    (path,) = folder.iterdir()
    return Recording(path)


async def test_a_session_is_recorded_as_its_client_was_told_it(tmp_path) -> None:
    async with serving(f"record={tmp_path}") as site:
        async with site.join() as peer:
            assert peer.made["recorded"] is True
            await peer.socket.send(HEAR + b"\x01\x00" * 320)
            await peer.ask("Hello.")
            seen = peer.seen
        recording = await recorded(site, tmp_path)
    values = [record.value for record in recording.records()]
    sound = b"".join(value.data for value in values if isinstance(value, AudioChunkEvent))
    assert sound == b"".join(frame.payload for frame in seen if not isinstance(frame, dict) and frame.kind == AUDIO)
    faces = [value.frame.weights for value in values if isinstance(value, FaceFrameEvent)]
    assert faces == [frame.payload for frame in seen if not isinstance(frame, dict) and frame.kind == FACE]
    names = [wire_name(type(value).__name__) for value in values]
    told = [event["type"] for event in seen if isinstance(event, dict) and event["type"] != "speech_mark"]
    rest = iter(names)
    assert all(name in rest for name in told)
    assert AudioChunk(b"\x01\x00" * 320, 16_000) in values
    assert any(isinstance(value, PlayheadReport) and value.state == "ended" for value in values)
    assert recording.summary.ended
    assert recording.head.session_id == peer.made["id"]


async def test_no_ticket_and_no_key_is_in_a_recording(tmp_path) -> None:
    async with serving("api_key=sesame-open", f"record={tmp_path}") as site:
        async with site.join({"X-API-Key": "sesame-open"}, resume=True) as peer:
            await peer.ask("Hello.")
            await peer.socket.close()
        recording = await recorded(site, tmp_path)
    data = recording.path.read_bytes()
    secrets = [peer.made["ticket"], peer.made["resume"].partition("resume=")[2], "sesame-open"]
    assert not [secret for secret in secrets if secret.encode() in data]


async def test_only_those_who_ask_are_recorded_where_the_settings_say_so(tmp_path) -> None:
    async with serving(f"record={tmp_path}", "record_asked=true") as site:
        async with site.join() as peer:
            assert "recorded" not in peer.made
        async with site.join(record=True) as asked:
            assert asked.made["recorded"] is True
        recording = await recorded(site, tmp_path)
    assert recording.head.session_id == asked.made["id"]


async def test_whoever_asks_a_server_that_records_nobody_is_told() -> None:
    async with serving() as site:
        answer = await site.new(record=True)
        assert (answer.status, answer.json["error"]["code"]) == (409, "not_recording")
        assert (await site.get("/v1/recordings")).status == 404
        assert (await site.get("/v1/recordings/20260101-000000-aa.tthrec")).status == 404


async def test_recordings_are_listed_and_sent_to_those_who_have_the_key(tmp_path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "notes.txt").write_text("no recording")
    (tmp_path / "r" / "20260101-000000-aa.tthrec").symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_text("secret")
    key = {"X-API-Key": "sesame"}
    async with serving("api_key=sesame", f"record={tmp_path / 'r'}") as site:
        async with site.join(key) as peer:
            await peer.ask("Hello.")
        await site.house.left()
        (listed,) = (await fetch(site.base, "GET", "/v1/recordings", headers=key)).json["recordings"]
        file = tmp_path / "r" / listed["name"]
        assert (listed["bytes"], listed["name"].endswith(f"-{peer.made['id']}.tthrec")) == (file.stat().st_size, True)
        answer = await fetch(site.base, "GET", f"/v1/recordings/{listed['name']}", headers=key)
        assert (answer.status, answer.body) == (200, file.read_bytes())
        for path in ("/v1/recordings", f"/v1/recordings/{listed['name']}"):
            assert (await fetch(site.base, "GET", path)).status == 401
        for name in ("notes.txt", "20260101-000000-aa.tthrec", "..%2Fsecret", "none"):
            assert (await fetch(site.base, "GET", f"/v1/recordings/{name}", headers=key)).status == 404


async def test_a_folder_that_cannot_be_written_is_told_and_the_conversation_goes_on(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with serving(house=make_house(f"record={tmp_path / 'file'}")) as site, site.join() as peer:
        ending = await peer.ask("Hello.")
        assert ending["type"] == "turn_complete"
        again = await peer.ask("Hello again.")
        assert again["type"] == "turn_complete"
        told = [event["message"] for event in peer.events("warning") if event["code"] == "recording_failed"]
    assert [message.partition(": ")[2] for message in told] == ["File exists"]


async def test_a_question_of_two_people_is_recorded_in_two_files(tmp_path) -> None:
    async with serving(f"record={tmp_path}") as site:
        async with site.join() as one, site.join() as two:
            await one.ask("I am one.")
            await two.ask("I am two.")
        await site.house.left()
        texts = {}
        for path in tmp_path.iterdir():
            values = [record.value for record in Recording(path).records()]
            texts[Recording(path).head.session_id] = [v.text for v in values if isinstance(v, UserTextEvent)]
    assert texts == {one.made["id"]: ["I am one."], two.made["id"]: ["I am two."]}

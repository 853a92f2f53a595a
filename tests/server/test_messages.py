"""What a client may send, and what it is told when it is wrong: the conversation goes on."""

import asyncio
import json
import socket as sockets

import pytest
from websockets.asyncio.client import connect

from tests.server.peer import Peer, serving
from tth.wire.native import Header, Kind, pack

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = {
    "": "bad_json",
    "hello": "bad_json",
    '{"type":"user_text","text":"x"': "bad_json",
    '{"type":"user_text","text":"x"} {}': "bad_json",
    '{"type":"user_text","text":"\\ud800"}': "bad_json",
    '{"a":' + "[" * 100_000: "bad_json",
    "null": "object",
    "[]": "object",
    "{}": "type",
    '{"type":null}': "$.type",
    '{"type":"nonsense"}': "$.type",
    '{"type":"user_text"}': "text",
    '{"type":"user_text","text":5}': "$.text",
    '{"type":"user_text","text":"x","mood":"good"}': "mood",
    '{"type":"user_text","text":"x","turn_id":"two words"}': "$.turn_id",
    '{"type":"user_text","text":"x","control":{"emotion":{"label":"hungry"}}}': "$.control.emotion.label",
    '{"type":"user_text","text":"x","control":{"emotion":{"intensity":2}}}': "$.control.emotion.intensity",
    '{"type":"control_update"}': "control",
    '{"type":"control_update","control":{"character":{"speech_rate":"fast"}}}': "$.control.character.speech_rate",
    '{"type":"control_update","control":{"character":{"speech_rat":1}}}': "speech_rat",
    '{"type":"control_update","control":{"character":{"persona_id":"' + "x" * 65 + '"}}}': "persona_id",
    '{"type":"playhead","turn":1}': "sample",
    '{"type":"playhead","turn":1,"sample":-1}': "$.sample",
    '{"type":"playhead","turn":1,"sample":1.5}': "$.sample",
    '{"type":"playhead","turn":1,"sample":1e400}': "$.sample",
    '{"type":"playhead","turn":true,"sample":1}': "$.turn",
    '{"type":"playhead","turn":1,"sample":1,"state":"stopped"}': "$.state",
    '{"type":"flushed","turn":1,"sample":99999999999999999999}': "$.sample",
    '{"type":"interrupt","reason":"' + "x" * 65 + '"}': "$.reason",
    '{"type":"interrupt","reason":"a\\nb"}': "$.reason",
    '{"type":"hold","for":3}': "for",
}


async def test_each_wrong_message_is_answered_by_an_error_that_names_the_field_and_the_session_goes_on(site) -> None:
    async with site.join() as peer:
        for message, named in WRONG.items():
            await peer.socket.send(message)
            error = await peer.until("error")
            assert error["decision"] == "ignore"
            assert named in (error["code"], "bad_json") or named in error["message"], (message, error)
            assert error["code"] == ("bad_json" if named == "bad_json" else "bad_message"), (message, error)
            assert len(error["message"]) < 300
            assert error["message"].isprintable()
        assert not peer.events("turn_started", "control_changed")
        assert (await peer.ask("Still here?"))["type"] == "turn_complete"


async def test_the_error_of_a_wrong_message_bears_the_turn_that_the_message_would_have_begun(site) -> None:
    async with site.join() as peer:
        for asked, told in (("mine", "mine"), ("no such id", ""), (5, "")):
            await peer.send("user_text", text="Hello", turn_id=asked, control={"emotion": 7})
            error = await peer.until("error")
            assert (error["code"], error["turn_id"]) == ("bad_message", told)
        assert (await peer.ask("Still here?"))["type"] == "turn_complete"


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (b"\x01\x00", "at least 20 bytes"),
        (pack(Header(kind=Kind.AUDIO, param=24_000), bytes(960)), "kind 4"),
        (pack(Header(kind=Kind.MICROPHONE, param=7), bytes(960)), "7 Hz"),
    ],
)
async def test_a_wrong_binary_frame_is_refused_and_the_session_goes_on(site, frame: bytes, told: str) -> None:
    async with site.join() as peer:
        await peer.socket.send(frame)
        error = await peer.until("error")
        assert error["code"] == "bad_frame"
        assert told in error["message"]
        assert (await peer.ask("Still here?"))["type"] == "turn_complete"


async def test_a_message_that_is_too_large_closes_with_1009() -> None:
    async with serving("limits.message_bytes=2000") as small:
        async with small.join() as peer:
            await peer.send("user_text", text="x" * 1900)
            await peer.until("turn_started")
        async with small.join() as peer:
            await peer.send("user_text", text="x" * 3000)
            assert await peer.closed() == 1009


async def test_text_is_as_long_as_the_settings_allow_and_no_longer() -> None:
    async with serving("limits.text_chars=20") as other, other.join() as peer:
        await peer.send("user_text", text="x" * 21)
        error = await peer.until("error")
        assert (error["code"], "20" in error["message"]) == ("text_too_long", True)
        assert (await peer.ask("x" * 20))["type"] == "turn_complete"


async def test_empty_text_is_no_turn(site) -> None:
    async with site.join() as peer:
        await peer.send("user_text", text=" \n ")
        assert (await peer.until("error"))["code"] == "empty_text"


async def test_a_turn_has_the_id_that_its_client_gave_and_no_id_names_two(site) -> None:
    async with site.join() as peer:
        assert (await peer.ask("one", turn_id="mine-1"))["turn_id"] == "mine-1"
        await peer.send("user_text", text="two", turn_id="mine-1")
        error = await peer.until("error")
        assert (error["code"], error["turn_id"]) == ("turn_id_taken", "mine-1")
        assert (await peer.ask("three", turn_id="mine-3"))["turn_id"] == "mine-3"


async def test_an_interrupt_without_a_turn_does_nothing(site) -> None:
    async with site.join() as peer:
        for type in ("interrupt", "hold", "resume"):
            await peer.send(type)
        await peer.ask("hi")
        assert not peer.events("error", "turn_interrupted")


async def test_a_control_update_holds_from_then_on(site) -> None:
    async with site.join() as peer:
        await peer.send("control_update", control={"emotion": {"label": "happy", "intensity": 0.5}})
        changed = await peer.until("control_changed")
        assert changed["control"]["emotion"] == {"label": "happy", "intensity": 0.5, "valence": None, "arousal": None}
        await peer.ask("hi")
        assert peer.events("turn_started")[0]["control"]["emotion"]["label"] == "happy"


async def test_a_new_text_interrupts_the_open_turn(site) -> None:
    async with site.join() as peer:
        await peer.send("user_text", text="a long story, word after word after word")
        await peer.until("turn_state")
        assert (await peer.ask("short"))["reason"] == "new_turn"
        assert (await peer.play())["type"] == "turn_complete"


async def test_a_flood_of_every_kind_of_message_is_survived_by_its_own_session_and_by_others(site) -> None:
    flood = [
        json.dumps({"type": "user_text", "text": "x" * 200}),
        json.dumps({"type": "control_update", "control": {"character": {"pitch_shift": 0.1}}}),
        json.dumps({"type": "playhead", "turn": 1, "sample": 10}),
        json.dumps({"type": "interrupt"}),
        json.dumps({"type": "nonsense"}),
    ]
    async with site.join() as noisy, site.join() as other, asyncio.TaskGroup() as group:
        reading = group.create_task(noisy.until("never"))
        for _ in range(80):
            for message in flood:
                await noisy.socket.send(message)
        assert (await other.ask("hello"))["text"] == "You said: hello"
        reading.cancel()


async def test_the_stream_ends_with_its_session(site) -> None:
    async with serving() as other, other.join() as peer:
        await other.house.drain()
        assert await peer.closed() == 1012
        assert peer.seen[-1]["type"] == "session_closed"
        assert peer.seen[-1]["reason"] == "server_stopping"


async def test_a_client_that_leaves_in_the_middle_of_a_turn_leaves_nothing_behind() -> None:
    async with serving() as other:
        for abrupt in (False, True):
            async with other.join() as peer:
                await peer.send("user_text", text="a story")
                await peer.until("text_delta")
                if abrupt:
                    peer.socket.transport.abort()
            await other.house.left()
            names = {task.get_name() for task in asyncio.all_tasks()}
            assert not [name for name in names if peer.made["id"] in name]


async def test_a_client_that_reads_nothing_is_closed_with_1013_and_the_others_go_on(monkeypatch) -> None:
    monkeypatch.setattr("tth.server.stream.SEND_S", 0.3)
    small = sockets.SO_SNDBUF, 4096

    async with serving(prepare=lambda listening: listening.setsockopt(sockets.SOL_SOCKET, *small)) as other:
        made = (await other.new(profile="offline_mock")).json
        raw = sockets.socket()
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        raw.setblocking(False)
        host, port = other.base.removeprefix("http://").split(":")
        await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
        async with connect(other.address(made["stream"]), sock=raw, compression=None, max_queue=1) as socket:
            peer = Peer(socket, made)
            await peer.until("session_ready")
            await peer.send("user_text", text="word " * 200)
            await peer.send("playhead", turn=1, sample=0)
            socket.transport.pause_reading()
            async with other.join() as friend:
                async with asyncio.timeout(10):
                    while other.house.sessions > 1:
                        assert (await friend.ask("hello"))["type"] == "turn_complete"
            socket.transport.resume_reading()
            assert await peer.closed() == 1013


async def test_a_client_that_answers_no_ping_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr("tth.server.run.PING_S", 0.1)
    async with serving() as other, other.join() as peer:
        peer.socket.transport.pause_reading()
        async with asyncio.timeout(10):
            await other.house.left()
        peer.socket.transport.abort()


async def test_text_that_is_no_utf8_closes_with_1007(site) -> None:
    async with site.join() as peer:
        await peer.socket.send(b"\xff\xfe", text=True)
        assert await peer.closed() == 1007

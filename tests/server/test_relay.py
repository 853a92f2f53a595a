"""The relay protocol, by a client written from docs/protocol.md alone."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.peer import make_house, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = {
    "not JSON": ("hello", "bad_json"),
    "half of it": ('{"type":"text"', "bad_json"),
    "two objects": ('{"type":"text","text":"a"}{}', "bad_json"),
    "half a surrogate": ('{"type":"text","text":"\\ud800"}', "bad_json"),
    "nested deeply": ('{"text":' + "[" * 100_000, "bad_json"),
    "nothing": ("", "bad_json"),
    "null": ("null", "bad_message"),
    "a list": ("[]", "bad_message"),
    "a number": ("7", "bad_message"),
    "no type": ("{}", "bad_message"),
    "a type that is none": ('{"type":"speak"}', "bad_message"),
    "a type that is a number": ('{"type":7}', "bad_message"),
    "no text": ('{"type":"text"}', "bad_message"),
    "text that is a number": ('{"type":"text","text":7}', "bad_message"),
    "one field too many": ('{"type":"text","text":"a","audio":""}', "bad_message"),
    "no words": ('{"type":"text","text":"  "}', "empty_text"),
    "too many words": (json.dumps({"type": "text", "text": "x" * 8001}), "text_too_long"),
    "no audio": ('{"type":"audio"}', "bad_message"),
    "audio that is null": ('{"type":"audio","audio":null}', "bad_audio"),
    "audio that is empty": ('{"type":"audio","audio":""}', "bad_audio"),
    "audio that is no Base64": ('{"type":"audio","audio":"%%%%"}', "bad_audio"),
    "audio that ends within a sample": ('{"type":"audio","audio":"AAAA"}', "bad_audio"),
    "a binary frame": (b"\0\1", "binary_frame"),
}


@asynccontextmanager
async def talking(site, query="", **options):
    async with connect(site.address(f"/ws/conversation{query}"), compression=None, max_size=None, **options) as socket:
        first = json.loads(await socket.recv())
        assert first["type"] == "session_ready", first
        yield socket


async def answer(socket):
    """What comes until the response is done, its order checked."""
    text, sound, errors = "", b"", []
    async with asyncio.timeout(20):
        async for frame in socket:
            message = json.loads(frame)
            match message.pop("type"):
                case "text_delta":
                    text += message["text"]
                case "audio_delta":
                    sound += base64.b64decode(message["audio"], validate=True)
                case "error":
                    errors.append(message["code"])
                case "response_done":
                    return text, sound, message["message"], errors
    raise AssertionError("the connection ended")


async def say(socket, text):
    await socket.send(json.dumps({"type": "text", "text": text}))
    return await answer(socket)


async def test_words_are_answered_by_words_and_sound(site) -> None:
    async with talking(site) as socket:
        for words in ("hello there", "and again"):
            text, sound, done, errors = await say(socket, words)
            assert (text, done, errors) == (f"You said: {words}", "completed", [])
            assert len(sound) / 48_000 > 0.5


async def test_the_sound_is_at_24_khz_whatever_the_voice(site) -> None:
    house = make_house("components.tts.sample_rate=16000")
    async with serving(house=house) as other, talking(other) as socket, talking(site) as usual:
        _, low, _, _ = await say(socket, "one two three")
        _, high, _, _ = await say(usual, "one two three")
        assert abs(len(low) - len(high)) <= 4


async def test_new_words_interrupt_and_every_answer_has_one_end(site) -> None:
    async with talking(site) as socket:
        await socket.send(json.dumps({"type": "text", "text": "one two three four five six seven eight nine ten"}))
        async with asyncio.timeout(10):
            while json.loads(await socket.recv())["type"] != "audio_delta":
                pass
        await socket.send(json.dumps({"type": "text", "text": "stop"}))
        _, _, done, _ = await answer(socket)
        assert done == "interrupted: new_turn"
        text, sound, done, _ = await answer(socket)
        assert (text, done) == ("You said: stop", "completed")
        assert sound


async def test_each_wrong_message_gets_its_typed_error_and_the_conversation_goes_on(site) -> None:
    async with talking(site) as socket:
        for name, (frame, code) in WRONG.items():
            await socket.send(frame)
            async with asyncio.timeout(10):
                error = json.loads(await socket.recv())
            assert (error["type"], error["code"]) == ("error", code), name
            assert error["message"], name
        text, _, done, _ = await say(socket, "still here?")
        assert (text, done) == ("You said: still here?", "completed")


async def test_sound_for_a_profile_without_ears_is_told_once(site) -> None:
    async with talking(site, "?rate=16000&profile=stub_avatar") as socket:
        chunk = json.dumps({"type": "audio", "audio": base64.b64encode(bytes(640)).decode()})
        for _ in range(5):
            await socket.send(chunk)
        _, _, done, errors = await say(socket, "hello")
        assert errors == ["no_ears"]
        assert done == "completed"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?rate=7", "bad_parameter"),
        ("?rate=x", "bad_parameter"),
        ("?rte=16000", "bad_parameter"),
        ("?emotion=cheerful", "bad_parameter"),
        ("?speech_rate=9", "bad_parameter"),
        ("?profile=nowhere", "no_such_profile"),
        ("?persona=nobody", "no_such_persona"),
    ],
)
async def test_a_wrong_address_is_told_and_closed(site, query: str, code: str) -> None:
    async with connect(site.address(f"/ws/conversation{query}")) as socket:
        error = json.loads(await socket.recv())
        assert (error["type"], error["code"]) == ("error", code)
        await socket.wait_closed()
        assert socket.close_code == 4400


async def test_profile_persona_and_control_are_taken_from_the_address(site) -> None:
    async with talking(site, "?profile=stub_avatar&persona=noor&emotion=sad&intensity=0.5&speech_rate=2") as socket:
        _, _, done, errors = await say(socket, "hello")
        assert (done, errors) == ("completed", [])


async def test_a_server_with_a_key_wants_it() -> None:
    async with serving("api_key=secret") as site:
        with pytest.raises(InvalidStatus) as refused:
            await connect(site.address("/ws/conversation"))
        assert refused.value.response.status_code == 401
        async with talking(site, additional_headers={"X-API-Key": "secret"}) as socket:
            assert (await say(socket, "hello"))[2] == "completed"


async def test_nothing_of_a_conversation_is_left_when_its_client_is_gone(site) -> None:
    async with talking(site) as socket:
        await socket.send(json.dumps({"type": "text", "text": "one two three four"}))
        await socket.recv()
        socket.transport.abort()
    async with asyncio.timeout(10):
        await site.house.left()

"""The Python client of the native protocol, against a real server, a wrong one and none."""

import asyncio
import socket as sockets
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from tests.server.peer import serving
from tth.core.controls import CharacterControl, TurnControl
from tth.core.events import (
    AudioChunkEvent,
    ControlChangedEvent,
    FaceFrameEvent,
    SessionClosedEvent,
    SessionReadyEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
)
from tth.transports.listening import listen
from tth.transports.native import (
    ConnectionDropped,
    NativeClient,
    ServerUnreachable,
    SessionRefused,
    SoundEndsEvent,
    open_session,
)


async def until(client: NativeClient, *kinds):
    """Every event up to the first of ``kinds``, playing what comes at once."""
    events, turn = [], 0
    async with asyncio.timeout(10):
        async for event in client.events():
            events.append(event)
            if isinstance(event, kinds):
                return events
            if isinstance(event, TurnStartedEvent):
                turn = event.turn
            elif isinstance(event, AudioChunkEvent):
                await client.report(turn, event.sample + len(event.data) // 2, "blocked")
            elif isinstance(event, SoundEndsEvent):
                await client.report(turn, 2**40, "ended")
    return events


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


async def test_a_turn_comes_as_events_with_media_as_events_too() -> None:
    async with serving() as site, open_session(site.base) as client:
        await client.say("hello")
        events = await until(client, TurnCompleteEvent)
        assert isinstance(events[0], SessionReadyEvent)
        assert (client.id, client.profile) == (events[0].session_id, "offline_mock")
        turn_id = of(TurnStartedEvent, events)[0].turn_id
        assert "".join(event.token for event in of(TextDeltaEvent, events)) == "You said: hello"
        sound = of(AudioChunkEvent, events)
        assert sum(len(event.data) for event in sound) == 2 * events[-1].samples
        assert {event.turn_id for event in sound} == {turn_id}
        assert of(FaceFrameEvent, events)[0].frame.speech_id == turn_id
        assert len(of(SoundEndsEvent, events)) == 1


async def test_a_turn_is_held_resumed_and_interrupted() -> None:
    async with serving() as site, open_session(site.base) as client:
        await client.say("hello")
        await until(client, AudioChunkEvent)
        await client.hold()
        assert (await until(client, TurnStateEvent))[-1].state == "held"
        await client.resume()
        assert (await until(client, TurnStateEvent))[-1].state == "speaking"
        await client.interrupt()
        ending = (await until(client, TurnInterruptedEvent))[-1]
        await client.report_flush(1, ending.samples)


async def test_a_control_of_the_session_and_of_the_turn_reach_the_server() -> None:
    async with serving() as site, open_session(site.base, persona="noor") as client:
        await client.update_control(TurnControl(character=CharacterControl(pitch_shift=0.5)))
        assert (await until(client, ControlChangedEvent))[-1].control.character.pitch_shift == 0.5
        await client.say("hello", TurnControl(character=CharacterControl(speech_rate=2)))
        character = (await until(client, TurnStartedEvent))[-1].control.character
        assert (character.persona_id, character.pitch_shift, character.speech_rate) == ("noor", 0.5, 2)


async def test_leaving_while_sound_is_coming_takes_no_time() -> None:
    async with serving() as site:
        async with asyncio.timeout(5), open_session(site.base) as client:
            await client.say("a story " * 50)
            await until(client, AudioChunkEvent)
        await site.house.left()


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 401, "unauthorized"),
        ({"key": "wrong"}, 401, "unauthorized"),
        ({"key": "sesame", "profile": "nix"}, 404, "no_such_profile"),
        ({"key": "sesame", "persona": "nix"}, 404, "no_such_persona"),
    ],
)
async def test_a_refusal_has_the_servers_status_code_and_words(asked, status, code) -> None:
    async with serving("api_key=sesame") as site:
        with pytest.raises(SessionRefused) as refused:
            await open_session(site.base, **asked).__aenter__()
        assert (refused.value.status, refused.value.code) == (status, code)
        assert "sesame" not in str(refused.value)


async def test_a_full_server_refuses_with_503() -> None:
    async with serving("limits.sessions=1") as site, open_session(site.base):
        with pytest.raises(SessionRefused, match="as many as the settings allow") as refused:
            await open_session(site.base).__aenter__()
        assert refused.value.status == 503


async def test_where_nobody_answers_the_error_says_how_to_start_one() -> None:
    with sockets.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServerUnreachable, match="tth serve"):
        await open_session(f"127.0.0.1:{port}").__aenter__()


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "http://", "file:///etc/passwd"])
async def test_what_is_no_address_is_told_as_such(address) -> None:
    with pytest.raises(ServerUnreachable, match="not an address"):
        await open_session(address).__aenter__()


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"id": 5}', b""])
async def test_another_kind_of_server_is_told_as_such(answer) -> None:
    async def reply(reader, writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ServerUnreachable, match="not this server"):
            await open_session(f"http://127.0.0.1:{port}").__aenter__()


async def test_a_server_that_hangs_up_is_unreachable() -> None:
    async def hang_up(reader, writer) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        with pytest.raises(ServerUnreachable):
            await open_session(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}").__aenter__()


async def test_a_session_that_is_over_ends_its_events_and_takes_no_more() -> None:
    async with serving() as site, open_session(site.base) as client:
        await site.house.drain()
        assert isinstance((await until(client))[-1], SessionClosedEvent)
        with pytest.raises(ConnectionDropped) as dropped:
            await client.say("hello")
        assert dropped.value.code == 1012


@asynccontextmanager
async def server_of(handler):
    """A server that gives a session to anybody; ``handler`` has its socket."""

    async def make(request):
        return JSONResponse({"id": "s", "profile": "p", "stream": "/stream"}, 201)

    app = Starlette(routes=[Route("/v1/sessions", make, methods=["POST"]), WebSocketRoute("/stream", handler)])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="websockets-sansio"))
    listening = listen("127.0.0.1", 0)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True


async def test_a_connection_that_breaks_is_told_with_its_code() -> None:
    async def close(socket) -> None:
        await socket.accept()
        await socket.close(1013, "too slow")

    async def cut(socket) -> None:
        await socket.accept()

    for handler, code in ((close, 1013), (cut, 1006)):
        async with server_of(handler) as base, open_session(base) as client:
            with pytest.raises(ConnectionDropped) as dropped:
                await until(client)
            assert dropped.value.code == code


async def test_a_stream_that_is_not_opened_is_told_with_its_server() -> None:
    async def refuse(socket) -> None:
        await socket.close()

    async with server_of(refuse) as base:
        with pytest.raises(ServerUnreachable, match=base):
            await open_session(base).__aenter__()


async def test_events_that_this_client_does_not_know_are_passed_over() -> None:
    async def newer(socket) -> None:
        await socket.accept()
        await socket.send_text('{"seq":1,"type":"hologram","turn_id":"","generation":0}')
        await socket.send_text('{"seq":2,"type":"text_delta","token":"hi","mood":"new","turn_id":"t","generation":1}')
        await socket.receive()

    async with server_of(newer) as base, open_session(base) as client:
        assert [event.token for event in await until(client, TextDeltaEvent)] == ["hi"]

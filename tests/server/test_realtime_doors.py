"""Which profile a Realtime client gets, who may come in, and how it is seen out."""

from __future__ import annotations

import asyncio
import logging

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.peer import fetch, make_house, serving
from tests.server.realtime_peer import RealtimePeer, done, realtime, url_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "openai-insecure-api-key."
SPOKEN = {"Authorization": "Bearer sesame"}


async def refused(site, query="", **options):
    """Status and code with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url_of(site, query), **options):
            pass
    response = caught.value.response
    return response.status_code, response.body


async def ask_for_secret(site, body=None, headers=None):
    return await fetch(site.base, "POST", "/v1/realtime/client_secrets", body or {}, headers)


@pytest.mark.parametrize(
    "query", ["", "model=gpt-realtime-2.1", "model=offline_mock", "profile=offline_mock", "model=../x"]
)
async def test_a_model_that_is_no_profile_is_answered_by_the_default_one(site, query) -> None:
    async with realtime(site, query) as peer:
        assert peer.seen[0]["session"]["model"]
        assert await peer.ask("hi") == "You said: hi"


@pytest.mark.parametrize("query", ["model=stub_avatar", "profile=stub_avatar&model=gpt-realtime"])
async def test_a_profile_is_named_by_the_query_or_by_the_model(site, query, caplog) -> None:
    with caplog.at_level(logging.INFO, "tth"):
        async with realtime(site, query):
            pass
    assert "realtime client with profile stub_avatar" in caplog.text


async def test_an_unknown_profile_or_persona_is_told_before_the_socket_opens(site) -> None:
    status, body = await refused(site, "profile=nobody")
    assert status == 404
    assert b"use one of offline" in body
    assert (await refused(site, "persona=nobody"))[0] == 404


async def test_the_profiles_are_listed_as_models(site) -> None:
    listed = (await site.get("/v1/models")).json
    assert listed["object"] == "list"
    assert {"offline", "offline_mock"} <= {entry["id"] for entry in listed["data"]}
    assert {entry["owned_by"] for entry in listed["data"]} == {"tth"}


async def test_the_subprotocol_realtime_is_chosen_where_it_is_offered(site) -> None:
    async with connect(url_of(site), subprotocols=["other", "realtime"]) as socket:
        assert socket.subprotocol == "realtime"
    async with connect(url_of(site)) as socket:
        assert socket.subprotocol is None


async def test_the_key_is_taken_as_bearer_header_or_subprotocol_and_nothing_else_is() -> None:
    async with serving("api_key=sesame") as locked:
        for headers in (SPOKEN, {"X-API-Key": "sesame"}, {"api-key": "sesame"}):
            async with realtime(locked, headers=headers) as peer:
                assert await peer.ask("hi") == "You said: hi"
            assert (await locked.get("/v1/models", headers)).status == 200
        async with realtime(locked, subprotocols=["realtime", f"{SECRET}sesame"]) as peer:
            assert peer.socket.subprotocol == "realtime"
        for wrong in ({}, {"Authorization": "Bearer open"}, {"X-API-Key": "sesame2"}, {"Authorization": "Bearer ek_0"}):
            status, body = await refused(locked, additional_headers=wrong)
            assert status == 401
            assert b"invalid_api_key" in body
            assert (await locked.get("/v1/models", wrong)).status == 401
            assert (await ask_for_secret(locked, headers=wrong)).status == 401


async def test_a_client_secret_opens_sessions_with_what_it_was_asked_for() -> None:
    async with serving("api_key=sesame") as locked:
        session = {
            "type": "realtime",
            "model": "stub_avatar",
            "output_modalities": ["text"],
            "instructions": "Be curt.",
        }
        made = (await ask_for_secret(locked, {"session": session}, SPOKEN)).json
        assert made["value"].startswith("ek_")
        assert made["session"]["instructions"] == "Be curt."
        for _ in range(2):
            async with realtime(locked, "", subprotocols=["realtime", f"{SECRET}{made['value']}"]) as peer:
                assert peer.seen[0]["session"]["output_modalities"] == ["text"]
                assert peer.seen[0]["session"]["model"] == "stub_avatar"
                assert await peer.ask("hi") == "You said: hi"
        assert (await ask_for_secret(locked, headers={"Authorization": f"Bearer {made['value']}"})).status == 401


async def test_a_secret_without_wishes_is_the_personas(site) -> None:
    made = (await ask_for_secret(site)).json
    assert "Mira" in made["session"]["instructions"]


@pytest.mark.parametrize("body", [b"{", b"[]", {"expires_after": {"seconds": 1}}, {"session": {"type": "nothing"}}])
async def test_a_wrong_wish_for_a_secret_is_told(site, body) -> None:
    answer = await ask_for_secret(site, body)
    assert answer.status == 400
    assert answer.json["error"]["code"]


async def test_a_page_of_another_origin_and_a_strange_host_get_nothing(site) -> None:
    assert (await refused(site, origin="http://evil.example"))[0] == 403
    assert (await fetch(site.base, "GET", "/v1/models", None, {"Host": "evil.example"})).status in (400, 403)
    async with connect(url_of(site), origin=site.base):
        pass


async def test_a_realtime_client_counts_as_a_session_and_one_too_many_is_refused() -> None:
    async with serving("limits.sessions=1") as small:
        async with realtime(small):
            assert (await small.get("/health")).json["sessions"] == 1
            status, body = await refused(small)
            assert status == 503
            assert b"1 session is open" in body
            assert (await small.new()).status == 503
        await small.house.left()
        async with realtime(small):
            pass


async def test_when_the_server_stops_a_running_response_ends_no_new_one_begins_and_then_it_closes() -> None:
    async with serving() as site, realtime(site) as busy, realtime(site) as idle:
        await busy.begin("a story that goes on")
        assert site.house.turns == 1
        async with asyncio.TaskGroup() as group:
            group.create_task(site.house.drain())
            assert (await busy.the("response.done"))["response"]["status"] == "completed"
            assert await busy.closed() == (1001, "server_stopping")
            assert await idle.closed() == (1001, "server_stopping")
        assert (await refused(site))[0] == 503
        assert site.house.sessions == 0


async def test_a_response_asked_for_while_the_server_stops_is_refused() -> None:
    async with serving() as site, realtime(site) as peer, realtime(site) as other:
        await other.begin()
        async with asyncio.TaskGroup() as group:
            group.create_task(site.house.drain())
            await asyncio.sleep(0)
            await peer.say("hi")
            response = done(await peer.answer())
            assert (response["status"], response["status_details"]["error"]["code"]) == ("failed", "server_stopping")
            await other.send("response.cancel")


async def test_a_profile_whose_voice_cannot_be_reached_is_told_and_closed_with_1011() -> None:
    house = make_house(profile="openai_realtime")
    async with serving(house=house) as site, connect(url_of(site)) as socket:
        peer = RealtimePeer(socket)
        error = (await peer.the("error"))["error"]
        assert error["code"] == "voice_failed"
        assert (await peer.closed())[0] == 1011


async def test_each_step_is_one_line_of_the_log_and_what_is_said_is_in_none(site, caplog) -> None:
    with caplog.at_level(logging.INFO, "tth"):
        async with realtime(site) as peer:
            await peer.say("the secret word is rosebud")
            response = done(await peer.answer())
    (session,) = {record.session for record in caplog.records if hasattr(record, "session")}
    steps = [record.getMessage() for record in caplog.records if getattr(record, "turn", "") == response["id"]]
    assert session.startswith("realtime_")
    assert steps[:2] == ["started: 26 characters", "speaking"]
    assert steps[2].startswith("completed: ")
    assert "rosebud" not in caplog.text


async def test_a_message_of_two_mebibytes_is_for_realtime_clients_alone(site) -> None:
    padded = '{"type":"input_audio_buffer.clear"' + " " * 2**21 + "}"
    async with realtime(site) as peer:
        await peer.socket.send(padded)
        assert await peer.the("input_audio_buffer.cleared")
    async with site.join() as native:
        await native.socket.send(padded)
        assert await native.closed() == 1009


async def test_a_budget_of_the_profile_ends_the_session() -> None:
    async with serving("budget.minutes=0.001") as short, realtime(short) as peer:
        assert await peer.closed() == (1001, "budget_spent")

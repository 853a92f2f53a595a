"""Who may come in: keys, hosts, origins; what every answer carries; what a mistake of the server looks like."""

import logging

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.peer import Peer, fetch, make_house, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVIL = "http://evil.example"


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer wrong"}, {"X-API-Key": "é"}])
async def test_without_the_key_there_is_no_session(headers) -> None:
    async with serving("api_key=sesame") as locked:
        answer = await locked.new(headers)
        assert (answer.status, answer.json["error"]["code"]) == (401, "unauthorized")
        assert "sesame" not in answer.body.decode()


async def test_with_the_key_there_is_one_and_its_stream_needs_the_ticket_alone() -> None:
    async with serving("api_key=sesame") as locked:
        for headers in (
            {"X-API-Key": "sesame"},
            {"Authorization": "Bearer sesame"},
            {"authorization": "bearer sesame"},
        ):
            async with locked.join(headers) as peer:
                assert (await peer.ask("hi"))["type"] == "turn_complete"
        assert (await locked.get("/")).status == 200
        assert (await locked.get("/health")).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[", "", "localhost@evil"]
)
async def test_a_name_that_was_made_to_point_here_is_not_answered(site, host) -> None:
    for method, path in (("GET", "/"), ("GET", "/health"), ("POST", "/v1/sessions")):
        answer = await fetch(site.base, method, path, None, {"Host": host})
        assert answer.status in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:8000"])
async def test_local_names_are_answered(site, host) -> None:
    assert (await site.get("/health", {"Host": host})).status == 200


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1", "http://["])
async def test_a_page_of_another_origin_gets_nothing(site, origin) -> None:
    answer = await site.new({"Origin": origin})
    assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden")
    assert "access-control-allow-origin" not in answer.headers
    made = (await site.new()).json
    with pytest.raises(InvalidStatus) as refused:
        await connect(site.address(made["stream"]), origin=origin)
    assert refused.value.response.status_code == 403
    async with connect(site.address(made["stream"])) as socket:
        assert (await Peer(socket, made).next())["type"] == "session_ready"


async def test_the_page_of_this_server_may_connect(site) -> None:
    made = await site.new({"Origin": site.base})
    assert made.status == 201
    async with connect(site.address(made.json["stream"]), origin=site.base) as socket:
        assert (await Peer(socket, made.json).next())["type"] == "session_ready"


async def test_an_origin_that_is_refused_is_told_to_the_log_once(site, caplog) -> None:
    for _ in range(3):
        await site.new({"Origin": "https://other.example"})
    assert [message for message in caplog.messages if "other.example" in message] == [
        "a page of https://other.example was refused; add it to 'origins' if it shall connect"
    ]


async def test_a_page_of_an_allowed_origin_may_connect_and_is_answered_as_cors_demands() -> None:
    async with serving("origins=[https://app.example/]") as other:
        page = {"Origin": "https://app.example"}
        asked = await fetch(
            other.base, "OPTIONS", "/v1/sessions", None, page | {"Access-Control-Request-Method": "POST"}
        )
        assert asked.status == 204
        assert "content-type" in asked.headers["access-control-allow-headers"]
        made = await other.new(page)
        assert made.status == 201
        assert made.headers["access-control-allow-origin"] == "https://app.example"
        async with connect(other.address(made.json["stream"]), origin="https://app.example") as socket:
            assert (await Peer(socket, made.json).next())["type"] == "session_ready"
        assert (await other.new({"Origin": EVIL})).status == 403


@pytest.mark.parametrize(
    ("path", "headers"), [("/", {}), ("/health", {}), ("/js/main.js", {}), ("/nothing", {}), ("/", {"Origin": EVIL})]
)
async def test_every_answer_carries_the_security_headers(site, path, headers) -> None:
    carried = (await site.get(path, headers)).headers
    policy = carried["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert carried["x-content-type-options"] == "nosniff"
    assert carried["referrer-policy"] == "no-referrer"
    assert carried["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in carried


async def test_what_is_not_there_is_told_in_the_shape_of_every_error(site) -> None:
    missing = await site.get("/nothing")
    assert (missing.status, missing.json["error"]["code"]) == (404, "not_found")
    wrong = await site.get("/v1/sessions")
    assert (wrong.status, wrong.json["error"]["code"], wrong.headers["allow"]) == (405, "method_not_allowed", "POST")
    for path in ("/../tth/errors.py", "/%2e%2e/errors.py", "/..%2ferrors.py"):
        assert (await site.get(path)).status == 404


async def test_a_mistake_of_the_server_is_logged_whole_and_told_in_a_line(monkeypatch, caplog) -> None:
    house = make_house()

    def broken():
        raise ZeroDivisionError("secret detail")

    house.profiles = broken
    async with serving(house=house) as other:
        answer = await other.get("/v1/profiles")
        assert (answer.status, answer.json["error"]["code"]) == (500, "internal_error")
        assert "secret" not in answer.body.decode()
        assert "content-security-policy" in answer.headers
        (line,) = [record for record in caplog.records if record.exc_info]
        assert line.levelno == logging.ERROR
        assert "secret detail" in str(line.exc_info[1])
        assert (await other.get("/health")).status == 200


async def test_a_mistake_in_a_session_ends_that_session_with_1011(monkeypatch, caplog) -> None:
    async with serving() as other, other.join() as friend:
        with monkeypatch.context() as patch:
            patch.setattr("tth.server.berth.Pace.step", lambda pace: 1 / 0)
            made = (await other.new()).json
            async with connect(other.address(made["stream"])) as socket:
                peer = Peer(socket, made)
                assert await peer.closed() == 1011
                assert peer.seen[-1]["code"] == "internal_error"
        (line,) = [record for record in caplog.records if record.exc_info]
        assert line.session == made["id"]
        assert (await friend.ask("hi"))["type"] == "turn_complete"

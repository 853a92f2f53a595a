"""Sessions and tickets over HTTP."""

import asyncio
import http.client

import pytest
from websockets.asyncio.client import connect

from tests.server.peer import Peer, fetch, serving
from tth.server.body import BODY_BYTES
from tth.server.tickets import CLAIM_S, TicketDesk
from tth.session.cast import Cast

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refused_stream(site, stream):
    async with connect(site.address(stream)) as socket:
        return await Peer(socket, {}).closed()


async def test_a_session_tells_its_id_ticket_stream_profile_and_persona(site) -> None:
    made = (await site.new()).json
    assert made["stream"] == f"/v1/sessions/{made['id']}/stream?ticket={made['ticket']}"
    assert made["profile"] == "offline_mock"
    assert made["persona"]["id"] == "mira"


async def test_an_empty_body_asks_for_the_default_profile(site) -> None:
    assert (await fetch(site.base, "POST", "/v1/sessions")).json["profile"] == "offline_mock"


async def test_the_session_is_ready_with_its_id_and_components(site) -> None:
    async with site.join(profile="stub_avatar") as peer:
        ready = peer.seen[0]
        assert ready["session_id"] == peer.made["id"]
        assert ready["profile"] == "stub_avatar"
        assert ready["components"] == {"realtime": "mock_realtime", "avatar": "stub_avatar"}


async def test_a_persona_and_a_control_are_taken_over(site) -> None:
    async with site.join(persona="noor", control={"emotion": {"label": "sad"}}) as peer:
        assert peer.seen[0]["persona"] == "noor"
        await peer.ask("hi")
        (started,) = peer.events("turn_started")
        assert started["control"]["emotion"]["label"] == "sad"


async def test_a_ticket_opens_one_stream_once(site) -> None:
    async with site.join() as peer:
        assert await refused_stream(site, peer.made["stream"]) == 4401


async def test_a_wrong_ticket_opens_nothing_and_spoils_nothing(site) -> None:
    made = (await site.new()).json
    assert await refused_stream(site, f"/v1/sessions/{made['id']}/stream?ticket=wrong") == 4401
    assert await refused_stream(site, f"/v1/sessions/{made['id']}/stream") == 4401
    assert await refused_stream(site, f"/v1/sessions/unknown/stream?ticket={made['ticket']}") == 4401
    async with connect(site.address(made["stream"])) as socket:
        assert (await Peer(socket, made).next())["type"] == "session_ready"


async def test_a_ticket_is_forgotten_after_a_minute() -> None:
    now = 0.0
    desk = TicketDesk(lambda: now)
    ticket = desk.issue(Cast(profile="p", persona="m"), None, "binary")
    now = CLAIM_S
    assert len(desk) == 0
    assert desk.claim(ticket.session_id, ticket.secret) is None


@pytest.mark.parametrize(
    ("body", "status", "code", "named"),
    [
        (b"{", 400, "bad_request", "truncated"),
        (b"[]", 400, "bad_request", "object"),
        (b'{"profil": "offline"}', 400, "bad_request", "profil"),
        (b'{"media": "tape"}', 400, "bad_request", "$.media"),
        (b'{"control": {"character": {"speech_rate": 9}}}', 400, "bad_request", "$.control.character.speech_rate"),
        (b'{"control": {"emotion": {"lable": "sad"}}}', 400, "bad_request", "lable"),
        (b'{"a":' + b"[" * 50_000, 400, "bad_request", ""),
        (b'{"profile": "offline_mok"}', 404, "no_such_profile", "offline_mock"),
        (b'{"profile": "../config/base"}', 404, "no_such_profile", ""),
        (b'{"profile": "/etc/passwd"}', 404, "no_such_profile", ""),
        (b'{"persona": "nobody"}', 404, "no_such_persona", "mira"),
        (b" " * (BODY_BYTES + 1), 413, "too_large", str(BODY_BYTES)),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(site, body, status, code, named) -> None:
    answer = await fetch(site.base, "POST", "/v1/sessions", body)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert named in answer.json["error"]["message"]


async def test_a_body_without_a_length_is_limited_too(site) -> None:
    def post() -> int:
        connection = http.client.HTTPConnection(site.base.removeprefix("http://"), timeout=10)
        connection.request("POST", "/v1/sessions", iter([b" " * 50_000] * 4), encode_chunked=True)
        status = connection.getresponse().status
        connection.close()
        return status

    assert await asyncio.to_thread(post) == 413


async def test_a_name_with_a_plus_is_found(tmp_path, monkeypatch) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mock+jaw.yaml").write_text("extends: offline_mock\n")
    monkeypatch.setenv("TTH_CONFIG_DIR", str(tmp_path))
    async with serving() as other:
        assert "mock+jaw" in [each["name"] for each in (await other.get("/v1/profiles")).json["profiles"]]
        async with other.join(profile="mock+jaw") as peer:
            assert peer.seen[0]["profile"] == "mock+jaw"


async def test_a_profile_that_cannot_be_used_says_so_without_naming_files(tmp_path, monkeypatch) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "broken.yaml").write_text("extends: offline_mock\ncomponents: {tts: {primary: nix}}\n")
    monkeypatch.setenv("TTH_CONFIG_DIR", str(tmp_path))
    async with serving() as other:
        answer = await other.new(profile="broken")
        assert (answer.status, answer.json["error"]["code"]) == (409, "unusable_profile")
        assert "components.tts.primary" in answer.json["error"]["message"]
        assert str(tmp_path) not in answer.json["error"]["message"]


async def test_sessions_and_tickets_together_stay_within_the_limit() -> None:
    async with serving("limits.sessions=2") as small, small.join():
        assert (await small.new()).status == 201
        full = await small.new()
        assert (full.status, full.json["error"]["code"]) == (503, "busy")


async def test_a_server_about_to_stop_takes_nothing_new() -> None:
    async with serving() as other:
        ticket = (await other.new()).json
        await other.house.drain()
        assert (await other.new()).status == 503
        assert (await other.get("/health")).status == 503
        assert await refused_stream(other, ticket["stream"]) == 1012


async def test_a_session_that_leaves_gives_its_place_to_another() -> None:
    async with serving("limits.sessions=1") as small:
        for _ in range(3):
            async with small.join():
                assert small.house.sessions == 1
            async with asyncio.timeout(5):
                await small.house.left()


async def test_the_stream_needs_a_websocket(site) -> None:
    made = (await site.new()).json
    assert (await site.get(made["stream"])).status == 404

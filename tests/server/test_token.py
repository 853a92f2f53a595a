"""A page's short-lived secret: who gets one, how often, of whom; and that no long-lived key leaves the server."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from tests.hosting.rtc.caller import Caller, calling, post
from tests.server.peer import fetch, make_house, serving
from tests.server.realtime_peer import realtime
from tests.server.test_realtime_doors import refused
from tth.emulators.openai.emulator import EmulatorOptions
from tth.emulators.openai.faults import Fault, Faults
from tth.emulators.openai.mind import MindOptions
from tth.hosting.keys import Secrets
from tth.hosting.rtc.candidates import new_connection
from tth.server.realtime import entrance
from tth.testing.emulated import emulated_openai

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "sk-the-long-lived-one-0123456789"
PROTOCOL = "openai-insecure-api-key."
SPOKEN = {"Authorization": "Bearer sesame"}


async def token(site, body=None, **headers):
    headers = headers or {"Origin": site.base}
    return await fetch(site.base, "POST", "/v1/realtime/token", {} if body is None else body, headers)


def provided(monkeypatch, url):
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return make_house(profile="openai_realtime")


async def test_a_page_gets_a_secret_of_the_provider_in_the_session_that_the_adapter_asks_for(monkeypatch) -> None:
    async with emulated_openai() as (url, emulator), serving(house=provided(monkeypatch, url)) as site:
        asked = {"persona": "mira", "control": {"emotion": {"label": "sad"}, "character": {"speech_rate": 1.2}}}
        answer = await token(site, asked)
        made = answer.json
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert made["value"].startswith("ek_")
        assert made["url"]["calls"] == f"{url}/realtime/calls"
        assert made["url"]["socket"].startswith(url.replace("http", "ws") + "/realtime?model=gpt-realtime")
        assert (made["voice"], made["persona"], made["profile"]) == ("cedar", "mira", "openai_realtime")
        assert "marin" in made["voices"]
        assert made["session_id"].startswith("sess_")
        carried = emulator.secrets.carried(made["value"])
        assert "Mira" in carried["instructions"]
        assert "sad" in carried["instructions"]
        assert carried["audio"]["output"] == {
            "format": {"type": "audio/pcm", "rate": 24000},
            "voice": "cedar",
            "speed": pytest.approx(1.2),
        }
        assert carried["audio"]["input"]["turn_detection"]["type"] == "server_vad"


async def test_no_long_lived_key_is_in_any_byte_of_a_token_and_a_call(monkeypatch) -> None:
    options = EmulatorOptions(voice="tones", mind=MindOptions(kind="echo"), pace=0, key=KEY)
    async with emulated_openai(options) as (url, _), serving(house=provided(monkeypatch, url)) as site:
        answer = await token(site)
        said = [answer.body, repr(answer.headers).encode()]
        place = urlsplit(answer.json["url"]["calls"])
        async with calling(f"{place.scheme}://{place.netloc}", answer.json["value"], place.path) as caller:
            await caller.ask("hi")
            await caller.until("output_audio_buffer.stopped")
            said += [json.dumps(caller.seen).encode(), caller.answer.encode()]
        async with calling(site.base) as caller:
            await caller.ask("hi")
            await caller.until("output_audio_buffer.stopped")
            said += [json.dumps(caller.seen).encode(), caller.answer.encode()]
        async with realtime(site) as peer:
            await peer.ask("hi")
            said.append(json.dumps(peer.seen).encode())
        for path in ("/", "/health", "/v1/profiles", "/v1/meters", "/v1/models"):
            page = await site.get(path)
            said += [page.body, repr(page.headers).encode()]
        assert KEY.encode() not in b"".join(said)
        assert answer.json["value"].encode() in b"".join(said)


@pytest.mark.parametrize("profile", ["offline_mock", "stub_avatar"])
async def test_any_other_profile_gets_a_secret_of_this_server_bound_to_what_was_asked_for(site, profile) -> None:
    made = (await token(site, {"profile": profile, "control": {"emotion": {"label": "sad"}}})).json
    assert made["url"] == {"calls": "/v1/realtime/calls", "socket": f"/v1/realtime?model={profile}"}
    async with calling(site.base, made["value"]) as caller:
        await caller.ask("hi")
        await caller.until("output_audio_buffer.stopped")
        assert caller.seen[0]["session"]["model"] == profile
    protocols = ["realtime", PROTOCOL + made["value"]]
    async with realtime(site, made["url"]["socket"].partition("?")[2], subprotocols=protocols) as peer:
        assert peer.socket.subprotocol == "realtime"
        assert await peer.ask("hi") == "You said: hi"
    async with realtime(site, "model=nobody&persona=nobody", subprotocols=protocols) as peer:
        assert "Mira" in peer.seen[0]["session"]["instructions"]


async def test_an_expired_secret_opens_nothing_and_what_it_opened_goes_on(monkeypatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(entrance, "Secrets", lambda: Secrets(lambda: now[0]))
    monkeypatch.setattr("tth.server.realtime.token.time.time", lambda: now[0])
    async with serving("api_key=sesame") as locked:
        made = (await token(locked, **SPOKEN)).json
        assert made["expires_at"] == 1060
        protocols = ["realtime", PROTOCOL + made["value"]]
        async with calling(locked.base, made["value"]) as caller, realtime(locked, subprotocols=protocols) as peer:
            now[0] = 1060.5
            assert (await refused(locked, subprotocols=protocols))[0] == 401
            late = Caller(new_connection())
            assert (await post(locked.base, await late.offer(), made["value"])).status == 401
            await late.leave()
            assert await peer.ask("hi") == "You said: hi"
            await caller.ask("hi")
            await caller.until("output_audio_buffer.stopped")


async def test_only_pages_of_this_server_get_one_and_with_a_key_only_who_has_it() -> None:
    async with serving() as site:
        for origin in ({"X-Nothing": ""}, {"Origin": "null"}, {"Origin": "http://elsewhere.example"}):
            assert (await token(site, **origin)).status == 403
    async with serving("api_key=sesame") as locked:
        for wrong in ({"Origin": locked.base}, {"Authorization": "Bearer open"}):
            assert (await token(locked, **wrong)).status == 401
        made = await token(locked, **SPOKEN)
        assert made.status == 200
        assert (await token(locked, Authorization=f"Bearer {made.json['value']}")).status == 401


async def test_more_than_so_many_in_a_minute_are_refused_until_it_is_over() -> None:
    async with serving("limits.tokens_per_minute=2") as site:
        assert [(await token(site)).status for _ in range(3)] == [200, 200, 429]
        answer = await token(site)
        assert answer.json["error"]["code"] == "rate_limit_exceeded"
        assert 0 < int(answer.headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        ({"mood": 1}, 400),
        ({"control": {"emotion": {"label": "hungry"}}}, 400),
        ({"profile": "nobody"}, 404),
        ({"persona": "nobody"}, 404),
        (b" " * 70_000, 413),
    ],
)
async def test_a_wrong_request_is_told(body, status) -> None:
    async with serving() as site:
        answer = await token(site, body)
        assert answer.status == status
        assert answer.json["error"]["message"]


async def test_a_provider_that_refuses_is_told_in_the_log_and_the_page_is_told_what_to_do(monkeypatch, caplog) -> None:
    options = EmulatorOptions(voice="tones", mind=MindOptions(kind="echo"), key="another")
    async with emulated_openai(options) as (url, _), serving(house=provided(monkeypatch, url)) as site:
        answer = await token(site)
    assert (answer.status, answer.json["error"]["code"]) == (409, "direct_mode_refused")
    assert "tth doctor" in answer.json["error"]["message"]
    assert "does not take this key; see OPENAI_API_KEY" in caplog.text
    assert KEY not in caplog.text
    assert url not in answer.body.decode()


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(503, 503, "provider_busy"), (429, 503, "provider_busy"), (404, 409, "no_direct_mode")],
)
async def test_a_provider_that_is_busy_may_be_asked_again_and_one_without_secrets_may_not(
    monkeypatch, fault, status, code
) -> None:
    faults = Faults(faults=[Fault(on="client_secret", status=fault)])
    options = EmulatorOptions(voice="tones", mind=MindOptions(kind="echo"), faults=faults)
    async with emulated_openai(options) as (url, _), serving(house=provided(monkeypatch, url)) as site:
        answer = await token(site)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)


async def test_a_provider_that_cannot_be_reached_may_be_asked_again(monkeypatch) -> None:
    async with serving(house=provided(monkeypatch, "http://127.0.0.1:9/v1")) as site:
        answer = await token(site)
    assert (answer.status, answer.json["error"]["code"]) == (503, "provider_busy")


async def test_a_page_may_call_from_its_own_origin_and_reads_where_the_call_is() -> None:
    async with serving("origins=[https://app.example]") as site:
        answer = await fetch(site.base, "POST", "/v1/realtime/calls", b"", {"Origin": "https://app.example"})
        assert "Location" in answer.headers["access-control-expose-headers"]
        asked = await fetch(site.base, "OPTIONS", "/v1/realtime/calls/rtc_1", None, {"Origin": "https://app.example"})
        assert "DELETE" in asked.headers["access-control-allow-methods"]


async def test_a_socket_with_an_unknown_call_is_refused(site) -> None:
    assert (await refused(site, "call_id=rtc_none"))[0] == 404
    async with serving("api_key=sesame") as locked:
        assert (await refused(locked, "call_id=rtc_none"))[0] == 401

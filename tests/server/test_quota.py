"""How much one client may have, by its address and by its key; and how it is told."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from tests.hosting.rtc.caller import Caller as WebRTCCaller
from tests.hosting.rtc.caller import post
from tests.server.peer import Peer, fetch, serving
from tests.server.realtime_peer import realtime
from tests.server.test_realtime_doors import SPOKEN, ask_for_secret, refused
from tests.server.test_relay import talking
from tth.config.settings import Settings
from tth.hosting.rtc.candidates import new_connection
from tth.server import quota
from tth.server.quota import BEGUN, GUESSES, NOBODY, SOUND, SPEECH, TOKENS, Books, Bucket, TooMuch
from tth.testing.clock import run

SECOND = bytes(48_000)
"""Silence, PCM16 at 24 kHz."""
BEHIND_A_PROXY = "trusted_proxies=[127.0.0.1]"


def by(address):
    return {"X-Forwarded-For": address}


def microphone(pcm, rate_hz=24_000):
    return struct.pack("<BBHIIQ", 4, 0, rate_hz, 0, 0, 0) + pcm


@asynccontextmanager
async def socket_of(site, made, address="198.51.100.1"):
    options = {"compression": None, "additional_headers": by(address)}
    async with connect(site.address(made["stream"]), **options) as socket:
        yield Peer(socket, made)


# The books


def test_a_bucket_holds_what_a_period_allows_and_fills_evenly() -> None:
    bucket = Bucket(2, 60, 0)
    assert bucket.wait_s(0, 2) == 0
    bucket.take(0, 2)
    assert bucket.wait_s(0, 1) == 30
    assert bucket.wait_s(15, 1) == 15
    assert bucket.wait_s(30, 1) == 0
    assert bucket.wait_s(1e6, 3) == 30


def test_what_was_had_beyond_it_is_waited_for() -> None:
    bucket = Bucket(60, 60, 0)
    bucket.take(0, 90)
    assert [bucket.wait_s(now) for now in (0, 20, 30)] == [30, 10, 0]


def test_what_is_taken_from_a_full_bucket_is_missed_however_long_it_was_full() -> None:
    bucket = Bucket(60, 60, 0)
    bucket.take(1e6, 50)
    assert bucket.wait_s(1e6, 60) == 50


def test_each_address_has_its_own_and_a_key_is_counted_wherever_it_comes_from() -> None:
    books = Books(Settings(per_address={"sessions_per_minute": 1}, per_key={"sessions_per_minute": 2}), lambda: 0)
    books.caller("198.51.100.1", "k").begin()
    with pytest.raises(TooMuch, match=r"from this address, more than per_address\.sessions_per_minute allows"):
        books.caller("198.51.100.1").begin()
    books.caller("198.51.100.2", "k").begin()
    with pytest.raises(TooMuch, match=r"with this key, more than per_key\.sessions_per_minute allows; try .* 30 s"):
        books.caller("198.51.100.3", "k").begin()
    books.caller("198.51.100.3", "another").begin()


def test_what_is_refused_is_not_counted() -> None:
    now = [0.0]
    books = Books(Settings(per_address={"sessions_per_minute": 1}), lambda: now[0])
    caller = books.caller("198.51.100.1")
    caller.begin()
    for _ in range(5):
        with pytest.raises(TooMuch):
            caller.begin()
    now[0] = 60
    caller.begin()


def test_sessions_that_are_open_or_promised_count_until_they_are_over() -> None:
    books = Books(Settings(per_address={"sessions": 2}), lambda: 0)
    caller, other = books.caller("198.51.100.1"), books.caller("198.51.100.2")
    with caller.seat():
        caller.begin([other])
        with pytest.raises(TooMuch, match="as many sessions are open from this address") as full:
            caller.begin([books.caller("198.51.100.1")])
        assert full.value.retry_s > 0
        with books.caller("198.51.100.1").seat(), pytest.raises(TooMuch), caller.seat():
            pass
    caller.begin([other])


def test_who_sends_too_fast_waits_and_all_sockets_of_one_address_together_are_no_faster() -> None:
    async def flood() -> float:
        loop = asyncio.get_running_loop()
        books = Books(Settings(per_address={"messages_per_s": 100}), loop.time)
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(send(books.caller("198.51.100.1")))
        return loop.time() - began

    async def send(caller) -> None:
        for _ in range(100):
            await caller.step()

    assert run(flood()) == pytest.approx(4, abs=0.1)


def test_a_stream_of_refused_sound_is_told_so_every_few_seconds() -> None:
    now = [0.0]
    caller = Books(Settings(per_address={"microphone_s_per_minute": 1}), lambda: now[0]).caller("198.51.100.1")
    told = 0
    for piece in range(1000):
        now[0] = piece / 50
        try:
            caller.hears(bytes(960), 24_000)
        except TooMuch:
            told += 1
    assert 3 <= told <= 5
    assert caller.hears(b"", 0) in (True, False)


def test_who_was_promised_a_session_by_a_key_is_counted_as_that_key_by_its_stream() -> None:
    books = Books(Settings(per_key={"sessions": 1}))
    asked = books.caller("198.51.100.1", "k")
    with books.caller("198.51.100.2", asked.key).seat(), pytest.raises(TooMuch, match="with this key"):
        asked.begin()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text() | st.ip_addresses().map(str), max_size=60))
def test_whatever_addresses_come_the_books_stay_small_and_forget_no_open_session(addresses) -> None:
    known, quota.KNOWN = quota.KNOWN, 8
    try:
        books = Books(Settings(per_address={"sessions": 1}), lambda: 0)
        with books.caller("203.0.113.7").seat(), books.caller("203.0.113.8", "k").seat():
            for address in addresses:
                books.caller(address, address[:1]).count(BEGUN)
                assert len(books) <= 8
            with pytest.raises(TooMuch):
                books.caller("203.0.113.7").begin()
    finally:
        quota.KNOWN = known


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:198.51.100.1", "198.51.100.1", True),
        ("198.51.100.1", "198.51.100.2", False),
    ],
)
def test_a_line_with_many_addresses_of_ipv6_is_one_address(one, other, same) -> None:
    assert (quota.network_of(one) == quota.network_of(other)) is same


def test_no_limit_is_met_by_a_person_at_one_machine() -> None:
    caller = Books(Settings(), lambda: 0).caller("198.51.100.1")
    for _ in range(20):
        caller.begin()
        caller.hear(60)
    caller.count(SPEECH, 8 * 3600)
    caller.check_speech()


def test_what_has_no_limit_is_not_counted() -> None:
    open_handed = Settings(per_address=dict.fromkeys(Settings().per_address.model_dump()))
    for caller in (NOBODY, Books(open_handed, lambda: 0).caller("198.51.100.1")):
        for kind in (BEGUN, SOUND, SPEECH):
            caller.count(kind, 1e9)
        caller.begin()
        caller.hear(1e9)
        with caller.seat(), caller.seat():
            pass


def test_the_log_is_told_of_a_refusal_and_not_of_a_flood_of_them(caplog) -> None:
    now = [0.0]
    books = Books(Settings(per_address={"sessions_per_minute": 1}), lambda: now[0])
    for number in range(500):
        now[0] = number / 50
        for _ in range(2):
            with suppress(TooMuch):
                books.caller(f"198.51.100.{number % 250}").begin()
    assert caplog.messages == [
        "198.51.100.0 is refused: too many sessions were begun from this address, "
        "more than per_address.sessions_per_minute allows; try again in 60 s"
    ]


# The doors


async def test_a_session_too_many_is_refused_with_429_and_other_addresses_are_served() -> None:
    async with serving(BEHIND_A_PROXY, "per_address.sessions=2") as site:
        first = (await site.new(by("198.51.100.1"))).json
        async with socket_of(site, first) as peer:
            await peer.until("session_ready")
            assert (await site.new(by("198.51.100.1"))).status == 201  # promised, and not opened yet
            full = await site.new(by("198.51.100.1"))
            assert (full.status, full.json["error"]["code"]) == (429, "rate_limit_exceeded")
            assert int(full.headers["retry-after"]) > 0
            assert "per_address.sessions" in full.json["error"]["message"]
            assert (await site.new(by("198.51.100.2"))).status == 201


async def test_sessions_begun_too_fast_are_refused_at_every_door() -> None:
    async with serving("per_address.sessions_per_minute=1") as site:
        assert (await site.new()).status == 201
        full = await site.new()
        assert (full.status, full.headers["retry-after"]) == (429, "60")
        status, body = await refused(site)
        assert (status, json.loads(body)["error"]["code"]) == (429, "rate_limit_exceeded")
        late = WebRTCCaller(new_connection())
        answer = await post(site.base, await late.offer())
        assert (answer.status, answer.json["error"]["code"]) == (429, "rate_limit_exceeded")
        await late.leave()
        assert (await ask_for_secret(site)).status == 429  # a secret is a promise of sessions
        async with connect(site.address("/ws/conversation")) as socket:
            told = json.loads(await socket.recv())
            assert (told["type"], told["code"]) == ("error", "rate_limit_exceeded")
            await socket.wait_closed()
            assert socket.close_code == 4429


async def test_a_ticket_that_is_used_where_too_many_are_open_gets_an_error_and_its_close_code() -> None:
    async with serving(BEHIND_A_PROXY, "per_address.sessions=1") as site:
        first, second, third = [(await site.new(by(f"198.51.100.{n}"))).json for n in (1, 2, 3)]
        face = {"stream": third["stream"].replace("/stream?", "/face?")}
        async with socket_of(site, first) as peer:
            await peer.until("session_ready")
            for made in (second, face):
                async with socket_of(site, made) as late:
                    assert (await late.until("error"))["code"] == "rate_limit_exceeded"
                    assert await late.closed() == 4429
            assert (await peer.ask("hi"))["type"] == "turn_complete"


async def test_a_key_is_counted_wherever_it_is_used_and_a_client_secret_is_one_of_its_own() -> None:
    async with serving(BEHIND_A_PROXY, "api_key=sesame", "per_key.sessions=1") as site:
        secret = (await ask_for_secret(site, headers=SPOKEN)).json["value"]
        async with realtime(site, headers=SPOKEN | by("198.51.100.1")):
            full = await site.new(SPOKEN | by("198.51.100.2"))
            assert (full.status, "per_key.sessions" in full.json["error"]["message"]) == (429, True)
            brought = {"Authorization": f"Bearer {secret}"}
            async with realtime(site, headers=brought | by("198.51.100.3")):
                status, body = await refused(site, additional_headers=brought | by("198.51.100.4"))
                assert (status, b"per_key.sessions" in body) == (429, True)


async def test_sound_beyond_the_minute_is_not_heard_and_told_once_and_the_session_goes_on() -> None:
    async with serving("per_address.microphone_s_per_minute=1") as site, site.join() as peer:
        await peer.send("microphone", state="open")
        for _ in range(10):
            await peer.socket.send(microphone(SECOND))
        assert (await peer.until("error"))["code"] == "rate_limit_exceeded"
        assert (await peer.ask("hi"))["type"] == "turn_complete"
        assert len(peer.events("error")) == 1


async def test_who_has_heard_the_days_speech_is_answered_no_more_and_told_why_in_each_protocol() -> None:
    async with serving("per_address.speech_s_per_day=1") as site, site.join() as peer:
        assert (await peer.ask("a story that is longer than one second"))["type"] == "turn_complete"
        await peer.send("user_text", text="more", turn_id="second")
        told = await peer.until("error")
        assert (told["code"], told["turn_id"], told["decision"]) == ("insufficient_quota", "second", "ignore")
        await peer.socket.send(microphone(SECOND))
        assert (await peer.until("error"))["code"] == "insufficient_quota"
        async with talking(site) as socket:
            await socket.send(json.dumps({"type": "text", "text": "hi"}))
            assert json.loads(await socket.recv())["code"] == "insufficient_quota"
        async with realtime(site) as client:
            await client.send("response.create", event_id="mine")
            error = (await client.the("error"))["error"]
            assert (error["type"], error["code"]) == ("insufficient_quota", "insufficient_quota")
            assert error["event_id"] == "mine"


async def test_sound_of_a_realtime_client_is_counted_however_it_is_sent() -> None:
    audio = base64.b64encode(4 * SECOND).decode()
    content = [{"type": "input_audio", "audio": audio}]
    item = {"type": "message", "role": "user", "content": content}
    for event in (
        {"type": "input_audio_buffer.append", "audio": audio},
        {"type": "conversation.item.create", "item": item},
    ):
        async with serving("per_address.microphone_s_per_minute=3") as site, realtime(site) as client:
            for _ in range(2):
                await client.send(**event)
            error = (await client.the("error"))["error"]
            assert (error["type"], error["code"]) == ("rate_limit_exceeded", "rate_limit_exceeded")
            assert "microphone_s_per_minute" in error["message"]
            await client.send("response.create")
            await client.the("response.done")


# Guessing


async def test_who_guesses_is_stopped_and_nobody_else_is() -> None:
    async with serving(BEHIND_A_PROXY, "api_key=sesame", "limits.guesses_per_minute=3") as site:
        made = (await site.new(SPOKEN | by("198.51.100.1"), resume=True)).json
        stream = f"/v1/sessions/{made['id']}/stream"
        guesses = (f"{stream}?ticket=wrong", f"{stream}?resume=wrong")
        for guess in guesses:
            async with socket_of(site, {"stream": guess}, "198.51.100.9") as stranger:
                assert await stranger.closed() == 4401
        wrong = {"Authorization": "Bearer open"} | by("198.51.100.9")
        assert (await site.new(wrong)).status == 401
        for headers in (wrong, SPOKEN | by("198.51.100.9")):
            stopped = await site.new(headers)
            assert (stopped.status, stopped.json["error"]["code"]) == (429, "rate_limit_exceeded")
            assert 0 < int(stopped.headers["retry-after"]) <= 20
            assert (await site.get("/v1/models", headers)).json["error"]["type"] == "invalid_request_error"
        assert (await refused(site, additional_headers=wrong))[0] == 429
        assert (await site.get("/", by("198.51.100.9"))).status == 200  # the page guesses nothing
        async with socket_of(site, made) as peer:
            await peer.until("session_ready")


async def test_a_right_key_and_a_page_without_one_are_no_guesses() -> None:
    async with serving("api_key=sesame", "limits.guesses_per_minute=1") as site:
        for _ in range(3):
            assert (await site.get("/v1/faces")).status == 401
            assert (await site.get("/v1/faces", SPOKEN)).status == 200


def test_wrong_keys_and_secrets_for_pages_are_counted_by_address_alone() -> None:
    books = Books(Settings(limits={"guesses_per_minute": 1, "tokens_per_minute": 1}), lambda: 0)
    for kind in (GUESSES, TOKENS):
        books.caller("198.51.100.1", "k").take(kind)
        with pytest.raises(TooMuch, match=r"more than limits\."):
            books.caller("198.51.100.1", "another").take(kind)
        books.caller("198.51.100.2", "k").take(kind)


# One another


async def test_nothing_that_one_client_has_opens_resumes_or_stops_what_another_has() -> None:
    async with serving("api_key=sesame") as site:
        mine, theirs = [(await site.new(SPOKEN, resume=True)).json for _ in range(2)]
        async with socket_of(site, mine) as me, socket_of(site, theirs) as they:
            await me.until("session_ready")
            await they.until("session_ready")
            stream = f"/v1/sessions/{theirs['id']}/stream"
            for way in (
                stream,
                f"{stream}?ticket={mine['ticket']}",
                f"{stream}?ticket={theirs['ticket']}",  # used
                f"{stream}?resume=",
                f"{stream}?resume={mine['resume'].partition('=')[2]}",
                f"{stream}?resume={theirs['ticket']}",
                f"/v1/sessions/{theirs['id']}/face?ticket={mine['ticket']}",
            ):
                async with socket_of(site, {"stream": way}) as stranger:
                    assert await stranger.closed() == 4401, way
            await they.send("user_text", text="a story that goes on", turn_id="theirs")
            await they.until("turn_started")
            await me.send("user_text", text="mine", turn_id="theirs")
            await me.send("interrupt")
            assert (await me.until("turn_interrupted"))["turn_id"] == "theirs"
            assert (await they.play())["type"] == "turn_complete"


async def test_a_realtime_client_cannot_cancel_read_or_hang_up_what_is_anothers() -> None:
    async with serving("api_key=sesame") as site:
        secrets = [(await ask_for_secret(site, headers=SPOKEN)).json["value"] for _ in range(2)]
        mine, theirs = [{"Authorization": f"Bearer {secret}"} for secret in secrets]
        async with realtime(site, headers=mine) as me, realtime(site, headers=theirs) as they:
            item = await they.say("my secret")
            await they.send("response.create")
            created = (await they.the("response.created"))["response"]
            await me.send("response.cancel", response_id=created["id"])
            assert (await me.the("error"))["error"]["code"]
            await me.send("conversation.item.retrieve", item_id=item["id"])
            assert (await me.the("error"))["error"]["code"]
            assert (await they.the("response.done"))["response"]["status"] == "completed"
        call = WebRTCCaller(new_connection())
        answer = await post(site.base, await call.offer(), secrets[1])
        place = answer.headers["location"]
        assert (await fetch(site.base, "DELETE", place, None, mine)).status == 401
        status, _ = await refused(site, f"call_id={place.rpartition('/')[2]}", additional_headers=mine)
        assert status == 401
        assert (await fetch(site.base, "DELETE", place, None, theirs)).status == 200
        await call.leave()

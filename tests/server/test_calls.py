"""Calls over WebRTC on the server: any profile, heard and answered; nothing is left when they are over."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections import deque

import psutil
import pytest
from aiortc.rtcsctptransport import SCTP_DATA_LAST_FRAG
from websockets.asyncio.client import connect

from tests.clients.sound import loud, quiet, utterance
from tests.hosting.rtc.caller import Caller, calling, is_heard, loudness, post
from tests.server.peer import WAIT_S, fetch, make_house, serving
from tests.server.realtime_peer import LONG, RealtimePeer, realtime, sound, url_of
from tth.hosting.rtc import calls
from tth.hosting.rtc.candidates import new_connection
from tth.hosting.rtc.line import MESSAGES, Line

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUFFER = ("output_audio_buffer.started", "output_audio_buffer.stopped", "output_audio_buffer.cleared")
SPOKEN = {"Authorization": "Bearer sesame"}


async def empty(site):
    """Return when nobody is there any more."""
    async with asyncio.timeout(WAIT_S):
        await site.house.left()


async def test_what_is_said_into_a_call_is_understood_answered_and_heard(site) -> None:
    async with realtime(site) as peer:
        await peer.say("one two")
        said = sound(await peer.answer())
    async with calling(site.base) as caller:
        await caller.configure(audio={"input": {"transcription": {"model": "gpt-transcribe"}}})
        caller.say(utterance())
        events = await caller.until("output_audio_buffer.stopped")
        (heard,) = [each for each in events if each["type"].endswith("transcription.completed")]
        assert heard["transcript"].startswith("one two")
        assert caller.types(*BUFFER) == ["output_audio_buffer.started", "output_audio_buffer.stopped"]
        started = next(each for each in events if each["type"] == "output_audio_buffer.started")
        done = next(each for each in events if each["type"] == "response.done")
        assert started["response_id"] == done["response"]["id"] == events[-1]["response_id"]
        assert "response.output_audio.delta" not in caller.types()
        assert is_heard(said[: len(said) // 2], caller.heard) > 0.8


async def test_a_voice_over_the_answer_stops_it_and_the_server_cuts_what_was_not_sent(site) -> None:
    async with calling(site.base) as caller:
        await caller.ask(LONG)
        started = await caller.the("output_audio_buffer.started")
        item = next(each["item"] for each in caller.seen if each["type"] == "response.output_item.added")
        await caller.sounds(0.6)
        caller.say(loud(300) + quiet(1500))
        events = await caller.until("conversation.item.truncated")
        assert events[-2] == events[-2] | {"type": "output_audio_buffer.cleared", "response_id": started["response_id"]}
        cut = events[-1]
        assert cut["item_id"] == item["id"]
        # What was sent until then, to the 40 ms that two frames last, is what was heard of it.
        audible = loudness(caller.heard) > 50
        spoken_ms = 10 * (audible.nonzero()[0][-1] - audible.nonzero()[0][0])
        assert 500 < cut["audio_end_ms"] < spoken_ms + 400
        await caller.sounds(0.3)
        await caller.send("conversation.item.retrieve", item_id=item["id"])
        kept = (await caller.the("conversation.item.retrieved"))["item"]["content"][0]
        assert kept["transcript"] == ""
        assert len(kept["audio"]) * 3 // 4 // 48 == pytest.approx(cut["audio_end_ms"], abs=2)


async def test_the_end_of_what_was_said_is_found_when_the_microphone_sends_nothing_any_more(site) -> None:
    async with calling(site.base) as caller:
        caller.say(loud(2000))
        await caller.until("input_audio_buffer.speech_started")
        (sender,) = caller.connection.getSenders()
        sender.replaceTrack(None)
        await caller.until("input_audio_buffer.speech_stopped")
        assert (await caller.the("response.done"))["response"]["status"] == "completed"


async def test_a_clear_after_a_cancel_is_silence_and_the_next_answer_comes(site) -> None:
    async with calling(site.base) as caller:
        await caller.ask(LONG)
        await caller.the("output_audio_buffer.started")
        await caller.sounds(0.2)
        await caller.send("response.cancel")
        await caller.send("output_audio_buffer.clear")
        await caller.until("output_audio_buffer.cleared")
        await caller.sounds(0.3)
        assert loudness(caller.heard)[-8:].max() < 50
        await caller.ask("hi")
        await caller.until("output_audio_buffer.stopped")
        assert caller.types(*BUFFER).count("output_audio_buffer.started") == 2


async def test_a_sideband_sees_every_event_and_may_speak_and_its_leaving_is_not_minded(site) -> None:
    async with calling(site.base) as caller:
        call_id = caller.location.rpartition("/")[2]
        assert call_id.startswith("rtc_")
        async with connect(url_of(site, f"call_id={call_id}"), compression=None) as socket:
            beside = RealtimePeer(socket)
            assert (await beside.next())["type"] == "session.created"
            await beside.send("session.update", session={"type": "realtime", "instructions": "Be curt."})
            assert (await caller.the("session.updated"))["session"]["instructions"] == "Be curt."
            await caller.ask("hi")
            await caller.until("output_audio_buffer.stopped")
            await beside.until("output_audio_buffer.stopped")
            assert beside.seen[1:] == caller.seen[2:]
        await caller.ask("still there")
        await caller.until("output_audio_buffer.stopped")


@pytest.mark.parametrize(("method", "tail"), [("DELETE", ""), ("POST", "/hangup")])
async def test_hanging_up_ends_the_call_for_everybody_and_a_second_time_it_is_gone(site, method, tail) -> None:
    async with calling(site.base) as caller:
        address = url_of(site, f"call_id={caller.location.rpartition('/')[2]}")
        async with connect(address, compression=None) as socket:
            assert (await fetch(site.base, method, caller.location + tail)).status == 200
            async with asyncio.timeout(WAIT_S):
                await caller.closed.wait()
            assert (await RealtimePeer(socket).closed())[0] == 1000
        gone = await fetch(site.base, method, caller.location + tail)
        assert (gone.status, gone.json["error"]["code"]) == (404, "call_not_found")
    await empty(site)


async def test_a_closed_data_channel_ends_the_call(site) -> None:
    async with calling(site.base) as caller:
        caller.channel.close()
        await empty(site)
        assert (await fetch(site.base, "DELETE", caller.location)).status == 404


async def test_a_caller_that_vanishes_is_found_out(site, monkeypatch) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr("aioice.ice.CONSENT_FAILURES", 2)
    async with calling(site.base) as caller:
        caller.vanish()
        await empty(site)


async def test_a_caller_that_never_connects_is_hung_up_on(site, monkeypatch) -> None:
    monkeypatch.setattr(importlib.import_module("tth.hosting.rtc.peer"), "OPEN_S", 0.05)
    caller = Caller(new_connection())
    assert (await post(site.base, await caller.offer())).status == 201
    assert site.house.sessions == 1
    await empty(site)
    await caller.leave()


async def test_twenty_calls_that_are_opened_and_dropped_leave_nothing() -> None:
    async with serving() as site:
        async with calling(site.base) as caller:
            await caller.ask("hi")
        await empty(site)
        tasks = len(asyncio.all_tasks())
        for number in range(5):
            async with calling(site.base), calling(site.base) as talker, calling(site.base) as gone:
                await talker.ask(LONG)
                await fetch(site.base, "DELETE", gone.location)
                unanswered = Caller(new_connection())
                answer = await post(site.base, await unanswered.offer())
                assert answer.status == 201, number
                await fetch(site.base, "DELETE", answer.headers["location"])
                await unanswered.leave()
        await empty(site)
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) <= tasks
        assert not psutil.Process().net_connections("udp")


async def test_a_server_that_stops_lets_the_answer_be_heard_and_hangs_up() -> None:
    async with serving() as site, calling(site.base) as caller:
        await caller.ask("a few words")
        await caller.the("output_audio_buffer.started")
        draining = asyncio.get_running_loop().create_task(site.house.drain())
        await caller.until("output_audio_buffer.stopped")
        await draining
        async with asyncio.timeout(WAIT_S):
            await caller.closed.wait()


MALFORMED = {
    "nothing": b"",
    "no text": b"\xff\xfe",
    "no SDP": b"hello",
    "no media": b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
    "a truncated one": lambda sdp: sdp[: sdp.index("a=ice-ufrag")],
    "no sound": lambda sdp: sdp.replace("m=audio", "m=video"),
    "no data channel": lambda sdp: sdp[: sdp.index("m=application")],
    "two data channels": lambda sdp: sdp + sdp[sdp.index("m=application") :],
    "no opus": lambda sdp: sdp.replace("opus/48000", "speex/16000"),
    "a broken fingerprint": lambda sdp: sdp.replace("a=fingerprint:sha-256 ", "a=fingerprint:"),
    "a broken port": lambda sdp: sdp.replace("m=audio ", "m=audio x"),
    "too many addresses": lambda sdp: sdp + "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n" * 65,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_offer_is_refused_with_words_and_leaves_nothing(site, name) -> None:
    caller = Caller(new_connection())
    sdp = await caller.offer()
    made = MALFORMED[name]
    answer = await post(site.base, made(sdp) if callable(made) else made)
    assert answer.status == 400
    assert answer.json["error"]["code"] == "invalid_sdp"
    assert "SDP" in answer.json["error"]["message"]
    await caller.leave()
    assert site.house.sessions == 0


async def test_an_offer_of_another_kind_or_size_is_refused(site) -> None:
    typed = await fetch(site.base, "POST", "/v1/realtime/calls", {"sdp": "v=0"}, {"Content-Type": "application/json"})
    assert typed.status == 415
    assert (await post(site.base, b"v=0" + bytes(300_000))).status == 413
    assert (await fetch(site.base, "GET", "/v1/realtime/calls")).status == 405


async def test_calls_need_the_key_or_a_secret_and_whoever_hangs_up_too() -> None:
    async with serving("api_key=sesame") as locked:
        caller = Caller(new_connection())
        assert (await post(locked.base, await caller.offer(), "open")).status == 401
        await caller.leave()
        made = await fetch(locked.base, "POST", "/v1/realtime/client_secrets", {}, SPOKEN)
        other = await fetch(locked.base, "POST", "/v1/realtime/client_secrets", {}, SPOKEN)
        async with calling(locked.base, made.json["value"]) as call:
            address = url_of(locked, f"call_id={call.location.rpartition('/')[2]}")
            for token in ("open", other.json["value"], ""):
                headers = {"Authorization": f"Bearer {token}"}
                assert (await fetch(locked.base, "DELETE", call.location, None, headers)).status == 401
            async with connect(address, compression=None, additional_headers=SPOKEN) as socket:
                assert json.loads(await socket.recv())["type"] == "session.created"
            headers = {"Authorization": f"Bearer {made.json['value']}"}
            assert (await fetch(locked.base, "DELETE", call.location, None, headers)).status == 200


async def test_without_the_extra_a_call_is_answered_with_what_to_install(site, monkeypatch) -> None:
    monkeypatch.setattr(calls, "find_spec", lambda name: None)
    caller = Caller(new_connection())
    answer = await post(site.base, await caller.offer())
    await caller.leave()
    assert answer.status == 501
    assert "pip install 'tth[webrtc]'" in answer.json["error"]["message"]


async def test_a_caller_whose_profile_reaches_no_voice_is_told_before_it_is_hung_up_on(monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    async with serving(house=make_house(profile="openai_realtime")) as site:
        caller = Caller(new_connection())
        await caller.take((await post(site.base, await caller.offer())).body.decode())
        assert (await caller.the("error"))["error"]["type"] == "server_error"
        async with asyncio.timeout(WAIT_S):
            await caller.closed.wait()
        await caller.leave()
        await empty(site)


class Endless(deque):
    """What an SCTP stack is about to send, no piece of which is the last of its message."""

    def append(self, chunk) -> None:
        chunk.flags &= ~SCTP_DATA_LAST_FRAG
        super().append(chunk)


async def test_a_message_without_an_end_is_not_kept_for_ever(site, caplog, monkeypatch) -> None:
    monkeypatch.setattr(importlib.import_module("tth.hosting.rtc.peer"), "MOST_PIECES", 2**16)
    async with calling(site.base) as caller:
        caller.connection.sctp._outbound_queue = Endless()
        caller.connection.sctp._remote_max_message_size = 0
        caller.channel.send("x" * 5 * 2**18)
        await empty(site)
    assert "a message without an end" in caplog.text


async def test_a_caller_that_says_more_than_may_wait_is_hung_up_on() -> None:
    line, told = Line(lambda text: None), []
    line.join(told.append)
    for _ in range(MESSAGES + 1):
        line.put("{}")
    assert (told, line.open) == ([None], False)
    assert (await line.receive())["type"] == "websocket.disconnect"


async def test_an_event_larger_than_the_data_channel_takes_is_told_as_an_error(site) -> None:
    async with calling(site.base) as caller:
        await caller.ask("a story about the sea " * 4)
        await caller.until("response.done")
        item = next(each["item"] for each in caller.seen if each["type"] == "response.output_item.added")
        await caller.send("conversation.item.retrieve", item_id=item["id"])
        assert (await caller.the("error"))["error"]["code"] == "event_too_large"

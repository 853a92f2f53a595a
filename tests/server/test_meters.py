"""The server's numbers, as JSON, for Prometheus and for a client that asks."""

import math
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.server.peer import serving

# What the mocks make of it is always the same: 1.3 s of tones at 24 kHz, fed to a jaw that follows loudness.
SAID = "hello there you"
BYTES = 62_400
KNOWN = {
    "sound_bytes": BYTES,
    "upload_bytes": BYTES,
    "packets": math.ceil(BYTES / 960),
    "windows": 13,
    "silent_windows": 0,
    "turns_started": 1,
    "turns_complete": 1,
    "turns_interrupted": 0,
    "turns_failed": 0,
    "errors": 0,
    "error_rate": 0,
    "connects": 1,
    "connect_success": 1,
    "send_success": 1,
    "degrades": 0,
    "dropped_frames": 0,
}


def of(numbers, wanted):
    return {name: numbers.get(name) for name in wanted}


def samples(text):
    return {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels) if key != "profile")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_scripted_turn_has_known_numbers_as_json():
    async with serving() as site, site.join() as peer:
        await peer.ask(SAID)
        told = (await site.get("/v1/meters")).json
        assert of(told["numbers"], KNOWN) == KNOWN
        assert told["profiles"] == {"offline_mock": told["numbers"]}
        (session,) = told["sessions"]
        assert of(session["numbers"], KNOWN) == KNOWN
        assert session["numbers"]["frames_per_s"] == 30
        assert session["numbers"]["first_text_ms_p50"] <= session["numbers"]["first_audio_ms_p50"]
        named = {"stt": "mock_stt", "llm": "mock_llm", "tts": "mock_tts", "avatar": "stub_avatar"}
        assert session["components"] == named
        assert peer.made["id"].startswith(session["session"])
        assert len(session["session"]) < len(peer.made["id"])
        assert SAID not in str(told)
        assert peer.made["ticket"] not in str(told)


async def test_the_same_turn_has_the_same_numbers_for_prometheus():
    async with serving() as site, site.join() as peer:
        await peer.ask(SAID)
        answer = await site.get("/metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        found = samples(answer.body.decode())
        assert found["tth_sessions",] == 1
        assert found["tth_turns_total", "complete"] == 1
        assert found["tth_voice_bytes_total",] == found["tth_avatar_bytes_total",] == BYTES
        assert found["tth_avatar_packets_total",] == KNOWN["packets"]
        assert found["tth_voice_windows_total",] == 13
        assert found["tth_avatar_connect_success_ratio",] == 1
        assert found["tth_avatar_frames_per_second",] == 30
        for stage in ("first_text", "first_audio", "first_frame"):
            assert found["tth_response_seconds_count", stage] == 1
            assert found["tth_response_seconds", "0.5", stage] == found["tth_response_seconds", "0.95", stage]


async def test_what_sessions_came_to_stays_when_they_are_over():
    async with serving() as site:
        for _ in range(2):
            async with site.join() as peer:
                await peer.ask(SAID)
        await site.house.left()
        told = (await site.get("/v1/meters")).json
        assert (told["opened"], told["sessions"]) == (2, [])
        assert told["numbers"]["upload_bytes"] == 2 * BYTES
        found = samples((await site.get("/metrics")).body.decode())
        assert found["tth_sessions_opened_total",] == 2
        assert found["tth_avatar_bytes_total",] == 2 * BYTES
        assert found["tth_avatar_bytes_per_second",] == 0
        assert ("tth_voice_rms",) not in found


async def test_the_page_is_told_as_it_reported_itself():
    async with serving() as site, site.join() as peer:
        assert (await site.get("/v1/meters")).json["sessions"][0]["page"] is None
        await peer.send("playhead", turn=3, sample=36_000, state="blocked", offset_ms=-12.5, late_frames=2)
        await peer.send("nonsense")
        await peer.until("error")
        page = (await site.get("/v1/meters")).json["sessions"][0]["page"]
        assert page.pop("age_s") >= 0
        assert of(page, ("turn", "state", "playhead_ms")) == {"turn": 3, "state": "blocked", "playhead_ms": 1500.0}
        assert of(page, ("offset_ms", "offset_p95_ms", "late_frames")) == {
            "offset_ms": -12.5,
            "offset_p95_ms": None,
            "late_frames": 2,
        }
        assert (await site.get("/v1/meters")).json["sessions"][0]["errors"] == {"client": 1}


async def test_how_far_mouth_and_sound_are_apart_is_a_histogram_by_profile_and_the_worst_open_page():
    async with serving() as site:
        async with site.join() as peer:
            for offset in (-300, -30, 12, 44, 46):
                await peer.send("playhead", turn=1, sample=0, offset_ms=offset, offset_mean_ms=9, offset_p95_ms=31.5)
            await peer.send("playhead", turn=1, sample=0, state="ended", offset_ms=500, offset_p95_ms=31.5)
            await peer.send("nonsense")
            await peer.until("error")
            assert samples((await site.get("/metrics")).body.decode())["tth_page_offset_p95_milliseconds",] == 31.5
        await site.house.left()
        assert (await site.get("/v1/meters")).json["numbers"]["in_step"] == 0.6
        found = samples((await site.get("/metrics")).body.decode())
        below = {"-185": 1, "-45": 1, "-20": 2, "20": 3, "45": 4, "+Inf": 5}
        assert {edge: found["tth_page_offset_milliseconds_bucket", edge] for edge in below} == below
        assert ("tth_page_offset_p95_milliseconds",) not in found


@pytest.mark.parametrize("offset", [60_001, "soon", True])
async def test_an_offset_that_cannot_be_is_refused(offset):
    async with serving() as site, site.join() as peer:
        await peer.send("playhead", turn=1, sample=0, offset_ms=offset)
        assert "offset_ms" in (await peer.until("error"))["message"]


async def test_only_a_client_that_asks_gets_meters():
    async with serving() as site:
        async with site.join(meters=True) as peer:
            await peer.ask(SAID)
            told = await peer.until("meters")
            assert of(told["numbers"], KNOWN) == KNOWN
            assert told["components"]["avatar"] == "stub_avatar"
        async with site.join() as peer:
            await peer.ask(SAID)
            await peer.ask(SAID)
            assert peer.events("meters") == []


@pytest.mark.parametrize("path", ["/metrics", "/v1/meters"])
async def test_the_numbers_need_the_key_where_there_is_one(path):
    async with serving("api_key=sesame") as site:
        refused = await site.get(path)
        assert (refused.status, refused.json["error"]["code"]) == (401, "unauthorized")
        assert (await site.get(path, {"Authorization": "Bearer sesame"})).status == 200
        assert (await site.get(path, {"X-API-Key": "sesame"})).status == 200
        assert (await site.get(path, {"Host": "evil.example", "X-API-Key": "sesame"})).status == 403


def test_a_server_that_nobody_asks_for_metrics_does_not_load_their_library():
    code = "import sys, tth.server.run; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

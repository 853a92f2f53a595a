"""``tth doctor``: what works, what is missing, and the exit status that says it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class Answering(BaseHTTPRequestHandler):
    """Answers as a tth server with one page would."""

    def do_GET(self) -> None:
        body = json.dumps(self.server.answers[self.path]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """What answers at the configured address."""
    with HTTPServer(("127.0.0.1", 0), Answering) as running:
        running.answers = {"/health": {"profile": "offline", "components": {}}, "/v1/meters": {"sessions": []}}
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def findings(tth: Run, *args: str, port: int = 0) -> tuple[int, dict[str, dict[str, Any]]]:
    status, out, _ = tth("doctor", "--json", "--set", f"port={port}", *args)
    report = json.loads(out)
    assert report["ok"] is (status == 0)
    return status, {finding["name"]: finding for finding in report["findings"]}


def page(server: HTTPServer, state: str, offset_ms: float | None, **more: float) -> None:
    told = {"turn": 2, "state": state, "playhead_ms": 1500.0, "offset_ms": offset_ms, "age_s": 0.1, **more}
    server.answers["/v1/meters"] = {"sessions": [{"page": None}, {"page": told}, {"page": {**told, "age_s": 9}}]}


def test_all_is_well_where_every_kind_has_an_adapter_that_works(demo: Path, tth: Run) -> None:
    status, found = findings(tth, "-p", "demo")
    assert status == 0
    assert found["Python"]["status"] == found["Packages"]["status"] == found["profile demo"]["status"] == "ok"
    assert found["tts demo_tts (primary)"]["status"] == "ok"
    assert found["tts demo_absent (fallback)"] == {
        "name": "tts demo_absent (fallback)",
        "status": "warning",
        "detail": "the demo engine is not installed; run: pip install demo",
        "fix": "demo_tts takes its place.",
        "numbers": {},
    }


def test_the_path_is_tried_with_the_profile_and_its_numbers_told(demo: Path, tth: Run) -> None:
    _, found = findings(tth, "-p", "demo")
    assert found["Voice connects"]["detail"].startswith("demo_llm + demo_tts in ")
    assert found["First sound arrives"]["numbers"]["first_audio_ms"] > 0
    assert found["Sound is not silent"]["numbers"]["seconds"] == 0.1
    assert found["Avatar"]["detail"] == "the profile has none: a voice without a face"
    assert found["Page in step"]["status"] == "ok"


def test_only_looking_tries_nothing(demo: Path, tth: Run) -> None:
    status, found = findings(tth, "-p", "demo", "--no-live")
    assert status == 0
    assert "tts demo_tts (primary)" in found
    assert not {"Voice connects", "Avatar", "Page in step"} & set(found)


def test_a_kind_without_an_adapter_that_works_fails(demo: Path, tth: Run) -> None:
    lone = ("--set", "components.tts.primary=demo_absent", "--set", "components.tts.fallback=[demo_absent]")
    status, found = findings(tth, "-p", "demo", "--no-live", *lone)
    assert status == 1
    assert found["tts demo_absent (primary)"]["status"] == "failed"


def test_where_the_path_is_tried_the_hop_that_breaks_is_the_one_that_fails(demo: Path, tth: Run) -> None:
    lone = ("--set", "components.tts.primary=demo_absent", "--set", "components.tts.fallback=[demo_absent]")
    status, found = findings(tth, "-p", "demo", *lone)
    assert status == 1
    assert [name for name, finding in found.items() if finding["status"] == "failed"] == ["First sound arrives"]
    assert "the demo engine is not installed" in found["First sound arrives"]["detail"]
    assert found["Sound is not silent"]["status"] == "not_reached"


def test_a_face_is_tried_with_a_clip_of_three_seconds(tth: Run) -> None:
    status, found = findings(tth, "-p", "offline_mock")
    assert status == 0
    assert found["Frames come back"]["numbers"]["frames"] == 90
    assert found["Frames reach the page's wire"]["numbers"]["frames"] == 91


def test_each_hop_is_a_line_and_what_was_not_reached_says_so(demo: Path, tth: Run) -> None:
    lone = ("--set", "components.tts.primary=demo_absent", "--set", "components.tts.fallback=[demo_absent]")
    _, out, _ = tth("doctor", "-p", "demo", "--set", "port=0", *lone)
    assert "\n\nThe path from a question to the face\n!!  Voice connects: " in out
    assert out.count("demo_absent gives way to demo_absent") == 1
    assert "no  First sound arrives: " in out
    assert "--  Sound is not silent: not reached\n" in out
    assert "\r" not in out


def test_a_profile_that_cannot_be_used_fails_with_its_reason(tth: Run) -> None:
    Path("bad.yaml").write_text("extends: offline\npersona: moon\n")
    status, found = findings(tth, "-p", "./bad.yaml")
    assert status == 1
    assert "bad.yaml:2: persona: no persona named 'moon'" in found["profile ./bad.yaml"]["detail"]
    assert "Voice connects" not in found


def test_a_port_in_use_fails_and_says_how_to_take_another(demo: Path, port: int, tth: Run) -> None:
    status, out, _ = tth("doctor", "-p", "demo", "--no-live", "--set", f"port={port}")
    assert status == 1
    assert f"no  Address 127.0.0.1:{port}: Address already in use" in out
    assert "    Stop what uses it, or choose another: --set port=8001\n" in out
    assert out.endswith("Something is missing; the lines marked 'no' say what to do.\n")


def test_a_server_of_our_own_at_the_address_is_well_and_without_a_page_too(
    demo: Path, server: HTTPServer, tth: Run
) -> None:
    status, found = findings(tth, "-p", "demo", port=server.server_port)
    assert status == 0
    address = found[f"Address 127.0.0.1:{server.server_port}"]
    assert address["detail"] == "a tth server runs there, with profile offline"
    assert found["Page in step"]["detail"] == "no page is open, or none has spoken yet"


@pytest.mark.parametrize(
    ("state", "offset_ms", "status", "said"),
    [
        ("playing", 12.0, "ok", "turn 2 at 1.50 s, playing, the mouth 12 ms ahead of the sound"),
        ("playing", -180.0, "warning", "the mouth 180 ms behind the sound"),
        ("ended", -180.0, "ok", "ended"),
        ("blocked", None, "warning", "turn 2 at 1.50 s, blocked"),
    ],
)
def test_a_page_that_is_open_is_told_with_its_playhead_and_offset(
    demo: Path, server: HTTPServer, tth: Run, state: str, offset_ms: float | None, status: str, said: str
) -> None:
    page(server, state, offset_ms)
    exit_status, found = findings(tth, "-p", "demo", port=server.server_port)
    assert exit_status == 0
    assert found["Page in step"]["status"] == status
    assert said in found["Page in step"]["detail"]
    assert found["Page in step"]["numbers"]["playhead_ms"] == 1500
    assert found["Page in step"]["numbers"]["pages"] == 2


@pytest.mark.parametrize(("mean_ms", "status"), [(14.2, "ok"), (-80.0, "warning")])
def test_the_page_is_judged_by_its_last_ten_seconds_too(
    demo: Path, server: HTTPServer, tth: Run, mean_ms: float, status: str
) -> None:
    page(server, "playing", 12.0, offset_mean_ms=mean_ms, offset_p95_ms=140.0)
    _, found = findings(tth, "-p", "demo", port=server.server_port)
    assert found["Page in step"]["status"] == status
    assert f"of late {mean_ms:+.0f} ms in the mean, 140 ms apart at most" in found["Page in step"]["detail"]
    assert found["Page in step"]["numbers"]["offset_p95_ms"] == 140


def test_avatars_from_files_without_what_draws_them_are_told(
    demo: Path, tth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    asked = ("-p", "demo", "--no-live", "--set", f"models={tmp_path / 'models'}")
    monkeypatch.setattr("tth.cli.checkup.LIBRARIES", tmp_path / "none")
    assert "Avatars from files" not in findings(tth, *asked)[1]
    (tmp_path / "models" / "pip.vrm").write_bytes(b"glTF")
    status, found = findings(tth, *asked)
    assert status == 0
    assert found["Avatars from files"]["detail"] == "pip.vrm cannot be shown without their libraries"
    monkeypatch.setattr("tth.cli.checkup.LIBRARIES", tmp_path)
    assert "Avatars from files" not in findings(tth, *asked)[1]

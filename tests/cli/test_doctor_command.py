"""``tth doctor``: what works, what is missing, and the exit status that says it."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def findings(tth: Run, *args: str) -> tuple[int, dict[str, dict[str, str]]]:
    status, out, _ = tth("doctor", "--json", "--set", "port=0", *args)
    report = json.loads(out)
    assert report["ok"] is (status == 0)
    return status, {finding["name"]: finding for finding in report["findings"]}


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
    }


def test_a_turn_is_held_with_the_profile_and_its_figures_told(demo: Path, tth: Run) -> None:
    _, found = findings(tth, "-p", "demo")
    assert found["One turn"]["status"] == "ok"
    assert found["One turn"]["detail"].startswith("0.1 s of speech, the first after ")


def test_a_kind_without_an_adapter_that_works_fails(demo: Path, tth: Run) -> None:
    lone = ("--set", "components.tts.primary=demo_absent", "--set", "components.tts.fallback=[demo_absent]")
    status, found = findings(tth, "-p", "demo", *lone)
    assert status == 1
    assert found["tts demo_absent (primary)"]["status"] == "failed"


def test_a_profile_that_cannot_be_used_fails_with_its_reason(tth: Run) -> None:
    Path("bad.yaml").write_text("extends: offline\npersona: moon\n")
    status, found = findings(tth, "-p", "./bad.yaml")
    assert status == 1
    assert "bad.yaml:2: persona: no persona named 'moon'" in found["profile ./bad.yaml"]["detail"]


def test_a_port_in_use_fails_and_says_how_to_take_another(demo: Path, port: int, tth: Run) -> None:
    status, out, _ = tth("doctor", "-p", "demo", "--set", f"port={port}")
    assert status == 1
    assert f"no  Address 127.0.0.1:{port}: Address already in use" in out
    assert "    Stop what uses it, or choose another: --set port=8001\n" in out
    assert out.endswith("Something is missing; the lines marked 'no' say what to do.\n")

"""The emulator and the profile ``openai_realtime`` as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import contextmanager

import pytest

from tests.process.serving import START_S, TTH, environment
from tth.core.events import AudioChunkEvent, FaceFrameEvent, MeasureEvent, TextDeltaEvent, TurnCompleteEvent
from tth.transports.native import open_session

pytestmark = pytest.mark.process

SAYING = "Tell me of the harbour, the boats and the bell that one hears before one sees them."


@contextmanager
def emulated(folder, *args):
    command = [TTH, "emulate", "openai", "--port", "0", "--voice", "tones", "--mind", "echo", *args]
    process = subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        first = process.stdout.readline()
        yield process, next(word for word in first.split() if word.startswith("http://"))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=START_S)


@contextmanager
def served(folder, url):
    variables = environment(folder, OPENAI_BASE_URL=url, OPENAI_API_KEY="any")
    command = [TTH, "serve", "--profile", "openai_realtime", "--port", "0"]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        first = process.stdout.readline()
        yield next(word for word in first.split() if word.startswith("http://")).rstrip("/")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=START_S)
        assert process.returncode == 0


def ask(folder, url, *args, **variables):
    given = environment(folder, OPENAI_BASE_URL=url, **variables)
    command = [TTH, "ask", "--profile", "openai_realtime", *args]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=START_S, check=False)


def test_one_question_is_answered_with_its_cost(tmp_path):
    with emulated(tmp_path) as (_, url):
        done = ask(tmp_path, url, "Hello there", "--json", OPENAI_API_KEY="any")
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert (answer["text"], answer["status"]) == ("You said: Hello there", "completed")
        assert answer["seconds"] > 0.5
        assert answer["frames"] > 15
        assert answer["cost_usd"] > 0
        plain = ask(tmp_path, url, "Hello there", OPENAI_API_KEY="any")
        assert "; cost $0.00" in plain.stderr


def test_without_a_key_one_line_says_what_to_set(tmp_path):
    variables = {name: "" for name in ("OPENAI_API_KEY", "OPENAI_API_KEY_FILE")}
    done = ask(tmp_path, "https://api.example.com/v1", "Hello", **variables)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.endswith("there is no key; set OPENAI_API_KEY, or OPENAI_API_KEY_FILE to a file that holds it")


def test_a_wrong_key_is_told_as_such(tmp_path):
    with emulated(tmp_path, "--key", "right") as (_, url):
        done = ask(tmp_path, url, "Hello", OPENAI_API_KEY="wrong")
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert "is the key right? It is OPENAI_API_KEY" in line
        assert "wrong" not in line


async def test_the_first_sound_reaches_the_page_before_the_transcript_is_complete(tmp_path):
    with emulated(tmp_path) as (_, url), served(tmp_path, url) as base:
        async with open_session(base) as client:
            await client.say(SAYING)
            seen, units = [], 0
            async for event in client.events():
                seen.append(event)
                if isinstance(event, AudioChunkEvent):
                    units = event.sample + len(event.data) // 2
                    await client.report(1, units, "blocked")
                elif isinstance(event, TurnCompleteEvent):
                    await client.report(1, units, "ended")
                if isinstance(event, MeasureEvent) and event.name == "session_cost_usd":
                    break
            kinds = [type(event) for event in seen]
            last_word = len(kinds) - 1 - kinds[::-1].index(TextDeltaEvent)
            assert kinds.index(AudioChunkEvent) < last_word
            assert kinds.count(FaceFrameEvent) > 30


def test_the_emulator_stops_on_a_signal_with_status_0(tmp_path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with emulated(tmp_path) as (process, _):
            process.send_signal(number)
            _, errors = process.communicate(timeout=START_S)
            assert process.returncode == 0
            assert errors == ""


def test_a_taken_port_and_a_script_that_cannot_be_are_told_in_one_line(tmp_path):
    with emulated(tmp_path) as (_, url):
        port = url.rsplit(":", 1)[1].split("/")[0]
        again = [TTH, "emulate", "openai", "--port", port, "--voice", "tones"]
        done = subprocess.run(again, env=dict(os.environ), capture_output=True, text=True, timeout=START_S, check=False)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert f"port {port}" in line
        assert "--port" in line


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        (
            "{on: response.output_audio.delta, nth: 3, drop: 1006}",
            1,
            "the answer is incomplete: the connection was closed",
        ),
        ("{on: response.create, refuse: invalid_value}", 1, "invalid_value: The script of faults says so."),
        ("{on: connect, connection: 1, expire_s: 0.3}", 0, ""),
    ],
)
def test_an_answer_that_is_not_whole_is_no_success_and_one_that_is_asked_anew_is_told_once(
    fault, status, told, tmp_path
):
    script = tmp_path / "faults.yaml"
    script.write_text(f"faults:\n  - {fault}\n")
    with emulated(tmp_path, "--faults", str(script)) as (_, url):
        done = ask(tmp_path, url, "Hello there", OPENAI_API_KEY="any")
        assert done.returncode == status, done.stderr
        assert told in done.stderr
        assert done.stdout.count("You said") <= 1

"""``tth serve`` as a person or a supervisor meets it: starting, stopping, refusing, logging."""

import asyncio
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.process.serving import START_S, Served, command, environment, served
from tests.server.peer import AUDIO, fetch_now
from tth.core.events import AudioChunkEvent, TurnCompleteEvent, TurnStartedEvent, TurnStateEvent
from tth.transports.native import SessionRefused, SoundEndsEvent, open_session

pytestmark = pytest.mark.process

TEXT = "hello number {}, and a few words more"
LONG = "a story that goes on and on " * 20


def run(folder: Path, *args: str, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*args),
        env=environment(folder, **variables),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=START_S,
    )


async def draining(server: Served) -> None:
    """Return when it has begun to stop."""
    while not (await server.site.get("/health")).json["draining"]:
        pass


async def speak(base: str, text: str, speaking: asyncio.Event) -> list:
    """One turn of a client that plays in real time and says honestly how far it is."""
    events, began, turn, received, whole = [], 0.0, 0, 0, False
    async with open_session(base) as client, asyncio.TaskGroup() as group:

        async def play() -> None:
            while True:
                played = min(received, int((time.monotonic() - began) * 24_000))
                await client.report(turn, played, "ended" if whole and played == received else "playing")
                await asyncio.sleep(0.1)

        await client.say(text)
        playing = None
        async for event in client.events():
            events.append(event)
            match event:
                case TurnStartedEvent():
                    turn = event.turn
                case AudioChunkEvent():
                    received = event.sample + len(event.data) // 2
                    if playing is None:
                        began, playing = time.monotonic(), group.create_task(play())
                        speaking.set()
                case SoundEndsEvent():
                    whole = True
                case TurnCompleteEvent():
                    playing.cancel()
    return events


async def test_it_prints_its_address_and_answers_there(tmp_path) -> None:
    with served(tmp_path) as server:
        page = server.get("/")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert b'id="face"' in page.body
        assert server.get("/health").status == 200
        assert server.get("/health").json["status"] == "ok"
        assert server.stop() == 0


async def test_twenty_speaking_turns_finish_while_it_stops_and_nothing_new_begins(tmp_path) -> None:
    with served(tmp_path) as server:
        speaking = [asyncio.Event() for _ in range(20)]
        async with asyncio.timeout(50), asyncio.TaskGroup() as group:
            turns = [
                group.create_task(speak(server.base, f"hello number {n}, and a few words more", speaking[n]))
                for n in range(20)
            ]
            for each in speaking:
                await each.wait()
            assert not any(turn.done() for turn in turns)
            server.signal(signal.SIGTERM)
            await draining(server)
            assert any(line.endswith("finishing 20 turns; once more stops now") for line in server.log)
            with pytest.raises(SessionRefused) as refused:
                await open_session(server.base).__aenter__()
            assert refused.value.status == 503
        for number, turn in enumerate(turns):
            ends = [event for event in turn.result() if isinstance(event, TurnCompleteEvent)]
            assert [event.text for event in ends] == [f"You said: {TEXT.format(number)}"]
            sound = sum(len(event.data) for event in turn.result() if isinstance(event, AudioChunkEvent))
            assert sound == 2 * ends[0].samples
        assert server.wait() == 0
        assert not [line for line in server.log if "Traceback" in line or " error " in line]


async def test_a_turn_that_is_longer_than_the_drain_is_cut_off_and_the_exit_is_clean(tmp_path) -> None:
    with served(tmp_path, TTH_LIMITS__DRAIN_S="0.2") as server:
        async with server.site.join() as peer:
            await peer.send("user_text", text=LONG)
            await peer.until("text_delta")
            server.signal(signal.SIGTERM)
            assert await peer.closed() == 1012
            assert peer.events("turn_interrupted")[0]["reason"] == "server_stopping"
            assert await asyncio.to_thread(server.wait) == 0
        assert any("cut off" in line for line in server.log)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_idle_it_stops_at_once_with_status_0_even_with_a_client(tmp_path, number) -> None:
    with served(tmp_path) as server:
        async with server.site.join() as peer:
            server.signal(number)
            assert await peer.closed() == 1012
            assert await asyncio.to_thread(server.wait) == 0
        assert any(line.endswith("stopping; no turn runs") for line in server.log)
        assert not any("Traceback" in line for line in server.log)


async def test_a_second_signal_ends_it_at_once_though_a_turn_is_speaking(tmp_path) -> None:
    with served(tmp_path, TTH_LIMITS__DRAIN_S="600") as server:
        async with server.site.join() as peer:
            await peer.send("user_text", text=LONG)
            await peer.until("text_delta")
            server.signal(signal.SIGINT)
            await draining(server)
            await peer.send("user_text", text="one more")
            assert (await peer.until("error"))["code"] == "draining"
            server.signal(signal.SIGINT)
            assert (await peer.until("turn_interrupted"))["reason"] == "server_stopping"
            assert await peer.closed() == 1012
            assert await asyncio.to_thread(server.wait) == 0
        assert not any("Traceback" in line for line in server.log)


def test_a_taken_port_is_told_in_one_line_with_status_1(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.strip().splitlines()
    assert port in line
    assert "--port" in line


@pytest.mark.parametrize(
    ("host", "reason"), [("no..such", "Name or service not known"), ("192.0.2.1", "Cannot assign requested address")]
)
def test_an_address_that_is_none_of_this_machine_is_told_with_the_option_that_mends_it(tmp_path, host, reason) -> None:
    done = run(tmp_path, "--host", host, "--insecure", "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: cannot listen on {host}:0 ({reason}); choose another with --host\n"


async def test_on_every_address_it_prints_one_that_a_browser_can_open(tmp_path) -> None:
    with served(tmp_path, "--host", "0.0.0.0", "--insecure") as server:
        assert server.base.startswith("http://127.0.0.1:")
        assert "(on every address of this machine; Ctrl-C stops)" in server.said
        assert server.get("/health").status == 200
        assert server.stop() == 0


def test_an_address_that_cannot_be_printed_is_logged_and_served(tmp_path) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("there is no full device here")
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(
            command("--port", "0"),
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(tmp_path),
            cwd=tmp_path,
            text=True,
        ) as process,
    ):
        assert process.stderr is not None
        told = re.search(r"waiting at (\S+)/, which cannot be printed \(No space", process.stderr.readline())
        assert told is not None
        assert fetch_now(told[1], "GET", "/health").status == 200
        process.terminate()
        assert "Traceback" not in process.stderr.read()


def test_a_public_address_without_a_key_is_refused_in_one_line(tmp_path) -> None:
    done = run(tmp_path, "--host", "0.0.0.0", "--port", "0")
    assert done.returncode in (1, 2)
    (line,) = done.stderr.strip().splitlines()
    assert "TTH_API_KEY" in line


async def test_json_logs_tell_session_and_turn_and_nothing_that_was_said_or_is_secret(tmp_path) -> None:
    args = ("--log-format", "json", "--log-level", "debug")
    with served(tmp_path, *args, TTH_API_KEY="sesame-street") as server:
        async with server.site.join({"X-API-Key": "sesame-street"}) as peer:
            await peer.ask("xylophone quartz", turn_id="the-turn")
            await peer.send("nonsense")
            await peer.until("error")
        await server.site.new({"X-API-Key": "sesame-stret"})
        assert server.stop() == 0
        entries, log = server.entries, "\n".join(server.log)
    assert all({"time", "level", "logger", "message"} <= entry.keys() for entry in entries)
    steps = [entry for entry in entries if entry.get("turn") == "the-turn"]
    assert {entry["session"] for entry in steps} == {peer.made["id"]}
    assert [entry["message"] for entry in steps if entry["level"] == "info"][:3] == [
        "started: 16 characters",
        "thinking",
        "speaking",
    ]
    assert {entry["level"] for entry in entries} == {"debug", "info", "warning"}
    for secret in ("xylophone", "You said", "sesame", peer.made["ticket"]):
        assert secret not in log
    assert max(len(line) for line in server.log) < 400


async def test_a_flood_of_turns_is_one_line_of_the_log(tmp_path) -> None:
    with served(tmp_path, "--log-level", "warning") as server:
        async with server.site.join() as peer:
            # The voice is told nothing more until its client has said where the sound stopped, or should have.
            await peer.send("user_text", text="a turn that will be interrupted")
            while not peer.frames(AUDIO):
                await peer.next()
            for number in range(200):
                await peer.send("user_text", text=f"number {number}")
            await peer.send("nonsense")
            await peer.until("error")
            while peer.events("error")[-1]["code"] != "bad_message":
                await peer.until("error")
            codes = [event["code"] for event in peer.events("error")]
            assert codes.count("too_many_turns") > 1
        assert server.stop() == 0
        assert len([line for line in server.log if "too_many_turns" in line]) == 1


async def test_a_higher_log_level_is_quieter(tmp_path) -> None:
    counts = {}
    for level in ("debug", "info", "warning"):
        with served(tmp_path, "--log-level", level) as server:
            async with server.site.join() as peer:
                await peer.ask("hi")
            assert server.stop() == 0
            counts[level] = len(server.log)
    assert counts["debug"] > counts["info"] > counts["warning"] == 0


async def test_the_states_of_a_turn_come_in_legal_order(tmp_path) -> None:
    with served(tmp_path) as server:
        async with asyncio.timeout(30):
            client_events = []
            async with open_session(server.base) as client:
                await client.say("hi")
                async for event in client.events():
                    client_events.append(event)
                    if isinstance(event, SoundEndsEvent):
                        await client.report(1, event.sample, "ended")
                    if isinstance(event, TurnCompleteEvent):
                        break
        states = [event.state for event in client_events if isinstance(event, TurnStateEvent)]
        assert states == ["thinking", "speaking"]

"""The page calls a provider straight: it is heard, answered and interrupted, and falls back to the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from conftest import PAINTED
from direct import WATCHED, choose, face_service, spoken
from listening import LIVE, wait, way
from program import program, running
from test_page import finished, say, until

from tth.builtins.mock.tones import VOICES

pytestmark = [pytest.mark.browser, pytest.mark.process]

STORY = "Tell me a story about the sea"
STRAIGHT = "document.querySelector('#route').textContent.startsWith('Straight')"
SERVED = "tthDebug.client.served && document.querySelector('#state').dataset.state === 'ready'"
MOUTH_OPEN = "tthDebug.stage.pose.weights[17] > 0.08"
MOUTH_SHUT = "tthDebug.stage.pose.weights[17] < 0.03"
FACES = "sockets.filter(({ url, readyState }) => url.includes('/face?') && readyState === 1).length"
NOTHING = {"peers": 0, "sockets": 0, "tracks": 0}

FAULTS = """
faults:
  - {connection: 2, on: connect, status: 429}
  - {connection: 3, on: output_audio_buffer.started, drop: 1006}
  - {connection: 5, on: connect, expire_s: 1}
  - {connection: 7, on: response.output_audio.delta, nth: 2, drop: 1006}
"""


@contextmanager
def provided(*options: str, **variables: str) -> Iterator[str]:
    """A server whose voice is an emulator's."""
    with (
        program("emulate", "openai", "--port", "0", "--voice", "tones", *options) as url,
        running(
            "--profile", "openai_realtime", OPENAI_BASE_URL=f"{url}/v1", OPENAI_API_KEY="any", **variables
        ) as address,
    ):
        yield address


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with program("emulate", "a2f", "--port", "0") as target, provided("--hears", STORY, TTH_A2F_TARGET=target) as found:
        yield found


@pytest.fixture(scope="module")
def caller(launch, tmp_path_factory) -> Any:
    """Whoever speaks is silent, asks, and a while later asks again."""
    said = spoken(tmp_path_factory.mktemp("said") / "said.wav", [(0.6, 1.0), (2.2, 1.0), (30, 0)])
    media = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    file = f"--use-file-for-fake-audio-capture={said}"
    return launch("no-user-gesture-required", [*PAINTED, *media, file, "--allow-loopback-in-peer-connection"])


@pytest.fixture
def page(caller, visit, address) -> Any:
    return opened(visit, caller, address)


def opened(visit: Any, caller: Any, address: str, profile: str = "openai_realtime", **options: Any) -> Any:
    page = visit(caller, "about:blank", ready=False, **options)
    page.add_init_script(WATCHED)
    page.goto(f"{address}/?debug=1&profile={profile}")
    page.wait_for_selector('#state[data-state="ready"]')
    return page


def texts(page: Any) -> list[str]:
    return page.locator("#entries li:not(.divider)").all_inner_texts()


def count(page: Any, kind: str, name: str) -> int:
    return page.evaluate(f"{kind}.filter((type) => type === '{name}').length")


@pytest.mark.parametrize("route", ["webrtc", "websocket"])
def test_who_calls_is_heard_answered_interrupts_holds_to_talk_and_hangs_up(page, route) -> None:
    say(page, STORY)
    until(page, "tthDebug.dialogue.text")
    page.keyboard.press("Escape")
    choose(page, route)
    until(page, STRAIGHT)
    deleted: list[str] = []
    page.on("request", lambda request: deleted.append(request.url) if request.method == "DELETE" else None)

    # Typed: answered, and the face moves with it.
    say(page, STORY)
    until(page, f"tthDebug.dialogue.state === 'speaking' && {MOUTH_OPEN}")
    page.keyboard.press("Escape")
    until(page, MOUTH_SHUT)
    until(page, "got.includes('response.done')")
    # Spoken: while only the microphone sounds, the tap is silent; then it has the assistant's tone.
    if route == "webrtc":
        until(page, "got.includes('output_audio_buffer.cleared')")
    # What was sent before is still on its way through the browser.
    until(page, "heard.silentMs > 500")
    page.evaluate("heard.loudest = 0")
    page.click("#talk")
    until(page, LIVE)
    until(page, "got.includes('input_audio_buffer.speech_started')")
    if route == "webrtc":
        page.wait_for_timeout(400)
        assert page.evaluate("heard.loudest") < 0.001
    until(page, "tthDebug.dialogue.state === 'speaking'")
    if route == "webrtc":
        until(page, "heard.loudest > 0.05")
        tone = page.evaluate("heard.hz")
        assert min(abs(tone - voice) for voice in VOICES.values()) < 12

    # Spoken over: what is said ends, and the question is answered.
    until(page, "tthDebug.dialogue.turn.outcome === 'interrupted'")
    until(page, MOUTH_SHUT)
    until(page, "tthDebug.dialogue.state === 'speaking'")
    page.click("#talk")
    until(page, f"!{LIVE}")
    # Through the server, typed, and twice spoken; all in one history.
    assert texts(page).count(STORY) == 4

    # Held: one commit and one answer.
    page.keyboard.press("Escape")
    page.evaluate("got.length = sent.length = 0")
    way(page, "push")
    page.keyboard.down("F4")
    until(page, LIVE)
    page.wait_for_timeout(1200)
    page.keyboard.up("F4")
    until(page, "tthDebug.dialogue.state === 'speaking'")
    assert count(page, "sent", "input_audio_buffer.commit") == 1
    assert count(page, "sent", "response.create") == 1
    assert count(page, "got", "input_audio_buffer.speech_started") == 0
    assert not page.evaluate(LIVE)

    # Hung up in mid-sentence: nothing is left open, and the same history goes on through the server.
    kept = texts(page)
    choose(page, "server")
    until(page, SERVED)
    wait(page, lambda: page.evaluate("left()") == NOTHING)
    assert len(deleted) == (route == "webrtc")
    say(page, "And now?")
    until(page, "tthDebug.dialogue.state === 'speaking'")
    assert texts(page)[: len(kept) - 1] == kept[:-1]
    assert texts(page)[-2] == "And now?"


def test_what_was_said_straight_is_there_when_the_page_is_loaded_again_and_so_is_the_way(page) -> None:
    choose(page, "websocket")
    until(page, STRAIGHT)
    say(page, STORY)
    until(page, "tthDebug.dialogue.text")
    page.keyboard.press("Escape")
    # Somebody else is another call.
    page.select_option("#persona", "noor")
    until(page, f"document.querySelector('#name').textContent === 'Noor' && {STRAIGHT}")
    wait(page, lambda: page.evaluate("left()") == {**NOTHING, "sockets": 1})
    kept = texts(page)
    page.reload()
    until(page, f"window.tthDebug && {STRAIGHT}")
    assert texts(page) == kept


def test_whatever_goes_wrong_with_a_call_the_server_takes_over_and_the_person_is_told(caller, visit, tmp_path) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text(FAULTS)

    def told(words: str, *, talks: bool = True) -> None:
        until(page, f"document.querySelector('#toasts').innerText.includes({words!r})")
        until(page, SERVED)
        assert "through the server now" in page.inner_text("#toasts")
        assert page.is_checked("#routes [value=server]")
        wait(page, lambda: page.evaluate("left()") == NOTHING)
        page.click("#toasts button")
        if talks:
            say(page, "Hello")
            finished(page)

    with provided("--faults", str(script), "--answer", "Yes.") as address:
        page = opened(visit, caller, address, troubled=True)
        # Refused: the session that there was goes on.
        choose(page, "webrtc")
        told("The provider is busy")
        assert page.locator("#entries li.divider").count() == 0
        # Dropped in mid-answer.
        choose(page, "webrtc")
        until(page, STRAIGHT)
        say(page, STORY)
        told("The provider has ended the call")
        # Its time is over.
        choose(page, "webrtc")
        told("The call has had its time")
        # Dropped in mid-answer, by the other way.
        choose(page, "websocket")
        until(page, STRAIGHT)
        say(page, STORY)
        told("The connection to the provider broke")
        # A secret that has expired, and none at all.
        page.route("**/v1/realtime/token", lambda route: route.fulfill(json=spoilt(route.fetch().json())))
        choose(page, "webrtc")
        told("The secret for the call is no longer good", talks=False)
        page.unroute("**/v1/realtime/token")
        refusal = {"error": {"code": "no_direct_mode", "message": "there is none"}}
        page.route("**/v1/realtime/token", lambda route: route.fulfill(status=409, json=refusal))
        choose(page, "websocket")
        told("takes no calls from a page", talks=False)


def test_a_face_that_the_page_cannot_make_comes_from_the_server_to_the_voice_of_a_call(address, caller, visit) -> None:
    page = opened(visit, caller, address, "openai_realtime%2Ba2f")
    for route in ("webrtc", "websocket"):
        choose(page, route)
        until(page, STRAIGHT)
        assert page.evaluate(FACES) == 1
        say(page, STORY)
        until(page, f"tthDebug.dialogue.text.length > 12 && {MOUTH_OPEN}")
        page.keyboard.press("Escape")
        until(page, MOUTH_SHUT)
    choose(page, "server")
    until(page, SERVED)
    assert page.evaluate(FACES) == 0


@pytest.fixture(scope="module")
def recorded() -> Iterator[tuple[str, Any]]:
    """A server whose faces are made by a service that remembers what it heard."""
    with face_service() as (target, service), provided(TTH_A2F_TARGET=target) as address:
        yield address, service


def test_an_a2f_service_hears_by_a_call_what_it_hears_through_the_server(recorded, caller, visit) -> None:
    address, service = recorded
    page = opened(visit, caller, address, "openai_realtime%2Ba2f")
    for count, route in enumerate(("server", "websocket", "webrtc"), 1):
        if route != "server":
            choose(page, route)
            until(page, STRAIGHT)
        say(page, "Hello there")
        until(page, "tthDebug.dialogue.turn?.outcome === 'complete'")
        wait(page, lambda count=count: len(service.records) == count and service.records[-1].ended)
    served, straight, called = (np.frombuffer(clip.audio, "<i2").astype(float) for clip in service.records)
    assert np.array_equal(served, straight)
    # A call's sound went through opus, and a buffer that stretches it.
    lasting, lasted = (np.flatnonzero(abs(sound) > 30)[-1] / 16 for sound in (served, called))
    assert abs(lasted - lasting) < 400
    loudness, louder = (np.sqrt(np.mean(sound[: int(16 * lasting)] ** 2)) for sound in (served, called))
    assert 0.5 < louder / loudness < 1.5


# A program's conversation, in each way: what it was told, in order.
CONVERSED = """async (mode) => {
  const { Conversation } = await import("/js/client/client.js");
  const told = [], playing = [], once = [], retries = [];
  const client = new Conversation({ mode, onReconnect: (retry) => retries.push(retry) });
  client.onAny(({ type }) => told.push(type));
  const remove = client.on("connected", () => once.push(remove()));
  const heard = new Promise((end) => client.on("playing", (now) => (playing.push(now), now || end())));
  await new Promise((ready) => client.on("connected", ready));
  const before = [client.connected, client.error, client.isPlaying];
  const sent = client.send("What time is it?");
  await heard;
  const raw = client.sendRaw({ type: "session.update", session: { type: "realtime" } });
  await client.close();
  return { told, playing, once: once.length, before, sent, raw, after: [client.connected, client.error], retries };
}"""
FIRST = {
    "native": ["session_ready", "turn_started"],
    "relay": ["session_ready", "text_delta"],
    "webrtc": ["session.created", "conversation.item.added", "response.created"],
    "websocket": ["session.created", "conversation.item.added", "response.created"],
}


def test_a_program_converses_in_every_mode_by_one_interface_and_leaves_nothing(address, caller, visit) -> None:
    # The bare page has no icon, which the browser looks for.
    page = visit(caller, "about:blank", ready=False, troubled=True)
    page.add_init_script(WATCHED)
    lost: list[str] = []
    page.on("response", lambda answer: lost.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{address}/v1/health")
    conversed = page.evaluate(f"Promise.all({list(FIRST)}.map({CONVERSED}))")
    for found, (mode, first) in zip(conversed, FIRST.items(), strict=True):
        assert [kind for kind in found["told"] if kind in first][: len(first)] == first, mode
        assert found["playing"] == [True, False]
        assert found["before"] == [True, None, False]
        assert (found["sent"], found["raw"], found["once"], found["retries"]) == (True, True, 1, [])
        assert found["after"] == [False, "It was closed."]
    wait(page, lambda: page.evaluate("left()") == NOTHING)
    assert page.evaluate("sockets.every(({ readyState }) => readyState >= WebSocket.CLOSING)")
    assert [url for url in lost if "favicon" not in url] == []


def test_a_program_is_told_why_it_has_no_connection_and_that_it_is_made_again(address, caller, visit) -> None:
    page = visit(caller, f"{address}/v1/health", ready=False, troubled=True)
    page.route("**/v1/realtime/token", lambda route: route.abort())
    reason = page.evaluate("""async () => {
      const { Conversation } = await import("/js/client/client.js");
      const retry = await new Promise((onReconnect) => {
        window.client = new Conversation({ mode: "webrtc", onReconnect });
      });
      const told = [retry, client.error, client.connected, client.send("Hello")];
      await client.close();
      return told;
    }""")
    why = "The server cannot be reached."
    assert reason == [{"attempt": 1, "reason": why}, why, False, False]


def spoilt(token: dict[str, Any]) -> dict[str, Any]:
    return {**token, "value": "ek_expired"}

"""The page in a real browser, against a server that speaks synthetic vowels."""

from itertools import pairwise
from typing import Any

import pytest
from fake_server import ANSWER, PERSONAS, UNITS, WORD_UNITS

pytestmark = pytest.mark.browser

SHORT = "Papa may bring a bubble."
SHORT_UNITS = len(SHORT.split()) * WORD_UNITS
CLOCK_HZ = 48_000
JAW, CLOSE = 17, 18

# Notes, with each picture drawn, what is heard, shown and said.
RECORD = """() => {
  const { player, dialogue, stage } = tthDebug, meter = player.meter(), wave = new Float32Array(meter.fftSize);
  const rows = window.rows = [];
  const note = () => {
    requestAnimationFrame(note);
    if (!stage.pose) return;
    meter.getFloatTimeDomainData(wave);
    const { turn, unit, state } = player.position(), w = stage.pose.weights;
    rows.push({ clock: meter.context.currentTime, turn, unit, state, mouth: Math.max(0, w[17] - w[18]), jaw: w[17],
      loud: Math.max(...wave.map(Math.abs)), said: dialogue.text });
  };
  note();
}"""


def until(page: Any, claim: str) -> None:
    """Wait for a claim about the page; Playwright's own waiting needs the eval that the policy forbids."""
    for _ in range(1000):
        if page.evaluate(claim):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"not within 20 s: {claim}")


def say(page: Any, text: str) -> None:
    page.fill("#text", text)
    page.press("#text", "Enter")


def finished(page: Any) -> None:
    until(page, "tthDebug.dialogue.turn?.outcome === 'complete'")


def escape_in_mid_sentence(page: Any, text: str, begun: str) -> None:
    """Ask, press Esc in mid-sentence: within 120 ms of the audio clock there is silence and a shut mouth."""
    page.evaluate("addEventListener('keydown', (e) => { if (e.key === 'Escape') window.escaped = rows.length }, true)")
    say(page, text)
    until(page, f"{begun} && tthDebug.stage.pose.weights[17] > 0.15")
    page.keyboard.press("Escape")
    page.wait_for_selector('#state[data-state="ready"]')
    until(page, "rows.length > escaped + 20")
    escaped, rows = page.evaluate("[escaped, rows]")
    stopped = rows[escaped - 1]["clock"]
    # The meter looks back over 1024 frames, 21 ms.
    late = [row for row in rows[escaped:] if row["clock"] > stopped + 0.12 + 0.022]
    assert late
    assert max(row["loud"] for row in late) < 1e-3
    assert max(row["mouth"] for row in late) < 0.02


def kept(served: Any) -> str:
    """What the fake server keeps of the answer: the words that were heard whole when the sound stopped."""
    (flushed,) = served.behaviour.said("flushed")
    return " ".join(ANSWER.split()[: flushed["sample"] // WORD_UNITS])


def assert_seamless(slots: list[dict[str, float]], units: int) -> None:
    assert slots[0]["unit"] == 0
    for before, after in pairwise(slots):
        assert after["frame"] == before["frame"] + before["frames"]
        assert after["unit"] == before["unit"] + before["frames"] * UNITS / CLOCK_HZ
    assert sum(slot["frames"] for slot in slots) == units * CLOCK_HZ // UNITS


def test_the_page_loads_without_complaint_and_a_face_is_drawn(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?face=canvas")
    assert page.inner_text("#state") == "Ready"
    assert page.title() == "Mira"
    assert page.inner_text("#caption") == PERSONAS[0]["greeting"]
    colours = page.evaluate("""() => {
      const face = document.querySelector("#face canvas");
      const { data } = face.getContext("2d").getImageData(0, 0, face.width, face.height);
      return new Set(new Uint32Array(data.buffer)).size }""")
    assert colours > 2000
    assert page.evaluate("'tthDebug' in window") is False


def test_a_typed_sentence_is_spoken_shown_and_ends_as_one(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1")
    page.evaluate(RECORD)
    say(page, "Hello, who are you?")
    finished(page)
    rows = [row for row in page.evaluate("rows") if row["turn"] == 1]
    captions = list(dict.fromkeys(row["said"] for row in rows))
    assert captions[0] == ""
    assert captions[-1] == SHORT
    assert len(captions) == len(SHORT.split()) + 1
    assert all(later.startswith(earlier) for earlier, later in pairwise(captions))
    assert max(row["jaw"] for row in rows) > 0.4
    assert max(row["loud"] for row in rows) > 0.1
    last_open = max(row["unit"] for row in rows if row["mouth"] > 0.05)
    assert abs(last_open - SHORT_UNITS) < UNITS / 10
    # The lips meet in every word: somewhere within it the mouth was drawn shut.
    for word in range(1, len(SHORT.split())):
        inside = [row["mouth"] for row in rows if 0 <= row["unit"] - word * WORD_UNITS < WORD_UNITS]
        assert min(inside) < 0.02
    ends = [report for report in served.behaviour.said("playhead") if report["state"] == "ended"]
    assert [report["sample"] for report in ends] == [SHORT_UNITS]
    until(page, "tthDebug.stage.pose.weights[17] < 0.02")
    assert page.inner_text("#entries li.user") == "Hello, who are you?"
    assert page.inner_text("#entries li.avatar") == SHORT
    assert_seamless(page.evaluate("tthDebug.slots"), SHORT_UNITS)


def test_what_the_session_has_cost_stands_beside_the_state_and_nothing_where_nobody_knows(serve, browser, visit):
    page = visit(browser, f"{serve(answer='Yes.', cost_usd=0.0124).address}/?debug=1")
    assert page.is_hidden("#cost")
    for cost in ("$0.012", "$0.025"):
        say(page, "Hello")
        until(page, f"document.querySelector('#cost').textContent === '{cost}'")
    free = visit(browser, f"{serve(answer='Yes.').address}/?debug=1")
    say(free, "Hello")
    finished(free)
    assert free.is_hidden("#cost")


def test_esc_silences_voice_and_mouth_at_once_and_the_next_question_is_answered(serve, browser, visit):
    served = serve(answer=ANSWER)
    page = visit(browser, f"{served.address}/?debug=1")
    page.evaluate(RECORD)
    escape_in_mid_sentence(page, "Tell me everything", "tthDebug.player.position().unit > 24000")
    until(page, "document.querySelector('#entries li.interrupted') !== null")
    served.behaviour.answer = SHORT
    say(page, "And now?")
    finished(page)
    flushed = served.behaviour.said("flushed")
    assert [message["turn"] for message in flushed] == [1]
    assert 24_000 <= flushed[0]["sample"] <= len(ANSWER.split()) * WORD_UNITS
    assert len(served.behaviour.said("interrupt")) == 1
    assert page.inner_text("#entries li.avatar:last-child") == SHORT


def test_a_new_sentence_silences_the_running_answer_within_120_ms_and_is_answered(serve, browser, visit):
    served = serve(answer=ANSWER)
    page = visit(browser, f"{served.address}/?debug=1")
    page.evaluate(RECORD)
    say(page, "one")
    until(page, "tthDebug.player.position().unit > 10000")
    served.behaviour.answer = SHORT
    page.fill("#text", "two")
    page.evaluate("addEventListener('keydown', () => { window.sent = rows.length }, true)")
    page.press("#text", "Enter")
    finished(page)
    sent, rows = page.evaluate("[sent, rows]")
    over = rows[sent - 1]["clock"] + 0.12
    assert max(row["loud"] for row in rows[sent - 10 : sent]) > 0.01
    # The meter looks back over 21 ms, and the next answer's first word opens with 80 ms of silence.
    next_sound = next(row["clock"] for row in rows if row["turn"] == 2 and row["unit"] > 0)
    assert all(row["loud"] < 1e-3 for row in rows[sent:] if over + 0.022 < row["clock"] < next_sound)
    assert all(row["turn"] != 1 for row in rows[sent:] if row["clock"] > over)
    assert served.behaviour.said("interrupt") == []
    assert [message["turn"] for message in served.behaviour.said("flushed")] == [1]
    assert page.evaluate("tthDebug.dialogue.turn.number") == 2
    assert page.inner_text("#caption") == SHORT
    assert page.locator("#entries li").all_inner_texts() == ["one", kept(served), "two", SHORT]


REFUSALS = [
    ("text_too_long", "8123 characters are too many for one turn; send at most 8000"),
    ("too_many_turns", "turns come faster than the voice can be told of them; wait for one to end"),
    ("draining", "the server is about to stop; no new turn begins"),
]


@pytest.mark.parametrize(("code", "message"), REFUSALS)
def test_a_text_refused_during_an_answer_comes_back_and_the_answer_goes_on(serve, browser, visit, code, message):
    served = serve(answer=ANSWER)
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "one")
    until(page, "tthDebug.player.position().unit > 10000")
    served.behaviour.refusal = {"code": code, "message": message}
    say(page, "two")
    page.wait_for_selector(".toast")
    until(page, "tthDebug.player.position().unit > 40000")
    assert page.get_attribute("#state", "data-state") == "speaking"
    assert page.input_value("#text") == "two"
    assert page.evaluate("document.activeElement.id") == "text"
    assert page.locator("#entries li.user").all_inner_texts() == ["one"]
    assert served.behaviour.said("interrupt") == served.behaviour.said("flushed") == []
    served.behaviour.refusal = None
    served.behaviour.answer = SHORT
    page.keyboard.press("Escape")
    page.press("#text", "Enter")
    finished(page)
    assert page.inner_text("#entries li.avatar:last-child") == SHORT
    assert page.locator("#entries li.user").all_inner_texts() == ["one", "two"]
    assert page.locator(".toast").count() == 0


def test_a_text_refused_in_silence_leaves_the_page_ready(serve, browser, visit):
    served = serve(answer=SHORT, refusal={"code": "draining", "message": "the server is about to stop"})
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "one")
    until(page, "document.querySelector('.toast') !== null && tthDebug.dialogue.state === 'ready'")
    assert page.input_value("#text") == "one"
    assert page.locator("#entries li").count() == 0
    assert page.is_hidden("#stop")


def test_esc_before_the_turn_begins_drops_its_answer_and_the_next_one_is_shown(serve, browser, visit):
    served = serve(answer=ANSWER, jitter_ms=600)
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "one")
    page.keyboard.press("Escape")
    assert page.get_attribute("#state", "data-state") == "ready"
    served.behaviour.answer = SHORT
    say(page, "two")
    finished(page)
    assert page.locator("#entries li:not(:empty)").all_inner_texts() == ["one", "two", SHORT]
    assert [(message["turn"], message["sample"]) for message in served.behaviour.said("flushed")] == [(1, 0)]


def test_what_was_typed_meanwhile_is_not_overwritten_by_a_refused_text(serve, browser, visit):
    served = serve(answer=SHORT, jitter_ms=400, refusal={"code": "draining", "message": "the server is about to stop"})
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "one")
    page.fill("#text", "other words")
    page.wait_for_selector(".toast")
    assert page.input_value("#text") == "other words"
    page.fill("#text", "")
    page.press("#text", "ArrowUp")
    assert page.input_value("#text") == "one"


def test_caption_and_history_show_what_was_heard_after_esc(serve, browser, visit):
    served = serve(answer=ANSWER)
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "one")
    until(page, "tthDebug.player.position().unit > 2.2 * 7200")
    page.keyboard.press("Escape")
    until(page, "tthDebug.dialogue.state === 'ready'")
    heard = kept(served)
    until(page, f"document.querySelector('#entries li.avatar').textContent === {heard!r}")
    assert page.inner_text("#caption") == heard


def test_blocked_sound_is_announced_kept_and_played_whole_after_a_click(serve, muted_browser):
    served = serve(answer=SHORT + " " + SHORT)
    units = 2 * SHORT_UNITS
    context = muted_browser.new_context(viewport={"width": 900, "height": 640})
    # What Playwright evaluates counts as a gesture of the person; a script of the page does not.
    context.add_init_script("""addEventListener("load", () => { const ask = setInterval(() => {
      if (globalThis.tthDebug?.dialogue.state === "ready" && tthDebug.say("Hello")) clearInterval(ask) }, 20) })""")
    page = context.new_page()
    page.goto(f"{served.address}/?debug=1")
    silent = context.new_cdp_session(page)

    def look(expression: str) -> Any:
        asked = {"expression": expression, "returnByValue": True, "userGesture": False}
        return silent.send("Runtime.evaluate", asked)["result"].get("value")

    for _ in range(400):
        if look("tthDebug?.player.bufferedMs") and look("!document.querySelector('#unblock').hidden"):
            break
        page.wait_for_timeout(25)
    assert look("document.querySelector('#unblock').textContent") == "Click anywhere to hear Mira"
    page.wait_for_timeout(600)
    assert look("tthDebug.player.blocked") is True
    assert look("tthDebug.player.position().unit") == 0
    assert 800 < look("tthDebug.player.bufferedMs") <= 1001
    assert {report["state"] for report in served.behaviour.said("playhead")} == {"blocked"}
    page.mouse.click(300, 300)
    finished(page)
    assert_seamless(page.evaluate("tthDebug.slots"), units)
    assert page.is_hidden("#unblock")
    ends = [report for report in served.behaviour.said("playhead") if report["state"] == "ended"]
    assert [report["sample"] for report in ends] == [units]
    context.close()


@pytest.mark.parametrize(("jitter_ms", "rate_hz", "chunk_ms"), [(0, 22_050, 20), (200, 24_000, 20), (200, 16_000, 100)])
def test_jitter_leaves_no_gap_and_no_overlap(serve, browser, visit, jitter_ms, rate_hz, chunk_ms):
    served = serve(jitter_ms=jitter_ms, rate_hz=rate_hz, chunk_ms=chunk_ms, answer=SHORT + " " + SHORT, seed=rate_hz)
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "Hello")
    finished(page)
    assert page.evaluate("tthDebug.player.underruns") == 0
    assert_seamless(page.evaluate("tthDebug.slots"), 2 * SHORT_UNITS)


def test_pieces_are_joined_without_a_seam(serve, browser, visit):
    page = visit(browser, serve().address)
    off = page.evaluate("""async () => {
      const { Player } = await import("/js/media/player.js");
      const context = new OfflineAudioContext(1, 96000, 48000), player = new Player({ context });
      const wave = (_, i) => 20000 * Math.sin(i / 9) * Math.sin(i / 997);
      const slots = player.record(), pcm = Int16Array.from({ length: 60000 }, wave);
      player.begin(1);
      for (let at = 0; at < pcm.length;) {
        const length = Math.min(pcm.length - at, 100 + (at * 7919) % 1900);
        const last = at + length === pcm.length, piece = pcm.slice(at, at + length);
        player.feed({ kind: "audio", generation: 0, turn: 1, sample: at / 2, rateHz: 48000, last, pcm: piece });
        at += length;
      }
      const heard = (await context.startRendering()).getChannelData(0), from = slots[0].frame;
      return pcm.reduce((most, value, i) => Math.max(most, Math.abs(heard[from + i] - value / 32768)), 0);
    }""")
    # A start that is no whole number in floating point mixes in 1e-11 of the neighbour.
    assert off < 1e-9


def test_a_lost_connection_is_taken_up_again_and_the_conversation_stays(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "one")
    finished(page)
    page.evaluate("""() => { window.states = [];
      new MutationObserver(() => states.push(document.querySelector("#state").dataset.state))
        .observe(document.querySelector("#state"), { attributes: true }) }""")
    served.lose_sockets()
    until(page, "states.includes('reconnecting') && states.at(-1) === 'ready'")
    say(page, "two")
    until(page, "document.querySelectorAll('#entries li.avatar').length === 2")
    finished(page)
    entries = page.locator("#entries li").all_inner_texts()
    assert entries == ["one", SHORT, "New conversation with Mira", "two", SHORT]
    assert len(served.behaviour.bodies) == 2


@pytest.mark.parametrize("written", ["openai_realtime+a2f", "openai_realtime%2Ba2f"])
def test_the_address_chooses_the_profile(serve, browser, visit, written):
    served = serve()
    page = visit(browser, f"{served.address}/?profile={written}")
    assert served.behaviour.bodies[0]["profile"] == "openai_realtime+a2f"
    assert page.input_value("#profile") == "openai_realtime+a2f"


def test_words_on_their_way_when_the_connection_goes_come_back(serve, browser, visit):
    served = serve(answer=SHORT, jitter_ms=2000)
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "Hello")
    served.lose_sockets()
    until(page, "tthDebug.dialogue.state === 'reconnecting'")
    assert page.input_value("#text") == "Hello"
    assert page.locator("#entries li").count() == 0


def test_a_long_text_is_sent_whole(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "word " * 1500 + "end")
    until(page, "tthDebug.dialogue.turn !== null")
    (sent,) = served.behaviour.said("user_text")
    assert sent["text"] == "word " * 1500 + "end"


@pytest.mark.parametrize(("touch", "focused"), [(False, "text"), (True, "")])
def test_the_text_box_has_the_focus_where_that_opens_no_keyboard(serve, browser, visit, touch, focused):
    page = visit(browser, serve().address, has_touch=touch, is_mobile=touch)
    assert page.evaluate("document.activeElement.id") == focused


def test_the_chosen_persona_stays_with_another_profile_and_the_other_way_round(serve, browser, visit):
    served = serve()
    page = visit(browser, served.address)
    page.select_option("#persona", "ori")
    until(page, "document.title === 'Ori' && document.querySelector('#state').dataset.state === 'ready'")
    page.select_option("#profile", "openai_realtime+a2f")
    until(page, "document.querySelector('#state').dataset.state === 'ready'")
    page.select_option("#persona", "noor")
    until(page, "document.title === 'Noor'")
    asked = [(body.get("profile"), body.get("persona")) for body in served.behaviour.bodies]
    other = "openai_realtime+a2f"
    assert asked == [("offline", None), ("offline", "ori"), (other, "ori"), (other, "noor")]


def test_emotion_and_persona_are_chosen_by_keyboard_and_told_to_the_server(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1")
    page.focus("#emotion input[value=auto]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    say(page, "Hello")
    finished(page)
    controls = [message["control"]["emotion"]["label"] for message in served.behaviour.said("control_update")]
    assert controls == ["neutral", "happy"]
    page.select_option("#persona", "ori")
    until(page, "document.title === 'Ori'")
    assert served.behaviour.bodies[-1]["persona"] == "ori"
    assert served.behaviour.bodies[-1]["control"] == {"emotion": {"label": "happy"}}


def test_reduced_motion_keeps_the_head_still(serve, browser, visit):
    page = visit(browser, f"{serve(answer=SHORT).address}/?debug=1", reduced_motion="reduce")
    say(page, "Hello")
    finished(page)
    head = page.evaluate("tthDebug.stage.pose.head")
    assert head == {"yaw": 0, "pitch": 0, "roll": 0}

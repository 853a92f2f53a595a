"""Talking with the page: words as they are understood, speaking over an answer, and what is kept."""

import pytest
from listening import HOT, LIVE, heard, wait, way
from test_layout import BOXES, COVERED, apart
from test_page import SHORT, SHORT_UNITS, finished, say, until

pytestmark = pytest.mark.browser


def test_words_come_as_they_are_understood_and_what_was_nothing_goes(talk):
    page, served = talk()
    page.click("#talk")
    until(page, LIVE)
    served.tell("user_speech_started", item_id="a")
    until(page, "tthDebug.dialogue.hears")
    served.tell("user_transcript", item_id="a", text="Could you", final=False)
    until(page, "document.querySelector('#heard').textContent === 'Could you'")
    assert page.get_attribute("#heard", "data-kind") == "partial"
    assert page.locator("#entries li.user.partial").all_inner_texts() == ["Could you"]
    served.tell("user_speech_stopped", item_id="a")
    until(page, "document.querySelector('#state').dataset.state === 'thinking'")
    served.tell("user_transcript", item_id="a", text="Could you tell me?", final=True)
    until(page, "document.querySelector('#heard').dataset.kind === 'final'")
    assert page.locator("#entries li").all_inner_texts() == ["Could you tell me?"]
    served.tell("user_speech_started", item_id="b")
    served.tell("user_transcript", item_id="b", text="uh", final=False)
    until(page, "document.querySelectorAll('#entries li.user').length === 2")
    served.tell("user_speech_stopped", item_id="b")
    served.tell("user_transcript", item_id="b", text="", final=True)
    until(page, "document.querySelectorAll('#entries li.user').length === 1")
    until(page, "document.querySelector('#state').dataset.state === 'listening'")
    # Another session has heard nothing: what was half understood is forgotten.
    served.tell("user_speech_started", item_id="c")
    served.tell("user_transcript", item_id="c", text="and then", final=False)
    until(page, "document.querySelector('#heard').textContent === 'and then'")
    served.lose_sockets()
    until(page, "document.querySelector('#entries').lastElementChild.className === 'divider'")
    assert page.locator("#entries li.user").all_inner_texts() == ["Could you tell me?"]
    assert page.get_attribute("#heard", "data-kind") == "hint"


def test_who_speaks_over_it_is_listened_to_and_then_it_goes_on_from_the_same_sample(talk):
    page, served = talk(answer=SHORT)
    say(page, "Go on")
    until(page, "tthDebug.player.position().unit > 9000 && tthDebug.stage.pose.weights[17] > 0.2")
    served.tell("user_speech_started", item_id="a")
    served.tell("turn_state", state="held")
    until(page, "tthDebug.player.position().state === 'held'")
    held_ms = page.evaluate("performance.now()")
    until(page, "tthDebug.stage.pose.weights[17] < 0.02")
    assert page.evaluate("performance.now()") - held_ms < 400
    assert page.get_attribute("#state", "data-state") == "listening"
    page.wait_for_timeout(200)
    where, buffered = page.evaluate("[tthDebug.player.position().unit, tthDebug.player.bufferedMs]")
    page.wait_for_timeout(300)
    assert page.evaluate("[tthDebug.player.position().unit, tthDebug.player.bufferedMs]") == [where, buffered]
    laid = page.evaluate("tthDebug.slots")
    served.tell("user_speech_stopped", item_id="a")
    served.tell("user_transcript", item_id="a", text="", final=True)
    served.tell("turn_state", state="speaking")
    finished(page)
    slots = page.evaluate("tthDebug.slots")
    # What was laid and taken back is laid again from exactly there; every sample is heard, and none left out.
    again = next(slot for slot in slots[len(laid) :])
    assert again["unit"] == pytest.approx(where, abs=1)
    played = [slot for slot in laid if slot["unit"] + slot["frames"] / 2 <= again["unit"]]
    played += slots[len(laid) :]
    place = 0
    for slot in played:
        assert slot["unit"] == place
        place += slot["frames"] / 2
    assert place == SHORT_UNITS
    assert page.evaluate("tthDebug.player.underruns") == 0
    ends = [report for report in served.behaviour.said("playhead") if report["state"] == "ended"]
    assert [report["sample"] for report in ends] == [SHORT_UNITS]


# What a held speech sounds like, sample by sample: held at half a second, gone on with at one.
HELD = """async () => {
  const { Player } = await import("/js/media/player.js");
  const context = new OfflineAudioContext(1, 120000, 48000), player = new Player({ context });
  const wave = (_, i) => Math.round(20000 * Math.sin(i / 9) * Math.sin(i / 997));
  const slots = player.record(), pcm = Int16Array.from({ length: 72000 }, wave);
  player.begin(1);
  for (let at = 0; at < pcm.length; at += 1200) {
    const part = pcm.slice(at, at + 1200), last = at + 1200 === pcm.length;
    player.feed({ kind: "audio", generation: 0, turn: 1, sample: at / 2, rateHz: 48000, last, pcm: part });
  }
  context.suspend(0.5).then(() => (player.hold(), context.resume()));
  let laid = 0;
  context.suspend(1).then(() => (laid = slots.length, player.resume(), context.resume()));
  const heard = (await context.startRendering()).getChannelData(0);
  const before = slots.find(({ frame, frames }) => frame < 48000 && frames < 1200);
  const cut = before.frame + before.frames, again = slots[laid];
  const off = (from, to, place, least, most) => {
    let worst = 0;
    for (let i = from; i < to; i++) {
      const [value, whole] = [heard[i], pcm[place + i - from] / 32768];
      worst = Math.max(worst, least * Math.abs(whole) - Math.abs(value), Math.abs(value) - most * Math.abs(whole));
    }
    return worst;
  };
  const place = again.unit * 2, fade = 960;
  return {
    cut, again: again.frame, place, unheard: cut - slots[0].frame - place,
    before: off(slots[0].frame, cut, 0, 1, 1), fading: off(cut, cut + fade, place, 0, 1),
    silence: heard.slice(cut + fade + 1, again.frame).reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    rising: off(again.frame, again.frame + fade, place, 0, 1),
    after: off(again.frame + fade, again.frame + pcm.length - place, place + fade, 1, 1),
  };
}"""


def test_a_held_voice_fades_within_30_ms_and_goes_on_with_the_very_next_sample(serve, browser, visit):
    found = visit(browser, serve().address).evaluate(HELD)
    asked = 0.5 * 48_000
    assert asked <= found["cut"] <= asked + 0.01 * 48_000
    assert found["unheard"] == 0
    for stretch in ("before", "fading", "rising", "after", "silence"):
        assert found[stretch] < 1e-6, stretch


def test_a_held_answer_that_is_broken_off_ends_where_it_was_held(talk):
    page, served = talk(answer=SHORT)
    say(page, "Go on")
    until(page, "tthDebug.player.position().unit > 9000")
    served.tell("turn_state", state="held")
    until(page, "tthDebug.player.position().state === 'held'")
    page.wait_for_timeout(200)
    where = page.evaluate("tthDebug.player.position().unit")
    served.tell("turn_interrupted", reason="speech", samples=where)
    until(page, "tthDebug.dialogue.turn.outcome === 'interrupted'")
    wait(page, lambda: served.behaviour.said("flushed"))
    assert [message["sample"] for message in served.behaviour.said("flushed")] == [where]


def test_history_way_and_key_are_kept_over_a_reload_and_the_microphone_is_not_on(talk):
    page, _ = talk()
    way(page, "push")
    page.keyboard.down("F4")
    until(page, LIVE)
    page.wait_for_timeout(300)
    page.keyboard.up("F4")
    finished(page)
    way(page, "open")
    until(page, LIVE)
    page.reload()
    page.wait_for_selector('#state[data-state="ready"]')
    until(page, "document.querySelectorAll('#entries li').length === 3")
    entries = page.locator("#entries li").all_inner_texts()
    assert entries == ["What I said.", "Yes.", "New conversation with Mira"]
    assert page.evaluate("[asked.length, document.querySelector('#talk').dataset.way]") == [0, "open"]
    page.click("#talk")
    until(page, LIVE)
    say(page, "Hello")
    until(page, "tthDebug.dialogue.turn !== null")
    finished(page)
    assert page.locator("#entries li").all_inner_texts() == [*entries, "Hello", "Yes."]


def test_how_the_server_listens_is_chosen_in_a_panel_and_in_effect_at_once(talk):
    page, served = talk()
    page.click(".how")
    until(page, "document.querySelector('#silence').valueAsNumber === 700")
    page.check("#barge-in [value=stop]", force=True)
    page.fill("#silence", "950")
    page.fill("#threshold", "0.55")
    asked = [{"barge_in": "stop"}, {"silence_ms": 950}, {"threshold": 0.55}]
    wait(page, lambda: [m["listening"] for m in served.behaviour.said("listening_update")] == asked)
    assert page.inner_text("#silence-told") == "0.95 s"
    # Another session has its own settings; the person's are asked of it again.
    served.lose_sockets()
    wait(page, lambda: len(served.behaviour.said("listening_update")) == 4)
    wish = {"barge_in": "stop", "silence_ms": 950, "threshold": 0.55}
    assert served.behaviour.said("listening_update")[-1]["listening"] == wish


def test_a_server_that_does_not_hear_says_so_and_no_device_is_asked_for(talk):
    why = "This profile does not hear: install tth[hearing]."
    page, _ = talk(
        listening={"hears": False, "why": why, "detector": "", "threshold": 0, "silence_ms": 0, "barge_in": ""}
    )
    assert page.get_attribute("#talk", "aria-disabled") == "true"
    page.click("#talk", force=True)
    page.wait_for_selector(".toast")
    assert page.inner_text(".toast p") == why
    assert page.evaluate("asked.length") == 0
    page.click(".how")
    until(page, "!document.querySelector('#deaf').hidden")
    assert page.inner_text("#deaf") == why
    assert page.is_hidden("#listens")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (640, 360), (1280, 800)])
def test_while_one_talks_nothing_covers_what_is_needed(talk, width, height):
    page, served = talk(viewport={"width": width, "height": height})
    page.click("#talk")
    until(page, LIVE)
    served.tell("user_speech_started", item_id="a")
    served.tell("user_transcript", item_id="a", text="many words that are said " * 20, final=False)
    until(page, "document.querySelector('#heard').dataset.long === 'true'")
    needed = ["live", "heard", "talk", "text", "history-toggle", "persona", "profile"]
    assert page.evaluate(COVERED, needed) == []
    boxes = page.evaluate(BOXES)
    room = boxes.pop("room")
    assert all(apart(box, room) for box in boxes.values())
    page.click(".how")
    until(page, "document.querySelector('#talk-panel[style]') !== null")
    panel = page.evaluate("document.querySelector('#talk-panel').getBoundingClientRect().toJSON()")
    assert min(panel["left"], panel["top"]) >= 0
    assert (panel["right"] <= width, panel["bottom"] <= height) == (True, True)
    assert apart(panel, page.evaluate("document.querySelector('#composer').getBoundingClientRect().toJSON()"))


def test_the_element_listens_marks_it_and_is_muted(talk):
    page, served = talk()
    page.evaluate("""async () => {
      await import("/js/embed.js");
      window.told = [];
      const avatar = window.avatar = document.createElement("tth-avatar");
      for (const type of ["avatarmicrophone", "avatarheard"]) {
        avatar.addEventListener(type, ({ detail }) => told.push(detail));
      }
      document.body.append(avatar);
    }""")
    until(page, "avatar.state === 'ready'")
    page.evaluate("avatar.listen('held')")
    until(page, "avatar.live && avatar.hasAttribute('live')")
    wait(page, lambda: heard(served, "held") and len(heard(served, "held")[0].frames) > 15)
    page.evaluate("avatar.mute()")
    until(page, "!avatar.live && !avatar.hasAttribute('live')")
    until(page, "told.some(({ final }) => final)")
    assert [each["live"] for each in page.evaluate("told") if "live" in each] == [True, False]
    assert {"text": "What I said.", "final": True} in page.evaluate("told")
    page.evaluate("avatar.listen()")
    until(page, "avatar.live")
    page.evaluate("avatar.remove()")
    until(page, f"!{HOT}")

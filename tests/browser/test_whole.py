"""The whole program as a person meets it: ``tth serve`` in a process, its page in a browser."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from program import running
from test_page import RECORD, escape_in_mid_sentence, finished, say, until

from tth.cli.checkup_page import look_at_page
from tth.config.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.process]

UNITS = 24_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where ``tth serve`` with the default profile can be reached."""
    with running() as found:
        yield found


def rows_of(page, turn):
    return [row for row in page.evaluate("rows") if row["turn"] == turn]


def test_a_typed_question_is_answered_aloud_with_a_face_in_step(address, browser, visit, record_property):
    page = visit(browser, f"{address}/?debug=1")
    page.evaluate(RECORD)
    say(page, "Hello, who are you?")
    finished(page)
    rows = rows_of(page, 1)
    captions = list(dict.fromkeys(row["said"] for row in rows))
    assert len(captions) > 5
    assert "Mira" in captions[-1]
    assert all(later.startswith(earlier) for earlier, later in pairwise(captions))
    assert max(row["jaw"] for row in rows) > 0.25
    assert max(row["loud"] for row in rows) > 0.05
    last_open = max(row["unit"] for row in rows if row["mouth"] > 0.05)
    last_loud = max(row["unit"] for row in rows if row["loud"] > 0.01)
    # The answer ends in a vowel: lips that shut for a last consonant would be shut before it is over.
    assert captions[-1].endswith("you?")
    assert abs(last_open - last_loud) < UNITS / 10
    until(page, "tthDebug.stage.pose.weights[17] < 0.03")
    slots = page.evaluate("tthDebug.slots")
    for before, after in pairwise(slots):
        assert after["frame"] >= before["frame"] + before["frames"]
        assert after["unit"] == before["unit"] + before["frames"] * UNITS / 48_000
    record_property("first_audio_ms", page.evaluate("tthDebug.dialogue.turn.firstAudioMs ?? null"))


def test_esc_in_mid_sentence_silences_and_shuts_the_mouth_and_the_next_question_is_answered(address, browser, visit):
    page = visit(browser, f"{address}/?debug=1")
    page.evaluate(RECORD)
    escape_in_mid_sentence(page, "Tell me about yourself", "tthDebug.player.position().unit > 36000")
    say(page, "What is 12 times 7?")
    finished(page)
    assert "84" in page.inner_text("#entries li.avatar:last-child")


def test_a_text_that_is_too_long_comes_back_with_the_reason_and_the_answer_goes_on(address, browser, visit):
    page = visit(browser, f"{address}/?debug=1")
    say(page, "Tell me about yourself")
    until(page, "tthDebug.player.position().unit > 12000")
    say(page, "word " * 1700 + "end")
    page.wait_for_selector(".toast")
    assert "8503 characters are too many for one turn; send at most 8000." in page.inner_text(".toast")
    assert len(page.input_value("#text")) == 8503
    until(page, "tthDebug.player.position().unit > 60000")
    say(page, "What is 12 times 7?")
    finished(page)
    assert page.locator("#entries li.user").all_inner_texts() == ["Tell me about yourself", "What is 12 times 7?"]
    assert page.locator("#entries li.avatar.interrupted").count() == 1
    assert "84" in page.inner_text("#entries li.avatar:last-child")
    assert page.locator(".toast").count() == 0


def test_after_esc_caption_and_history_both_show_what_was_heard(address, browser, visit):
    page = visit(browser, f"{address}/?debug=1")
    page.evaluate("""tthDebug.client.addEventListener("event", ({ detail }) => {
      if (detail.type === "item_heard") window.heard = detail.text.trim() })""")
    say(page, "Tell me about yourself")
    until(page, "tthDebug.player.position().unit > 48000")
    # A question that had to be put anew has left nothing behind either.
    page.evaluate("window.heard = undefined")
    page.keyboard.press("Escape")
    until(page, "window.heard !== undefined")
    assert page.evaluate("heard.length > 0")
    assert page.inner_text("#caption") == page.inner_text("#entries li.avatar") == page.evaluate("heard")


def test_an_emotion_that_was_chosen_is_seen(address, browser, visit):
    page = visit(browser, f"{address}/?debug=1")
    page.check("#emotion input[value=happy]", force=True)
    say(page, "Tell me about yourself")
    until(page, "tthDebug.stage.pose.weights[23] > 0.25 && tthDebug.player.position().unit > 24000")
    page.keyboard.press("Escape")


def test_two_pages_hold_two_conversations(address, browser, visit):
    one, two = visit(browser, f"{address}/?debug=1"), visit(browser, f"{address}/?debug=1")
    say(one, "What is 3 plus 4?")
    say(two, "What is 5 times 5?")
    finished(one)
    finished(two)
    assert "7" in one.inner_text("#entries li.avatar:last-child")
    assert "25" in two.inner_text("#entries li.avatar:last-child")


def test_the_doctor_sees_the_page_and_that_its_mouth_is_in_step(address, browser, visit):
    page = visit(browser, f"{address}/?debug=1")
    say(page, "Tell me about yourself")
    until(page, "tthDebug.player.position().unit > 48000")
    found = look_at_page(Settings(port=int(address.rpartition(":")[2])))
    page.keyboard.press("Escape")
    assert (found.status, found.numbers["pages"]) == ("ok", 1)
    assert "playing" in found.detail
    assert found.numbers["playhead_ms"] > 1500
    assert abs(found.numbers["offset_ms"]) <= 45

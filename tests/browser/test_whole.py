"""The whole program as a person meets it: ``tth serve`` in a process, its page in a browser."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from test_page import RECORD, escape_in_mid_sentence, finished, say, until

pytestmark = [pytest.mark.browser, pytest.mark.process]

UNITS = 24_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where ``tth serve`` with the default profile can be reached."""
    command = [str(Path(sys.executable).with_name("tth")), "serve", "--port", "0", "--log-level", "warning"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, f"no address in {line!r}"
    yield found.group().rstrip("/")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    process.stdout.close()


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
    assert abs(last_open - last_loud) < UNITS / 5
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

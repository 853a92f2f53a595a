"""The parts of the last answer, drawn among the numbers."""

import pytest
from test_page import SHORT, finished, say, until

pytestmark = [pytest.mark.browser, pytest.mark.still]

ROWS = """() => [...document.querySelectorAll(".waterfall li")].map((row) => {
  const [label, value] = [".label", ".value"].map((part) => row.querySelector(part).textContent);
  const [track, bar] = [".track", ".part"].map((part) => row.querySelector(part).getBoundingClientRect());
  return { label, ms: Number.parseInt(value), left: bar.left - track.left, width: bar.width, track: track.width };
})"""
STEPS = ["first token", "first audio", "audible", "mouth moves"]


def drawn(page, steps):
    """The rows, once every step is there; they add up, in numbers and as they are drawn."""
    until(page, f"document.querySelectorAll('.waterfall li').length === {len(steps) + 1}")
    *parts, whole = page.evaluate(ROWS)
    assert sorted(part["label"] for part in parts) == sorted(steps)
    assert whole["label"] == "whole"
    assert sum(part["ms"] for part in parts) == whole["ms"] > 0
    assert whole["width"] == pytest.approx(whole["track"], abs=1)
    end = 0
    for part in parts:
        assert part["left"] == pytest.approx(end, abs=2.5)
        end = part["left"] + part["width"]
    assert end <= whole["track"] + 1
    return parts


def test_a_typed_question_is_taken_apart_until_the_mouth_moves(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1")
    assert "Ask something" in page.inner_text(".waterfall")
    say(page, "Hello")
    drawn(page, STEPS)
    turn_id = served.behaviour.said("user_text")[-1]["turn_id"]
    served.tell("measure", turn_id=turn_id, name="first_text_ms", value=12.4)
    until(page, "document.querySelector('.waterfall').innerText.includes('text 12')")
    finished(page)
    drawn(page, STEPS)


def test_a_spoken_question_has_its_transcript_among_the_parts(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1")
    for state in ("held", "off"):
        page.evaluate(f"tthDebug.client.send({{ type: 'microphone', state: '{state}' }})")
    parts = drawn(page, ["transcript", *STEPS])
    assert parts[0]["label"] == "transcript"

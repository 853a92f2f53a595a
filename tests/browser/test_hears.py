"""The whole program listens: ``tth serve`` in a process, its page in a browser with a microphone."""

from collections.abc import Iterator
from typing import Any

import pytest
from listening import HOT, LIVE, WATCHED, way
from program import running
from test_page import finished, until

pytestmark = [pytest.mark.browser, pytest.mark.process]


def hold(page: Any, claim: str) -> None:
    """Hold the key until something is so."""
    page.keyboard.down("F4")
    until(page, LIVE)
    until(page, claim)
    page.keyboard.up("F4")
    until(page, f"!{HOT}")


@pytest.fixture
def address() -> Iterator[str]:
    with running("--profile", "offline_mock") as found:
        yield found


def test_what_is_held_is_understood_and_answered_and_a_question_over_the_answer_ends_it(address, talkative, visit):
    page = visit(talkative, "about:blank", ready=False)
    page.add_init_script(WATCHED)
    page.goto(f"{address}/?debug=1")
    page.wait_for_selector('#state[data-state="ready"]')
    way(page, "push")
    # The recogniser for tests understands a word in so many milliseconds, whatever is said.
    hold(page, "document.querySelector('#heard').textContent.startsWith('one two')")
    until(page, "document.querySelector('#state').dataset.state === 'speaking'")
    hold(page, "document.querySelector('#heard').textContent.startsWith('one two three')")
    until(page, "tthDebug.dialogue.turn.number === 2")
    finished(page)
    first, answer, second, last = page.locator("#entries li").all_inner_texts()
    assert first.startswith("one two")
    assert second.startswith("one two three")
    assert last == f"You said: {second}"
    assert f"You said: {first}".startswith(answer)
    assert "interrupted" in page.locator("#entries li").nth(1).get_attribute("class")
    assert page.get_attribute("#state", "data-state") == "ready"
    assert page.evaluate("marks") == []

"""A connection that breaks, a page that is loaded anew, two windows: the talk goes on, and nothing is said twice."""

import itertools

import pytest
from cutter import between
from program import running
from test_page import until

pytestmark = pytest.mark.browser

WORDS = "one two three four five six seven eight nine ten eleven twelve"
ANSWER = f"You said: {WORDS}"
SPOKEN = "tthDebug.player.position().unit"


NOTED = """
  tthDebug.client.addEventListener("state", ({ detail }) => {
    (window.states ??= []).push({ ...detail, atMs: performance.now() });
  });
"""


@pytest.fixture(scope="module")
def base():
    with running("--profile", "offline_mock") as address:
        yield address


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    yield page
    page.close()


def arrive(page, address):
    page.goto(f"{address}/?debug=1")
    until(page, "document.querySelector('#state').dataset.state === 'ready'")


def ask(page):
    page.fill("#text", WORDS)
    page.press("#text", "Enter")
    until(page, f"{SPOKEN} > 12000")


def entries(page):
    return page.locator("#entries li").all_inner_texts()


def whole(page):
    until(page, "document.querySelector('#state').dataset.state === 'ready'")
    assert entries(page) == [WORDS, ANSWER]


def test_a_cut_in_mid_answer_is_not_heard_and_nothing_is_said_twice(page, base):
    with between(base) as wire:
        arrive(page, wire.address)
        ask(page)
        page.evaluate(NOTED)
        wire.cut()
        until(page, "window.states?.at(-1)?.state === 'ready'")
        assert [each["state"] for each in page.evaluate("states")] == ["resuming", "ready"]
        assert page.evaluate("states.at(-1).resumed")
        lost, back = page.evaluate("states.map(({ atMs }) => atMs)")
        print(f"back after {back - lost:.0f} ms")
        assert page.evaluate("tthDebug.dialogue.turn.outcome") == "running"
        whole(page)
        units = page.evaluate("tthDebug.slots.map(({ unit, frames }) => [unit, frames])")
        for (unit, frames), (later, _) in itertools.pairwise(units):
            assert abs(unit + frames / 2 - later) <= 2, "sound is missing or laid twice"
        assert page.evaluate("tthDebug.player.underruns") <= 1


def test_a_page_that_is_loaded_anew_goes_on_within_half_a_second_where_it_was_left(page, base):
    arrive(page, base)
    ask(page)
    heard = page.evaluate(SPOKEN)
    page.reload()
    until(page, f"window.tthDebug && {SPOKEN} > 0")
    first = page.evaluate("tthDebug.slots[0].unit")
    assert heard <= first + 24 * 20
    assert first - heard < 24 * 400
    whole(page)
    # The session knows the turns of the page before; the new page's are others.
    page.fill("#text", "and now?")
    page.press("#text", "Enter")
    until(page, "document.querySelector('#entries').lastElementChild.textContent === 'You said: and now?'")


def test_of_two_windows_the_newest_has_the_session_and_the_other_says_so(browser, base):
    context = browser.new_context()
    old = context.new_page()
    arrive(old, base)
    way = old.evaluate("tthDebug.client.way")
    new = context.new_page()
    new.goto(f"{base}/?debug=1")
    until(new, "window.tthDebug")
    new.evaluate("way => tthDebug.client.resume({}, way)", way)
    until(new, "tthDebug.client.state === 'ready'")
    until(old, "document.querySelector('#state').dataset.state === 'error'")
    assert "another window" in old.inner_text("#reason")
    old.click("#again")
    until(old, "document.querySelector('#state').dataset.state === 'ready'")
    context.close()


def test_words_that_were_on_their_way_come_back_and_an_interruption_is_made_up_for(page, base):
    with between(base) as wire:
        arrive(page, wire.address)
        ask(page)
        wire.cut()
        until(page, "tthDebug.client.state === 'resuming'")
        page.keyboard.press("Escape")
        until(page, "tthDebug.client.state === 'ready'")
        until(page, "document.querySelector('#state').dataset.state === 'ready'")
        page.fill("#text", "still here?")
        page.press("#text", "Enter")
        until(page, "document.querySelector('#entries').lastElementChild.textContent === 'You said: still here?'")

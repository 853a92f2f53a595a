"""A conversation that the page has recorded, and the page that plays it back."""

from itertools import pairwise

import pytest
from program import program, running
from test_page import finished, say, until

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.still]


def sign(page):
    return page.is_visible("#recorded")


def is_ready(page):
    until(page, "document.querySelector('#state').dataset.state === 'ready'")


@pytest.fixture
def recording(tmp_path, browser, visit):
    """What a server has kept that records those who ask; the page asks, and asks no more."""
    settings = ("--profile", "offline_mock", "--record", str(tmp_path), "--set", "record_asked=true")
    with running(*settings) as address:
        page = visit(browser, f"{address}/?debug=1")
        assert not sign(page)
        page.click("#record")
        until(page, "document.querySelector('#recorded').checkVisibility()")
        is_ready(page)
        say(page, "Hello my friend")
        finished(page)
        page.reload()
        until(page, "document.querySelector('#recorded').checkVisibility()")
        is_ready(page)
        assert page.locator("#entries li.divider").count() == 0, "the conversation goes on"
        page.click("#record")
        until(page, "!document.querySelector('#recorded').checkVisibility()")
        is_ready(page)
        assert page.locator("#entries li.divider").count() == 1
        page.goto("about:blank")
    (path,) = tmp_path.iterdir()
    return path


def test_what_the_page_has_recorded_is_played_paused_and_played_again(recording, browser, visit):
    with program("replay", str(recording), "--port", "0") as address:
        page = visit(browser, f"{address}/?debug=1")
        until(page, "document.querySelector('#replay').checkVisibility()")
        assert not page.is_visible("#composer")
        assert not page.is_visible("#record")
        until(page, "tthDebug.player.position().unit > 6000")
        page.click("#replay-toggle")
        until(page, "document.querySelector('#replay').dataset.state === 'paused'")
        assert page.inner_text("#replay-toggle") == "Play"
        where = page.evaluate("document.querySelector('#replay-place').value")
        page.wait_for_timeout(400)
        assert page.evaluate("document.querySelector('#replay-place').value") == where > 0
        assert page.inner_text("#replay-told").startswith("0:0")
        page.click("#replay-toggle")
        until(page, "document.querySelector('#replay').dataset.state === 'over'")
        said = page.locator("#entries li").all_inner_texts()
        assert said == ["Hello my friend", "You said: Hello my friend"]
        page.click("#replay-toggle")
        until(page, "document.querySelector('#replay').dataset.state === 'playing'")
        until(page, "tthDebug.player.position().unit > 6000")
        page.click("#replay-skip")
        until(page, "tthDebug.dialogue.turn.outcome === 'interrupted'")
        page.click("#replay-again")
        until(page, "document.querySelectorAll('#entries li').length === 0")
        finished(page)
        assert page.locator("#entries li").all_inner_texts() == said
        page.goto("about:blank")


def test_the_sign_and_the_player_have_room(serve, browser, visit):
    served = serve()
    page = visit(browser, served.address)
    served.tell("replay", at_ms=71_000, length_ms=3_600_000, state="playing")
    until(page, "document.querySelector('#replay').checkVisibility()")
    page.evaluate("document.querySelector('#recorded').hidden = false")
    assert page.inner_text("#replay-told") == "1:11 / 60:00"
    for width, height in ((360, 640), (640, 360), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        places = page.evaluate(
            "[...document.querySelectorAll('#replay > *, #replay output, #recorded')]"
            ".map((part) => part.getBoundingClientRect().toJSON())"
        )
        assert all(place["left"] >= 0 and place["right"] <= width and place["bottom"] <= height for place in places)
        for one, other in pairwise(places[1:4]):
            assert one["right"] <= other["left"] or one["bottom"] <= other["top"]

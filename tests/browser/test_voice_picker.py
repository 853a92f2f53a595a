"""The choice of a voice: what there is, what the browser keeps, and what the server is told."""

from itertools import pairwise

import pytest
from test_page import SHORT, finished, say, until

pytestmark = [pytest.mark.browser, pytest.mark.still]

PLUS = "openai_realtime+a2f"
OFFERED = {"offline": ["heart"], PLUS: ["alloy", "echo", "marin"]}
SHOWN = "document.querySelector('#voices').checkVisibility()"


def chosen(page):
    return page.evaluate("document.querySelector('#voices').selectedOptions[0].textContent")


def test_a_voice_is_chosen_while_one_talks_and_given_back(serve, browser, visit):
    served = serve(answer=SHORT, voices=OFFERED)
    page = visit(browser, f"{served.address}/?profile={PLUS}&debug=1")
    assert "voice" not in served.behaviour.bodies[-1]
    assert page.evaluate("[...document.querySelectorAll('#voices option')].map((option) => option.textContent)") == [
        "Its own: alloy",
        *OFFERED[PLUS],
    ]
    say(page, "Hello")
    page.select_option("#voices", "marin")
    until(page, "document.querySelector('#voices option').textContent === 'Its own'")
    assert chosen(page) == "marin"
    finished(page)
    page.select_option("#voices", "")
    until(page, "document.querySelector('#voices option').textContent === 'Its own: alloy'")
    assert [message["voice"] for message in served.behaviour.said("voice_update")] == ["marin", None]
    assert len(served.behaviour.bodies) == 1, "it is the same session"


def test_the_choice_outlives_a_profile_that_does_not_have_it(serve, browser, visit):
    served = serve(voices=OFFERED)
    page = visit(browser, f"{served.address}/?profile={PLUS}")
    page.select_option("#voices", "echo")
    page.select_option("#profile", "offline")
    until(page, f"!{SHOWN}")
    until(page, "document.querySelector('#state').dataset.state === 'ready'")
    page.select_option("#profile", PLUS)
    until(page, SHOWN)
    assert chosen(page) == "echo"
    assert [body.get("voice") for body in served.behaviour.bodies] == [None, "echo", "echo"]
    page.reload()
    until(page, SHOWN)
    assert chosen(page) == "echo"
    assert served.behaviour.bodies[-1]["voice"] == "echo"


def test_a_session_that_does_not_know_the_choice_is_told(serve, browser, visit):
    served = serve(voices=OFFERED)
    page = visit(browser, f"{served.address}/?profile={PLUS}")
    page.select_option("#voices", "marin")
    others = ["alloy", "coral", "marin", "sage"]
    ready = {"session_id": "s0", "profile": PLUS, "persona": "mira", "components": {}}
    served.tell("session_ready", **ready, voice="alloy", voices=others, voice_wish=None)
    while len(served.behaviour.said("voice_update")) < 2:
        page.wait_for_timeout(10)
    assert chosen(page) == "marin"
    assert [message["voice"] for message in served.behaviour.said("voice_update")] == ["marin", "marin"]


def test_where_there_is_no_choice_there_is_none_to_be_seen(serve, browser, visit):
    page = visit(browser, serve(voices=OFFERED).address)
    assert page.evaluate(SHOWN) is False


def test_the_choice_has_room_in_the_bar(serve, browser, visit):
    served = serve(voices=OFFERED)
    page = visit(browser, f"{served.address}/?profile={PLUS}")
    until(page, SHOWN)
    for width in (360, 390, 700, 900):
        page.set_viewport_size({"width": width, "height": 760})
        places = page.evaluate(
            "[...document.querySelectorAll('.pickers > *')].filter((part) => part.checkVisibility())"
            ".map((part) => part.getBoundingClientRect().toJSON())"
        )
        assert all(place["left"] >= 0 and place["right"] <= width for place in places)
        first = [place for place in places if place["top"] < places[0]["bottom"]]
        assert all(one["right"] <= other["left"] for one, other in pairwise(first))
        assert min(place["width"] for place in places) > 40

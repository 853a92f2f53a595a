"""The page's microphone: a Chromium whose device plays a file, and a server that keeps what it is sent."""

import json

import numpy as np
import pytest
from listening import HOT, LIVE, RATE_HZ, assert_seamless, heard, likeness, samples, wait, way
from test_page import finished, say, until

pytestmark = pytest.mark.browser

YES = "Yes."


def test_what_arrives_is_the_sound_of_the_device_without_a_gap_and_the_mark_tells_when(talk, voice):
    page, served = talk()
    assert page.evaluate(LIVE) is False
    page.click("#talk")
    wait(page, lambda: heard(served, "open") and len(heard(served, "open")[0].frames) > 150)
    assert page.get_attribute("#talk", "aria-pressed") == "true"
    assert page.get_attribute("#state", "data-state") == "listening"
    page.click("#talk")
    until(page, f"!{HOT}")
    wait(page, lambda: len(heard(served, "off")) == 1)
    (take,) = heard(served, "open")
    assert_seamless(take)
    sound, window = samples(take), RATE_HZ // 2
    # A busy machine may starve Chromium's device for a moment; the stretches between are the file's own.
    told = [likeness(sound[at : at + window], voice[1]) for at in range(0, len(sound) - window, window)]
    assert np.median(told) > 0.98
    (asked,) = page.evaluate("asked")
    assert asked["echoCancellation"] is asked["noiseSuppression"] is asked["autoGainControl"] is True
    assert page.get_attribute("#state", "data-state") == "ready"
    assert page.evaluate("marks") == []


def test_f4_holds_also_while_typing_and_one_hold_is_one_question(talk):
    page, served = talk()
    way(page, "push")
    page.focus("#text")
    page.keyboard.down("F4")
    until(page, LIVE)
    page.wait_for_timeout(400)
    page.keyboard.up("F4")
    until(page, f"!{HOT}")
    finished(page)
    (take,) = heard(served, "held")
    assert_seamless(take)
    assert (take.over, take.discarded) == (True, False)
    assert page.locator("#entries li").all_inner_texts() == ["What I said.", YES]
    # Text and voice are one conversation.
    say(page, "And now typed")
    until(page, "tthDebug.dialogue.turn.number === 2")
    finished(page)
    assert page.locator("#entries li").all_inner_texts() == ["What I said.", YES, "And now typed", YES]
    assert page.evaluate("marks") == []


def test_an_empty_hold_sends_nothing_that_is_kept_and_a_lost_keyup_releases(talk):
    page, served = talk()
    way(page, "push")
    page.keyboard.press("F4")
    page.wait_for_timeout(300)
    assert all(take.discarded for take in heard(served, "held"))
    assert served.behaviour.said("user_text") == []
    served.behaviour.takes.clear()
    page.keyboard.down("F4")
    until(page, LIVE)
    page.wait_for_timeout(300)
    page.evaluate("dispatchEvent(new Event('blur'))")
    until(page, f"!{HOT}")
    wait(page, lambda: [take.discarded for take in heard(served, "held") if take.over] == [False])
    assert page.evaluate("marks") == []


def test_the_button_is_held_by_pointer_and_by_keyboard_and_a_letter_only_outside_of_text(talk):
    page, served = talk()
    way(page, "push")
    box = page.locator("#talk").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    until(page, LIVE)
    page.wait_for_timeout(250)
    page.mouse.move(10, 300)
    assert page.evaluate(LIVE)
    page.mouse.up()
    until(page, f"!{HOT}")
    page.focus("#talk")
    page.keyboard.down("Space")
    until(page, LIVE)
    page.wait_for_timeout(250)
    page.keyboard.up("Space")
    until(page, f"!{HOT}")
    wait(page, lambda: [take.discarded for take in heard(served, "held") if take.over] == [False, False])
    page.click(".how")
    page.click("#hold-key")
    page.keyboard.press("v")
    assert page.inner_text("#hold-key") == "V"
    page.keyboard.press("Escape")
    page.focus("#text")
    page.keyboard.press("v")
    assert page.input_value("#text") == "v"
    assert page.evaluate(LIVE) is False
    page.evaluate("document.activeElement.blur()")
    page.keyboard.down("v")
    until(page, LIVE)
    page.keyboard.up("v")
    until(page, f"!{HOT}")
    assert page.input_value("#text") == "v"


def test_what_is_said_while_the_connection_is_made_again_is_heard_whole_by_the_next_session(talk, voice):
    page, served = talk()
    way(page, "push")
    page.keyboard.down("F4")
    wait(page, lambda: heard(served, "held") and len(heard(served, "held")[0].frames) > 20)
    served.lose_sockets()
    until(page, "tthDebug.dialogue.state === 'reconnecting'")
    page.wait_for_selector('#state[data-state="listening"]')
    page.keyboard.up("F4")
    finished(page)
    first, second = heard(served, "held")
    assert first.session != second.session
    assert_seamless(second)
    # The same hold from its first sample on, not only what came after the loss.
    begun = samples(first)
    assert np.array_equal(samples(second)[: len(begun)], begun)
    assert len(second.pcm) > len(first.pcm)
    assert page.locator("#entries li.user").all_inner_texts() == ["What I said."]


def test_another_device_is_chosen_and_one_that_goes_away_is_told_and_replaced(talk):
    page, served = talk()
    page.click("#talk")
    until(page, LIVE)
    page.click(".how")
    until(page, "document.querySelector('#device').options.length > 1")
    other = page.evaluate("document.querySelector('#device').options[1].value")
    page.select_option("#device", other)
    until(page, "tracks.length === 2 && tracks[0].readyState === 'ended'")
    assert page.evaluate("asked[1].deviceId") == {"exact": other}
    assert page.evaluate("tracks[1].getSettings().deviceId") == other
    page.keyboard.press("Escape")
    page.evaluate("tracks[1].dispatchEvent(new Event('mute'))")
    page.wait_for_selector(".toast")
    assert "is muted" in page.inner_text(".toast p")
    page.evaluate("tracks[1].stop(), tracks[1].dispatchEvent(new Event('ended'))")
    until(page, "tracks.length === 3")
    until(page, "document.querySelector('.toast p').textContent.includes('is gone.')")
    assert page.evaluate("tracks[2].readyState") == "live"
    page.click("#talk")
    until(page, f"!{HOT}")
    wait(page, lambda: heard(served, "off"))
    (take,) = heard(served, "open")
    assert_seamless(take)
    assert json.loads(page.evaluate("localStorage['tth.talk']"))["device"] == other


def test_nothing_of_the_microphone_is_loaded_before_it_is_used(talk):
    page, _ = talk()
    loaded = "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/js/microphone/')).length"
    assert page.evaluate(loaded) == 0
    page.click("#talk")
    until(page, LIVE)
    assert page.evaluate(loaded) > 4


REFUSED = [("NotAllowedError", "The browser does not let"), ("NotReadableError", "The microphone does not")]
REFUSE = "(name) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name) } }"


def test_without_leave_or_without_a_device_a_sentence_says_what_to_do(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?debug=1")
    page.click("#talk")
    page.wait_for_selector(".toast")
    words = page.inner_text(".toast p")
    assert words.startswith(("There is no microphone. Plug one in", "The browser does not let this page use"))
    assert page.get_attribute("#talk", "aria-pressed") == "false"
    assert page.is_hidden("#live")
    for name, begins in REFUSED:
        page.evaluate(REFUSE, name)
        page.click("#talk")
        until(page, f"document.querySelector('.toast p').textContent.startsWith('{begins}')")
        assert page.is_hidden("#live")

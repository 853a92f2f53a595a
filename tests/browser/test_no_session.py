"""What the page does where no session can be had, and where another one begins."""

import pytest
from fake_server import PERSONAS
from test_page import SHORT, finished, say, until

pytestmark = [pytest.mark.browser, pytest.mark.still]

NO_KEY = "voice: openai_realtime: there is no key; set OPENAI_API_KEY, or OPENAI_API_KEY_FILE to a file that holds it"
OTHER = "openai_realtime+a2f"
REFUSALS = "window.refusals = 0; tthDebug.client.addEventListener('state', () => refusals++)"


def entries(page):
    return page.locator("#entries li").all_inner_texts()


def test_a_refused_session_says_what_is_wrong(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?profile=missing", troubled=True, ready=False)
    page.wait_for_selector('#state[data-state="error"]')
    assert "There is no profile named 'missing'." in page.inner_text("#trouble")
    assert page.is_visible("#again")


def test_a_server_that_wants_a_key_gets_the_one_in_the_address(serve, browser, visit):
    served = serve(key="secret")
    page = visit(browser, f"{served.address}/#key=secret")
    assert page.locator("#persona option").count() == len(PERSONAS)


def test_a_missing_key_and_a_wrong_one_are_told_apart_and_the_right_one_opens_all(serve, browser, visit):
    served = serve(key="secret")
    page = visit(browser, served.address, troubled=True, ready=False)
    page.wait_for_selector('#state[data-state="error"]')
    assert "This server wants its key" in page.inner_text("#trouble")
    page.evaluate("location.hash = '#key=guess'")
    until(page, "document.querySelector('#reason').textContent.includes('is wrong')")
    page.evaluate("location.hash = '#key=secret'")
    page.wait_for_selector('#state[data-state="ready"]')
    assert page.is_hidden("#trouble")
    assert page.locator("#persona option").count() == len(PERSONAS)


def test_words_for_no_session_stay_in_the_box_and_the_notice_goes_when_there_is_one(serve, browser, visit):
    served = serve(answer=SHORT, key="secret")
    page = visit(browser, f"{served.address}/?debug=1", troubled=True, ready=False)
    page.wait_for_selector('#state[data-state="error"]')
    say(page, "Hello")
    page.wait_for_selector(".toast.warning")
    assert page.input_value("#text") == "Hello"
    page.evaluate("location.hash = '#key=secret'")
    page.wait_for_selector('#state[data-state="ready"]')
    assert page.locator(".toast").count() == 0
    page.press("#text", "Enter")
    finished(page)


def test_a_profile_without_a_key_is_explained_and_greets_nobody(serve, browser, visit):
    served = serve(broken={OTHER: NO_KEY})
    page = visit(browser, f"{served.address}/?profile={OTHER}", ready=False)
    page.wait_for_selector("#trouble")
    assert page.inner_text("#state") == "No session"
    assert page.inner_text("#reason") == f"The profile '{OTHER}' has no voice that works: {NO_KEY[7:]}."
    assert page.is_hidden("#caption")
    assert page.locator(".toast").count() == 0


def test_what_waiting_cannot_mend_is_tried_again_after_half_a_minute(serve, browser, visit):
    served = serve(broken={"offline": NO_KEY})
    page = visit(browser, "about:blank", ready=False)
    page.clock.install()
    page.goto(f"{served.address}/?debug=1")
    page.wait_for_selector("#trouble")
    page.clock.fast_forward(25_000)
    assert len(served.behaviour.bodies) == 1
    # The next wait begins where the refusal has arrived, which is later than where the server has given it.
    page.evaluate(REFUSALS)
    page.clock.fast_forward(6_000)
    until(page, "refusals === 1")
    assert len(served.behaviour.bodies) == 2
    assert page.is_visible("#trouble")
    served.behaviour.broken.clear()
    page.clock.fast_forward(31_000)
    page.wait_for_selector('#state[data-state="ready"]')
    assert page.is_hidden("#trouble")
    assert page.is_visible("#caption.greeting")


def test_try_again_opens_a_session_as_soon_as_the_trouble_is_mended(serve, browser, visit):
    served = serve(broken={"offline": NO_KEY})
    page = visit(browser, served.address, ready=False)
    page.click("#again")
    until(page, "document.querySelector('#state').dataset.state === 'error'")
    assert len(served.behaviour.bodies) == 2
    served.behaviour.broken.clear()
    page.click("#again")
    page.wait_for_selector('#state[data-state="ready"]')
    assert page.is_hidden("#trouble")
    assert page.evaluate("document.activeElement.id") == "text"


def test_another_profile_can_be_chosen_by_keyboard_from_there(serve, browser, visit):
    served = serve(broken={OTHER: NO_KEY})
    page = visit(browser, f"{served.address}/?profile={OTHER}", ready=False)
    page.wait_for_selector("#trouble")
    page.focus("#elsewhere")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "profile"
    page.keyboard.press("Escape")
    page.select_option("#profile", "offline")
    page.wait_for_selector('#state[data-state="ready"]')
    assert page.is_hidden("#trouble")
    assert page.is_visible("#caption.greeting")


def test_words_typed_without_a_session_are_kept_and_ask_for_one(serve, browser, visit):
    served = serve(broken={"offline": NO_KEY}, answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1", ready=False)
    page.wait_for_selector("#trouble")
    served.behaviour.broken.clear()
    say(page, "Hello")
    page.wait_for_selector('#state[data-state="ready"]')
    assert page.input_value("#text") == "Hello"
    page.press("#text", "Enter")
    finished(page)


def test_a_server_that_loses_its_voice_between_sessions_is_explained(serve, browser, visit):
    served = serve()
    page = visit(browser, served.address)
    served.behaviour.broken["offline"] = NO_KEY
    served.lose_sockets()
    page.wait_for_selector("#trouble")
    assert page.inner_text("#state") == "No session"


def test_words_of_the_last_persona_do_not_stay(serve, browser, visit):
    served = serve(answer=SHORT, personas=[*PERSONAS[:2], {"id": "mum", "name": "Mum", "look": {}}])
    page = visit(browser, f"{served.address}/?debug=1")
    assert page.is_visible("#caption.greeting")
    page.select_option("#persona", "mum")
    until(page, "document.title === 'Mum' && tthDebug.dialogue.state === 'ready'")
    assert page.is_hidden("#caption")
    say(page, "one")
    finished(page)
    assert page.inner_text("#caption") == SHORT
    page.select_option("#profile", OTHER)
    until(page, "tthDebug.dialogue.turn === null && tthDebug.dialogue.state === 'ready'")
    assert page.is_hidden("#caption")


def test_the_history_says_where_another_conversation_begins(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1")
    page.select_option("#persona", "ori")
    until(page, "document.title === 'Ori' && tthDebug.dialogue.state === 'ready'")
    assert entries(page) == []
    say(page, "one")
    finished(page)
    said = ["one", SHORT]
    assert entries(page) == said
    page.select_option("#persona", "noor")
    until(page, "document.title === 'Noor' && tthDebug.dialogue.state === 'ready'")
    assert entries(page) == [*said, "New conversation with Noor"]
    page.select_option("#persona", "mira")
    until(page, "document.title === 'Mira' && tthDebug.dialogue.state === 'ready'")
    assert entries(page) == [*said, "New conversation with Mira"]
    say(page, "two")
    until(page, "tthDebug.dialogue.turn?.number === 1 && document.querySelectorAll('#entries li').length > 4")
    finished(page)
    page.select_option("#profile", OTHER)
    until(page, "tthDebug.dialogue.state === 'connecting' || document.querySelectorAll('.divider').length === 2")
    until(page, "tthDebug.dialogue.state === 'ready'")
    assert entries(page) == [*said, "New conversation with Mira", "two", SHORT, "New conversation with Mira"]

"""The numbers beside the face, with ``?debug=1``."""

import pytest
from test_page import SHORT, finished, say, until

pytestmark = pytest.mark.browser


def test_the_numbers_of_the_path_are_shown_to_those_who_ask(serve, browser, visit):
    numbers = {"upload_bytes": 96_000, "upload_bytes_per_s": 32_000, "frames": 90, "frames_per_s": 30}
    served = serve(answer=SHORT, numbers=numbers)
    page = visit(browser, f"{served.address}/?debug=1")
    assert served.behaviour.bodies[-1]["meters"] is True
    say(page, "Hello")
    until(page, "document.querySelector('#debug').innerText.includes('32,000 B/s')")
    shown = page.inner_text("#debug")
    assert "a2f" in shown
    assert "30.0 /s" in shown
    finished(page)
    assert all(abs(report["offset_ms"]) <= 200 for report in served.behaviour.said("playhead"))


def test_nobody_else_asks_for_numbers_or_sees_them(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, served.address)
    assert "meters" not in served.behaviour.bodies[-1]
    assert page.locator("#debug").is_hidden()

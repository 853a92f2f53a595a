"""The numbers beside the face, with ``?debug=1``."""

import pytest
from test_page import SHORT, finished, say, until

pytestmark = [pytest.mark.browser, pytest.mark.still]


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
    told = [report for report in served.behaviour.said("playhead") if "offset_ms" in report]
    assert all(abs(report[name]) <= 200 for report in told for name in ("offset_ms", "offset_mean_ms", "offset_p95_ms"))
    assert told[-1]["late_frames"] == 0
    assert "mouth before sound" in shown


def test_nobody_else_asks_for_numbers_or_sees_them(serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, served.address)
    assert "meters" not in served.behaviour.bodies[-1]
    assert page.locator("#debug").is_hidden()


# Where the panel ends, where the caption may begin, and the last group that is whole in the panel without scrolling.
PLACES = """() => {
  const panel = document.querySelector("#debug").getBoundingClientRect();
  const whole = [...document.querySelectorAll("#debug section")]
    .filter((group) => group.getBoundingClientRect().bottom <= panel.bottom + 1);
  return { panel: panel.toJSON(), said: document.querySelector(".said").getBoundingClientRect().toJSON(),
    groups: [...document.querySelectorAll("#debug h2")].map(({ textContent }) => textContent),
    whole: whole.at(-1)?.querySelector("h2").textContent };
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1280, 800), (1100, 700), (1920, 1080)])
def test_the_numbers_stand_above_the_caption_and_the_avatars_need_no_scrolling(width, height, serve, browser, visit):
    numbers = {"upload_bytes": 96_000, "upload_bytes_per_s": 32_000, "frames": 90, "frames_per_s": 30}
    served = serve(answer=SHORT, numbers=numbers)
    page = visit(browser, f"{served.address}/?debug=1", viewport={"width": width, "height": height})
    say(page, "Hello")
    until(page, "document.querySelector('#debug').innerText.includes('32,000 B/s')")
    found = page.evaluate(PLACES)
    panel, said = found["panel"], found["said"]
    assert panel["bottom"] <= said["top"] or panel["right"] <= said["left"]
    order = ["Parts", "To the avatar", "From the avatar", "Voice", "Page", "Answers, p50 · p95", "Last answer"]
    assert found["groups"] == order
    if height >= 720:
        assert order.index(found["whole"]) >= order.index("From the avatar")
    finished(page)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (900, 640)])
def test_the_numbers_keep_to_the_room_of_the_face_on_a_small_page(width, height, serve, browser, visit):
    served = serve(answer=SHORT)
    page = visit(browser, f"{served.address}/?debug=1", viewport={"width": width, "height": height})
    panel, room = page.evaluate(
        "['#debug', '#room'].map((part) => document.querySelector(part).getBoundingClientRect().toJSON())"
    )
    assert panel["height"] > 60
    assert all(panel[side] >= room[side] for side in ("left", "top"))
    assert all(panel[side] <= room[side] for side in ("right", "bottom"))

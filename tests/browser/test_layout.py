"""What stands where on the page: nothing lies over what a person needs, at any size."""

import pytest
from fake_server import ANSWER
from test_page import say, until

pytestmark = [pytest.mark.browser, pytest.mark.still]

SIZES = [
    (320, 568),
    (390, 844),
    (640, 360),
    (800, 420),
    (900, 640),
    (1100, 700),
    (1200, 800),
    (1280, 720),
    (1366, 768),
    (1920, 1080),
]
LONG = "A long line of words that wraps over several lines of the box. " * 5
NEEDED = ["send", "stop", "caption", "text", "history-toggle", "persona", "profile"]

# Where everything that can be touched or read lies, and the room for the face.
BOXES = """() => Object.fromEntries([
  ...document.querySelectorAll("button, select, textarea, #caption, #state, #history, #emotion label, #room")]
  .filter((part) => part.checkVisibility()).map((part, i) => [part.id || i, part.getBoundingClientRect().toJSON()]))"""

# Fills the history as twenty exchanges would.
EXCHANGES = """() => { for (let i = 0; i < 20; i++) for (const side of ["user", "avatar"]) {
  const entry = document.createElement("li");
  entry.className = side;
  entry.textContent = `${side} says ${i}`;
  document.querySelector("#entries").append(entry) } }"""

# Of each part that can be seen, the points at which something else would be hit.
COVERED = """(ids) => {
  const parts = [...ids.map((id) => document.getElementById(id)), ...document.querySelectorAll("#emotion label")];
  return parts.filter((part) => part.checkVisibility()).flatMap((part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]];
    return points.map(([x, y]) => document.elementFromPoint(left + x * width, top + y * height))
      .filter((hit) => !part.contains(hit)).map((hit) => `${part.id || part.textContent}: ${hit?.id || hit?.tagName}`);
  });
}"""

# How much of the history lies below what can be seen of it.
BELOW = """(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(
  document.querySelector("#history"))"""


NEXT_PICTURES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def through(page, sizes):
    """Each of the sizes in turn, when the page has it."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(NEXT_PICTURES)
        yield width, height


def apart(one, other):
    beside = one["left"] >= other["right"] - 1 or one["right"] <= other["left"] + 1
    return beside or one["top"] >= other["bottom"] - 1 or one["bottom"] <= other["top"] + 1


def assert_in_place(page, width, height):
    assert page.evaluate(COVERED, NEEDED) == []
    boxes = page.evaluate(BOXES)
    room = boxes.pop("room")
    assert room["bottom"] - room["top"] >= 0.28 * height
    for name, box in boxes.items():
        assert 0 <= box["left"] <= box["right"] <= width, name
        assert 0 <= box["top"] <= box["bottom"] <= height, name
        assert apart(box, room), name


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_full_history_and_a_full_box_cover_nothing(serve, browser, visit, width, height):
    served = serve(answer=ANSWER)
    page = visit(browser, f"{served.address}/?debug=1", viewport={"width": width, "height": height})
    page.evaluate("document.querySelector('#debug').style.display = 'none'")
    assert page.evaluate("text.scrollHeight <= text.clientHeight")
    page.evaluate(EXCHANGES)
    say(page, "Hello")
    until(page, "tthDebug.player.position().unit > 9 * 7200")
    page.fill("#text", LONG)
    for _ in range(2):
        assert page.is_visible("#stop")
        assert_in_place(page, width, height)
        if page.is_visible("#history"):
            box, room = (page.evaluate(BOXES)[name] for name in ("history", "room"))
            assert box["height"] <= 0.4 * height or box["left"] >= room["right"] - 1
            assert page.evaluate(BELOW) < 2
        page.click("#history-toggle")
    page.keyboard.press("Escape")


def test_a_long_caption_shows_whole_lines(serve, browser, visit):
    page = visit(browser, f"{serve(answer=ANSWER).address}/?debug=1")
    page.evaluate("document.querySelector('#caption').hidden = false")
    page.evaluate(f"document.querySelector('#caption .lines > span').textContent = {ANSWER * 6!r}")
    for size in through(page, [(320, 640), (640, 360), (1280, 800)]):
        seen, line = page.evaluate("""(() => { const lines = document.querySelector("#caption .lines");
          return [lines.getBoundingClientRect().height, parseFloat(getComputedStyle(lines).lineHeight)] })()""")
        assert seen / line == pytest.approx(3, abs=0.03), size


def test_the_numbers_leave_most_of_the_face_to_be_seen(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?debug=1")
    rectangle = "document.querySelector('{}').getBoundingClientRect().toJSON()"
    for size in through(page, [*SIZES, (600, 450), (600, 700)]):
        panel, room = (page.evaluate(rectangle.format(part)) for part in ("#debug", "#room"))
        beside = panel["width"] <= 0.45 * room["width"] or apart(panel, room)
        assert beside or panel["height"] <= 0.45 * room["height"] + 1, size


def test_a_notice_covers_no_face(serve, browser, visit):
    served = serve(refusal={"code": "text_too_long", "message": "8123 characters are too many; send at most 8000"})
    page = visit(browser, f"{served.address}/?debug=1")
    say(page, "Hello")
    page.wait_for_selector(".toast")
    until(page, "tthDebug.stage.pose !== null")
    for size in through(page, SIZES):
        toast = page.evaluate("document.querySelector('.toast').getBoundingClientRect().toJSON()")
        # The ears reach 1.49 head units to each side, the hair 1.45 upwards; the room is as high as 2.65 of them.
        room = page.evaluate(BOXES)["room"]
        unit = min((room["right"] - room["left"]) * 0.335, size[1] * 0.252, (room["bottom"] - room["top"]) / 2.65)
        middle = (room["left"] + room["right"]) / 2
        head = {**room, "left": middle - 1.49 * unit, "right": middle + 1.49 * unit}
        assert apart(toast, head), size


def test_why_there_is_no_session_can_be_read_and_answered(serve, browser, visit):
    served = serve(broken={"offline": "voice: openai_realtime: there is no key; set OPENAI_API_KEY, or " + "x " * 90})
    page = visit(browser, served.address, ready=False)
    page.wait_for_selector("#trouble")
    needed = ["again", "elsewhere", "reason", "send", "text", "persona", "profile"]
    for size in through(page, SIZES):
        assert page.evaluate(COVERED, needed) == [], size
        boxes = page.evaluate(BOXES)
        room = boxes.pop("room")
        assert room["bottom"] - room["top"] >= 0.28 * size[1], size
        assert all(apart(box, room) for box in boxes.values()), size


def test_the_button_that_lets_sound_out_covers_nothing(serve, browser, visit):
    page = visit(browser, serve().address)
    page.evaluate("document.querySelector('#caption').hidden = true")
    # Each picture decides anew whether it is shown, by what is heard; here it is shown by force.
    page.evaluate("Object.defineProperty(document.querySelector('#unblock'), 'hidden', { set() {} })")
    page.evaluate("document.querySelector('#unblock').removeAttribute('hidden')")
    page.evaluate("document.querySelector('#unblock').textContent = 'Click anywhere to hear Mira'")
    for size in through(page, SIZES):
        if page.get_attribute("#history-toggle", "aria-expanded") == "false":
            page.click("#history-toggle")
        assert page.is_visible("#unblock"), size
        assert page.evaluate(COVERED, ["unblock", "send", "text", "history"]) == [], size
        boxes = page.evaluate(BOXES)
        room = boxes.pop("room")
        assert all(apart(box, room) for box in boxes.values()), size

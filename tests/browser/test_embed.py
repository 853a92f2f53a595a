"""The face in a page of another origin: ``<tth-avatar>`` in five lines."""

import functools
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from program import running
from test_page import until

pytestmark = [pytest.mark.browser, pytest.mark.process]

DOCS = Path(__file__).parents[2] / "docs" / "embed.md"

# Notes what the element tells, as a page would.
LISTEN = """
window.told = [];
for (const type of ["avatarstate", "avatarsaid", "avatarcaption", "avatarend", "avatarnotice"]) {
  document.addEventListener(type, ({ detail }) => told.push({ type, ...detail }));
}
"""
STATES = "told.filter(({ type }) => type === 'avatarstate').map(({ state }) => state)"
AVATAR = "document.querySelector('tth-avatar')"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def elsewhere(tmp_path) -> Iterator[Callable[[str], str]]:
    """Serve a page from another origin; gives that origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def put(page: str) -> str:
            (tmp_path / "index.html").write_text(page)
            (tmp_path / "favicon.ico").touch()
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield put
        server.shutdown()


@pytest.fixture
def tth() -> Iterator[Callable[..., str]]:
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(running("--profile", "offline_mock", *options))


def five_lines(address: str, attributes: str = "captions") -> str:
    """The page that the documentation shows, with this server's address."""
    found = re.search(r"```html\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    page = found.group(1)
    assert len(page.strip().splitlines()) == 5
    return page.replace("http://127.0.0.1:8000", address).replace("captions", attributes)


def test_five_lines_on_a_page_of_another_origin_show_an_avatar_that_answers_and_can_be_stopped(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    origin = elsewhere("")
    address = tth("--set", f"origins=['{origin}']")
    elsewhere(five_lines(address))
    page = visit(browser, "about:blank", ready=False)
    page.add_init_script(LISTEN)
    page.goto(origin)
    until(page, f"{AVATAR}.state === 'ready'")
    until(page, f"{AVATAR}.renderer === 'canvas'")
    assert page.evaluate(f"{AVATAR}.say('Hello there, how are you?')")
    until(page, "told.some(({ type }) => type === 'avatarend')")
    told = page.evaluate("told")
    assert {"type": "avatarsaid", "text": "Hello there, how are you?"} in told
    end = next(each for each in told if each["type"] == "avatarend")
    assert end["outcome"] == "complete"
    assert "Hello there" in end["text"]
    assert page.evaluate(STATES)[-4:] == ["ready", "thinking", "speaking", "ready"]
    shown = f"{AVATAR}.shadowRoot.querySelector('[part=caption]').textContent"
    assert page.evaluate(shown) == end["text"]
    page.evaluate(f"{AVATAR}.say('Say this in a rather long sentence so that there is time to stop it.')")
    until(page, f"{AVATAR}.state === 'speaking' && {AVATAR}.pose.weights[17] > 0.05")
    page.evaluate(f"{AVATAR}.interrupt()")
    until(page, f"{AVATAR}.state === 'ready'")
    assert page.evaluate("told.findLast(({ type }) => type === 'avatarend').outcome") == "interrupted"


def test_an_element_that_is_taken_away_leaves_nothing_behind(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    origin = elsewhere("")
    address = tth("--set", f"origins=['{origin}']")
    elsewhere(five_lines(address))
    page = visit(browser, "about:blank", ready=False)
    page.add_init_script("""
      window.contexts = [], window.sockets = [], window.asked = 0;
      const Context = AudioContext, Socket = WebSocket, ask = requestAnimationFrame;
      window.AudioContext = class extends Context { constructor(...given) { super(...given); contexts.push(this); } };
      window.WebSocket = class extends Socket { constructor(...given) { super(...given); sockets.push(this); } };
      window.requestAnimationFrame = (act) => ask((now) => { asked++; act(now); });
    """)
    page.goto(origin)
    for _ in range(3):
        until(page, f"{AVATAR}.state === 'ready' && {AVATAR}.renderer !== ''")
        page.evaluate(f"window.kept = {AVATAR}; kept.remove()")
        until(page, "contexts.at(-1).state === 'closed' && sockets.at(-1).readyState === 3")
        assert page.evaluate("kept.state") == "closed"
        assert page.evaluate("kept.shadowRoot.querySelectorAll('canvas').length") == 0
        # One that was asked for before may still come.
        page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
        before = page.evaluate("asked")
        page.wait_for_timeout(100)
        assert page.evaluate("asked") == before
        page.evaluate("document.body.append(kept)")
    assert page.evaluate("contexts.length") == 4


CAPTION = f"{AVATAR}.shadowRoot.querySelector('[part=caption]')"


def test_nonsense_is_ignored_and_sent_to_nobody(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    origin = elsewhere("")
    address = tth("--set", f"origins=['{origin}']")
    elsewhere(five_lines(address, 'captions latency="abc"'))
    page = visit(browser, origin, ready=False)
    until(page, f"{AVATAR}?.state === 'ready' && {AVATAR}.pose !== null")
    page.evaluate("addEventListener('avatarnotice', ({ detail }) => (window.notice = detail.message))")
    for said in ("", "5", "''", "'   '", "'Hello', 5", "'Hello', 'happy'", "'Hello', []"):
        assert page.evaluate(f"{AVATAR}.say({said})") is False
    for control in ("", "5", "null", "'happy'"):
        assert page.evaluate(f"{AVATAR}.control({control})") is False
    assert page.evaluate(f"{AVATAR}.state") == "ready"
    # What only the server can tell to be wrong begins no turn, and nobody waits for it.
    assert page.evaluate(f"[{AVATAR}.say('Hello', {{ emotion: 7 }}), {AVATAR}.state]") == [True, "thinking"]
    until(page, f"{AVATAR}.state === 'ready'")
    assert "emotion" in page.evaluate("notice")
    assert page.evaluate(f"{AVATAR}.say('Hello', null)")
    until(page, f"{AVATAR}.state === 'speaking' && {AVATAR}.pose.weights[17] > 0.05")
    assert page.evaluate(f"[...{AVATAR}.pose.weights].every(Number.isFinite)")


def test_another_persona_begins_without_the_words_of_the_last(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    origin = elsewhere("")
    address = tth("--set", f"origins=['{origin}']")
    elsewhere(five_lines(address))
    page = visit(browser, origin, ready=False)
    until(page, f"{AVATAR}?.state === 'ready'")
    page.evaluate(f"{AVATAR}.say('Say this in a rather long sentence so that there is time to leave it.')")
    until(page, f"{CAPTION}.textContent.length > 5")
    page.evaluate(f"{AVATAR}.setAttribute('persona', 'ori')")
    assert page.evaluate(f"[{AVATAR}.text, {CAPTION}.textContent]") == ["", ""]
    until(page, f"{AVATAR}.state === 'ready'")
    assert page.evaluate(f"[{AVATAR}.text, {CAPTION}.textContent]") == ["", ""]


def test_what_keeps_a_session_away_stands_in_the_caption_and_without_one_on_the_console(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    origin = elsewhere("")
    address = tth("--set", f"origins=['{origin}']")
    elsewhere(five_lines(address, 'captions profile="missing"'))
    page = visit(browser, origin, troubled=True, ready=False)
    warnings: list[str] = []
    page.on("console", lambda line: warnings.append(line.text) if line.type == "warning" else None)
    sentence = "There is no profile named 'missing'. Correct the attribute 'profile'."
    until(page, f"{AVATAR}?.state === 'error'")
    assert page.evaluate(f"[{CAPTION}.textContent, {CAPTION}.dataset.level]") == [sentence, "error"]
    page.evaluate(f"{AVATAR}.removeAttribute('profile')")
    until(page, f"{AVATAR}.state === 'ready'")
    assert page.evaluate(f"[{CAPTION}.textContent, {CAPTION}.dataset.level ?? '']") == ["", ""]
    assert warnings == []
    page.evaluate(f"{AVATAR}.removeAttribute('captions')")
    page.evaluate(f"{AVATAR}.setAttribute('profile', 'missing')")
    until(page, f"{AVATAR}.state === 'error'")
    assert page.evaluate(f"{CAPTION}.textContent") == ""
    assert warnings == [f"<tth-avatar>: {sentence}"]


def test_a_server_that_is_down_is_told_once_however_often_it_is_tried(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    origin = elsewhere("")
    address = tth("--set", f"origins=['{origin}']")
    # Nobody listens at a port that the system has just taken back.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
    elsewhere(five_lines(address, f'captions server="{dead}"'))
    page = visit(browser, "about:blank", troubled=True, ready=False)
    page.add_init_script(LISTEN)
    tries: list[str] = []
    page.on("requestfailed", lambda request: tries.append(request.url))
    page.goto(origin)
    for _ in range(1000):
        if len(tries) >= 4:
            break
        page.wait_for_timeout(20)
    assert len(tries) >= 4
    (notice,) = page.evaluate("told.filter(({ type }) => type === 'avatarnotice')")
    assert notice["message"].startswith(f"{dead} cannot be reached")
    assert page.evaluate(f"[{CAPTION}.textContent, {CAPTION}.dataset.level]") == [notice["message"], "error"]


def test_attributes_choose_who_and_what(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    origin = elsewhere("")
    address = tth("--set", f"origins=['{origin}']")
    elsewhere(five_lines(address, 'persona="noor" manual'))
    page = visit(browser, origin, ready=False)
    until(page, f"{AVATAR}?.state === 'closed'")
    page.evaluate(f"{AVATAR}.connect()")
    until(page, f"{AVATAR}.state === 'ready'")
    label = f"{AVATAR}.shadowRoot.querySelector('[role=img]').getAttribute('aria-label')"
    assert page.evaluate(label) == "Noor's face"
    page.evaluate(f"{AVATAR}.setAttribute('persona', 'ori')")
    until(page, f"""{label} === "Ori's face" && {AVATAR}.state === 'ready'""")


def test_a_page_that_may_not_connect_is_told_which_setting_would_let_it(
    elsewhere: Callable[[str], str], tth: Callable[..., str], browser: Any, visit: Callable[..., Any]
) -> None:
    # The modules come from a server that lets this page have them, the session would come from one that does not.
    origin = elsewhere("")
    modules, sessions = tth("--set", f"origins=['{origin}']"), tth()
    page_text = five_lines(modules, f'server="{sessions}"')
    elsewhere(page_text)
    page = visit(browser, "about:blank", troubled=True, ready=False)
    page.add_init_script(LISTEN)
    page.goto(origin)
    until(page, "told.some(({ type }) => type === 'avatarnotice')")
    notice = page.evaluate("told.find(({ type }) => type === 'avatarnotice').message")
    assert "the setting 'origins' of that server" in notice
    assert origin in notice
    assert sessions in notice

"""A headless Chromium, a fake server in a thread, and pages that note what went wrong in them."""

import asyncio
import os
import shutil
import sys
import threading
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from fake_server import Behaviour, make_app
from listening import RATE_HZ, WATCHED

CHROMIUM = os.environ.get("TTH_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
# Most tests are about the page around the face; the painted one does for them, and costs little.
PAINTED = ["--disable-3d-apis"]
WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
# What the fake microphone plays.
VOICE_HZ, VOICE_S = 48_000, 5
# What the page's policy forbids is told by an event, also where nothing lands on the console.
WATCH = (
    "window.violations = []; addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective))"
)


class ThreadServer(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.listening.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"


@dataclass
class Served:
    """A running fake server."""

    address: str
    behaviour: Behaviour
    server: ThreadServer

    def lose_sockets(self) -> None:
        """Close every connection as a network that goes away would."""
        for socket in self.behaviour.sockets:
            asyncio.run_coroutine_threadsafe(socket.close(1012), self.server.loop).result(5)
        self.behaviour.sockets.clear()

    def tell(self, kind: str, **fields: Any) -> None:
        """Send the newest session's page an event."""
        self.server.loop.call_soon_threadsafe(lambda: self.behaviour.streams[-1].event(kind, **fields))


@contextmanager
def servers() -> Iterator[Callable[..., Served]]:
    running: list[tuple[ThreadServer, threading.Thread]] = []

    def start(**options: Any) -> Served:
        behaviour = Behaviour(**options)
        config = uvicorn.Config(
            make_app(behaviour), port=0, ws="websockets-sansio", log_level="error", timeout_graceful_shutdown=1
        )
        server = ThreadServer(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        assert server.listening.wait(10)
        return Served(server.address, behaviour, server)

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start a fake server."""
    with servers() as start:
        yield start


@pytest.fixture(scope="module")
def scenery() -> Iterator[Served]:
    """A fake server for all tests of a module: for those that need no more of it than its files."""
    with servers() as start:
        yield start()


# For one module only: while it is open, its event loop counts as running, and asyncio's own tests could not run.
@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Any]]:
    """Start a Chromium with an autoplay policy."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("no chromium found; install it or set TTH_CHROMIUM to its path")
    with sync_api.sync_playwright() as playwright:
        started = []

        def start(policy: str, drawing: Sequence[str] = ()) -> Any:
            flags = [*FLAGS, *drawing, f"--autoplay-policy={policy}"]
            started.append(playwright.chromium.launch(executable_path=CHROMIUM, args=flags))
            return started[-1]

        yield start
        for browser in started:
            browser.close()


@pytest.fixture(scope="module")
def browser(launch) -> Any:
    return launch("no-user-gesture-required", PAINTED)


@pytest.fixture(scope="module")
def webgl(launch) -> Any:
    """Draws with WebGL, in software."""
    return launch("no-user-gesture-required", WEBGL)


@pytest.fixture(scope="module")
def muted_browser(launch) -> Any:
    """Lets sound out only after a gesture of the person."""
    # Of Web Audio, the policy ``user-gesture-required`` holds back only that of foreign frames.
    return launch("document-user-activation-required", PAINTED)


def is_trouble(line: Any) -> bool:
    # Where no graphics card is, Chromium tells how slowly it reads back what WebGL drew.
    return line.type in ("error", "warning") and "GL Driver Message" not in line.text


@dataclass
class Troubles:
    """What a page complained about."""

    found: list[str] = field(default_factory=list)


@pytest.fixture
def visit() -> Iterator[Callable[..., Any]]:
    """Open a page; at the end nothing may have gone wrong in it."""
    contexts: list[tuple[Any, Any, Troubles | None]] = []

    def open_page(browser: Any, address: str, *, troubled: bool = False, ready: bool = True, **options: Any) -> Any:
        options.setdefault("viewport", {"width": 900, "height": 640})
        context = browser.new_context(**options)
        context.add_init_script(WATCH)
        page = context.new_page()
        troubles = Troubles()
        page.on("pageerror", lambda error: troubles.found.append(str(error)))
        page.on("console", lambda line: troubles.found.append(line.text) if is_trouble(line) else None)
        contexts.append((context, page, None if troubled else troubles))
        page.goto(address)
        if ready:
            page.wait_for_selector('#state[data-state="ready"]')
        return page

    yield open_page
    for context, page, troubles in contexts:
        violations = page.evaluate("violations")
        context.close()
        assert violations == []
        assert troubles is None or troubles.found == []


@pytest.fixture(scope="module")
def voice(tmp_path_factory) -> tuple[str, Any]:
    """Something like a voice, in which no stretch is like another: the file, and its samples at the page's rate."""
    time = np.arange(VOICE_HZ * VOICE_S) / VOICE_HZ
    pitch = np.cumsum(130 + 50 * np.sin(2 * np.pi * 0.31 * time) + 20 * time) / VOICE_HZ
    loudness = 0.2 + 0.5 * np.sin(2 * np.pi * 1.7 * time) ** 2
    sound = 0.3 * loudness * sum(np.sin(2 * np.pi * k * pitch) / k for k in range(1, 9))
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(VOICE_HZ)
        file.writeframes((sound * 32_767).astype("<i2").tobytes())
    return str(path), soxr.resample(sound, VOICE_HZ, RATE_HZ)


@pytest.fixture(scope="module")
def talkative(launch, voice):
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    return launch("no-user-gesture-required", [*PAINTED, *flags, f"--use-file-for-fake-audio-capture={voice[0]}"])


@pytest.fixture
def talk(serve, talkative, visit):
    """A page with a microphone, and its server."""

    def begin(path="/?debug=1", **options):
        viewport = options.pop("viewport", {"width": 900, "height": 640})
        served = serve(**{"answer": "Yes.", **options})
        # The page's own script runs after it: `visit` opens the page first.
        page = visit(talkative, "about:blank", ready=False, viewport=viewport)
        page.add_init_script(WATCHED)
        page.goto(served.address + path)
        page.wait_for_selector('#state[data-state="ready"]')
        return page, served

    return begin

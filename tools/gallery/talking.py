"""Pictures of a conversation that is spoken: its words as they are understood, its parts, and its recording."""

from __future__ import annotations

import asyncio
import tempfile
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from tools.gallery.pages import DRAW, FINE, QUALITY, SIZES, printing, until
from tth.adapters.shared import Shared
from tth.adapters.tts import SpeechContext
from tth.builtins.hibari.tts import HibariTTS
from tth.core.controls import TurnControl
from tth.core.media import MEDIA_RATE_HZ, AudioChunk

QUESTIONS = ("What can you do?", "Will you tell me a joke?")
BEFORE_S, ANSWER_S, AFTER_S = 6.0, 14.0, 60.0
SAID = "document.querySelectorAll('#entries li.user').length === 2"
ANSWERED = "tthDebug.dialogue.turn?.outcome === 'complete'"
OPEN_MOUTH = "tthDebug.stage.pose.weights[17] > 0.2 && tthDebug.stage.pose.weights[0] < 0.15"

PAINTED = ("--disable-3d-apis", "--disable-gpu")

Launch = Callable[..., Any]
"""Starts a browser with further flags."""


def take(launch: Launch, folder: Path) -> Iterator[str]:
    """Take the pictures; yields the name of each."""
    with tempfile.TemporaryDirectory() as place:
        said = Path(place, "said.wav")
        with ThreadPoolExecutor(1) as thread:  # Playwright's own loop runs in this one
            thread.submit(asyncio.run, _speak(said)).result()
        microphone = [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={said}%noloop",
        ]
        records = Path(place, "records")
        serve = ("serve", "--profile", "offline", "--port", "0", "--record", str(records))
        with printing(*serve, "--set", "record_asked=true") as address:
            with closing(launch(*microphone)) as browser:
                yield _talking(browser, address, folder)
            # Where a processor does the work of a graphics card, pictures come late.
            with closing(launch(*microphone, *PAINTED)) as browser:
                yield _waterfall(browser, address, folder)
        (recording,) = records.iterdir()
        with printing("replay", str(recording), "--port", "0") as address, closing(launch()) as browser:
            yield _replay(browser, address, folder)


def _talking(browser: Any, address: str, folder: Path) -> str:
    """The second question, as it is understood; recorded until it is answered."""
    page = _open(browser, address)
    page.click("#record")
    until(page, "document.querySelector('#recorded').checkVisibility()")
    until(page, "document.querySelector('#state').dataset.state === 'ready'")
    page.click("#talk")
    until(page, ANSWERED)
    page.evaluate(DRAW)  # it takes longer than the words will stand there
    until(page, SAID)
    name = _picture(page, folder / "page-talking.jpg")
    until(page, ANSWERED)
    page.close()
    return name


def _waterfall(browser: Any, address: str, folder: Path) -> str:
    page = browser.new_page(viewport={"width": 1280, "height": 960}, color_scheme="light")
    page.goto(f"{address}?debug=1")
    page.wait_for_selector('#state[data-state="ready"]')
    page.click("#talk")
    until(page, "document.querySelectorAll('.waterfall li').length === 6")
    until(page, ANSWERED)
    panel = page.locator("#debug").bounding_box()
    around = {"x": 0, "y": 0, "width": 760, "height": panel["y"] + panel["height"] + 16}
    name = _picture(page, folder / "page-waterfall.jpg", clip=around)
    page.close()
    return name


def _replay(browser: Any, address: str, folder: Path) -> str:
    page = _open(browser, address)
    page.click("#replay-again")
    until(page, "tthDebug.player.position().turn === 2 && tthDebug.player.position().unit > 20000")
    until(page, OPEN_MOUTH)
    page.evaluate(DRAW)
    name = _picture(page, folder / "page-replay.jpg")
    page.close()
    return name


def _open(browser: Any, address: str) -> Any:
    """A page with the face as fine as can be, which is drawn when it is asked for."""
    width, height = SIZES["desktop"]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.goto(f"{address}?debug=1")
    page.wait_for_selector('#state:not([data-state="connecting"])')
    until(page, "tthDebug.stage.renderer === 'sculpted'")
    page.evaluate("document.querySelector('#debug').style.display = 'none'")
    page.evaluate(FINE, ["mira", "light"])
    return page


def _picture(page: Any, path: Path, **options: Any) -> str:
    page.screenshot(path=path, type="jpeg", quality=QUALITY, animations="disabled", **options)
    return path.name


async def _speak(path: Path) -> None:
    """Write a file in which somebody asks, waits for the answer, and asks again."""
    voice = HibariTTS(None, Shared())
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MEDIA_RATE_HZ)
        file.writeframes(_quiet(BEFORE_S))
        for question, wait_s in zip(QUESTIONS, (ANSWER_S, AFTER_S), strict=True):
            async for piece in voice.synthesize(question, control=TurnControl(), context=SpeechContext(last=True)):
                if isinstance(piece, AudioChunk):
                    file.writeframes(piece.data)
            file.writeframes(_quiet(wait_s))
    await voice.close()


def _quiet(seconds: float) -> bytes:
    return bytes(2 * round(seconds * MEDIA_RATE_HZ))

"""Drives a page through speech and shocks, and keeps what was played and drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.web.fake_server import Behaviour

PAGE = "?debug=1&face=canvas"
SIZE = {"width": 420, "height": 480}
"""Small, so that drawing costs little: what is judged is when a picture is drawn, and not how fast."""

WORDS = " ".join(f"word{number}" for number in range(130))
LATER_MS = 150
SKEW = 200e-6
DRAIN_MS = 500


@dataclass
class Shock:
    """Something that puts mouth and sound out of step, on the page's timer."""

    name: str
    from_ms: float
    to_ms: float


@dataclass
class Course:
    """One page's run.

    Attributes:
        page: Playwright's, with a session that is ready.
        behaviour: What its server does.
    """

    page: Any
    behaviour: Behaviour
    sound: list[Any] = field(default_factory=list)
    pictures: list[Any] = field(default_factory=list)
    words: list[Any] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    shocks: list[Shock] = field(default_factory=list)

    def begin(self) -> None:
        self.page.evaluate("async () => { window.recorder = await import('/sync/record.js'); await recorder.begin() }")

    def say(self) -> None:
        """Begin a turn, and go on when it can be heard."""
        self.page.fill("#text", "Go on")
        self.page.press("#text", "Enter")
        for _ in range(500):
            self.page.wait_for_timeout(20)
            if self.page.evaluate(
                "tthDebug.dialogue.turn?.outcome === 'running' && tthDebug.player.position().unit > 0"
            ):
                return
        raise AssertionError("no sound within ten seconds")

    def run(self, seconds: float) -> None:
        """Let it go on for so long."""
        end_ms = self.now() + seconds * 1000
        while (left_ms := end_ms - self.now()) > 0:
            self.page.wait_for_timeout(min(left_ms, DRAIN_MS))
            self.drain()

    def drain(self) -> None:
        """Fetch what the page has noted."""
        found = self.page.evaluate("recorder.take()")
        self.sound += found["sound"]
        self.pictures += found["pictures"]
        self.words += found["words"]

    def now(self) -> float:
        return float(self.page.evaluate("performance.now()"))

    @property
    def frames(self) -> int:
        """Face frames that reached the page."""
        return int(self.page.evaluate("sync.frames"))

    @property
    def late_frames(self) -> int:
        """Those of them that the page found late."""
        return int(self.page.evaluate("tthDebug.dialogue.mouth.late"))

    # Shocks

    def skew(self, share: float) -> None:
        """From now on the page's timer runs by so much faster against the audio."""
        self.page.evaluate(f"sync.skew = {share}")

    def latency(self, name: str, ms: float) -> None:
        """From now on sound takes so much longer to the ear."""
        at_ms = self.page.evaluate(f"(sync.latencyMs = {ms}, performance.now())")
        self.shocks.append(Shock(name, at_ms, at_ms))

    def underrun(self, seconds: float) -> None:
        """The server sends nothing for longer than there is sound in hand."""
        at_ms = self.now()
        self.behaviour.pause_s = seconds
        self.shocks.append(Shock("underrun", at_ms, at_ms + seconds * 1000))

    def hide(self, seconds: float) -> None:
        """Another tab stands in front for so long."""
        from_ms = self.now()
        other = self.page.context.new_page()
        self.run(seconds)
        self.page.bring_to_front()
        self.shocks.append(Shock("hidden tab", from_ms, self.now()))
        other.close()

    def interrupt(self) -> None:
        """The person presses Esc."""
        from_ms = self.now()
        self.page.keyboard.press("Escape")
        self.run(0.6)
        self.stops += self.page.evaluate("sync.stops.splice(0)")
        self.shocks.append(Shock("interrupt", from_ms, self.now()))


def round_of_shocks(course: Course, seconds: float = 40) -> None:
    """Every shock once, in one turn that is broken off and the beginning of another; takes about `seconds`."""
    calm_s = (seconds - 12) / 7
    course.behaviour.jitter_ms = 200
    course.skew(SKEW)
    course.say()
    course.run(calm_s)
    course.latency("latency up", LATER_MS)
    course.run(calm_s)
    course.latency("latency down", 0)
    course.skew(-SKEW)
    course.run(calm_s)
    course.underrun(2.2)
    course.run(2.2 + calm_s)
    course.hide(4)
    course.run(calm_s)
    course.interrupt()
    course.say()
    course.run(2 * calm_s)
    course.interrupt()

"""Where the person's ear is: told by the client, or by a model of the clock where no client reports."""

from __future__ import annotations

from tth.core.clock import Clock
from tth.core.media import MEDIA_RATE_HZ
from tth.session.speech import Speech

SILENT_CLIENT_S = 2.0
"""A client that has sound and reports nothing for so long is taken to play it by the clock."""


class Playhead:
    """Position in the current speech, in media units; never beyond what was received, never back.

    Between reports the clock goes on, so that the position is good at any moment.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._speech: Speech | None = None
        self._at = 0
        self._since = 0.0
        self._running = False
        self._held = False
        self._away: bool | None = None
        self._reported_s = 0.0
        self._clients = 0

    @property
    def client(self) -> bool:
        """Whether a client reports; else the clock model alone tells."""
        return self._clients > 0

    def attach(self) -> None:
        """A client will report."""
        self._clients += 1

    def detach(self) -> None:
        """A client will report no more; with the last one the clock takes over."""
        self._clients -= 1
        if not self._clients and self._speech is not None and not self._running:
            self._running = True
            self._since = self._clock.now()

    @property
    def speech(self) -> Speech | None:
        """What it stands in."""
        return self._speech

    @property
    def held(self) -> bool:
        """Whether it stands by the person's wish."""
        return self._held

    @property
    def running(self) -> bool:
        """Whether the position moves by itself now."""
        return self._running and not self._held

    def leave(self) -> None:
        """Stand still: nobody listens, until ``come_back``."""
        self._at, self._away = self.position(), self._running
        self._running = False

    def come_back(self) -> None:
        """Go on as before."""
        if self._away is not None:
            self._running, self._away = self._away or self._running, None
            self._since = self._reported_s = self._clock.now()

    def start(self, speech: Speech) -> None:
        """Stand at the first sample of ``speech``; the model runs from the moment it has sound."""
        self._speech = speech
        self._at = 0
        self._held = False
        self._running = not self.client and self._away is None
        self._since = self._reported_s = self._clock.now()

    def position(self) -> int:
        """Media units played so far."""
        speech = self._speech
        if speech is None:
            return 0
        at = self._at
        if self._held or not self._running:
            return at
        ran = at + int((self._clock.now() - self._since) * MEDIA_RATE_HZ)
        return max(at, min(speech.received, ran))

    def received_more(self, before: int) -> None:
        """``speech.received`` grew from ``before``: where the model stood waiting there, it runs from now."""
        now = self._clock.now()
        if before == 0:
            self._reported_s = now
        if not self._running:
            self.check_client()
        elif self._at + (now - self._since) * MEDIA_RATE_HZ >= before:
            self._at, self._since = max(self._at, before), now

    def report(self, sample: int, *, playing: bool) -> None:
        """Take the client's word: it has played up to ``sample``, and goes on doing so or stands still."""
        if self._speech is None:
            return
        self._at = max(self._at, min(sample, self._speech.received))
        self._since = self._reported_s = self._clock.now()
        self._running = playing

    def hold(self) -> None:
        """Stand still until ``resume``."""
        self._at = self.position()
        self._held = True

    def resume(self) -> None:
        """Go on from where it was held."""
        self._held = False
        self._since = self._reported_s = self._clock.now()

    def check_client(self) -> None:
        """Let the clock take over from a client that has gone silent."""
        silent = self._clock.now() - self._reported_s
        if self._away is None and self.client and not self._running and not self._held and silent >= SILENT_CLIENT_S:
            self._running = True
            self._since = self._clock.now()

    def left_s(self) -> float:
        """Seconds until what was received is played, if nothing stands in the way."""
        if self._speech is None:
            return 0.0
        return (self._speech.received - self.position()) / MEDIA_RATE_HZ

    def stop(self) -> int:
        """Leave the speech; returns the position it had."""
        at = self.position()
        self._speech = None
        self._running = self._held = False
        return at

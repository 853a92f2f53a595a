"""Responses that were asked for, one after another, and those that run."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tth.wire.realtime.client.incoming import Response
from tth.wire.realtime.client.outgoing import Message

TAG = "tth_request"
"""The key in a response's metadata that says which request it answers."""

ENDED = 256
"""Ended responses that are remembered, so that what comes late of them is known for what it is."""

TRIES = 4
"""How often a response is asked for when the server says that it is too busy."""


@dataclass(slots=True, eq=False)
class Wanted:
    """A response that was asked for.

    Attributes:
        number: Unique on this connection; comes back in the response's metadata.
        tag: The caller's.
        message: The ``response.create``.
        aside: Whether it leaves no trace in the conversation, and so may run beside others.
        tries: How often it was sent.
        cancelled: Whether it is not wanted any more.
    """

    number: str
    tag: str
    message: Message
    aside: bool
    tries: int = 0
    cancelled: bool = False


@dataclass(slots=True, eq=False)
class Running:
    """A response of the server.

    Attributes:
        wanted: The request it answers; ``None`` where the server made it by itself.
        told: Whether the reader knows that it has begun.
        cancelled: Whether nothing of it is passed on any more.
        items: Ids of its messages, in order.
        written: The text of each that was passed on.
        called: Ids of the calls that were passed on.
    """

    id: str
    wanted: Wanted | None
    told: bool = False
    cancelled: bool = False
    items: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)

    @property
    def aside(self) -> bool:
        """Whether it runs beside the conversation."""
        return self.wanted is not None and self.wanted.aside


class Requests:
    """Keeps at most one response that writes to the conversation in flight; the rest wait in order.

    Attributes:
        running: The server's responses that are not done, by their id.
        asked: Sent, and not yet created, by their number.
        own: Responses that the server is about to make by itself, utterances having been committed by its own ear.
        paused: Whether nothing is to be sent for now, the server having said that it is too busy.
    """

    def __init__(self) -> None:
        self.running: dict[str, Running] = {}
        self.asked: dict[str, Wanted] = {}
        self.own = 0
        self.paused = False
        self._waiting: deque[Wanted] = deque()
        self._ended: dict[str, None] = {}

    @property
    def busy(self) -> bool:
        """Whether a response writes to the conversation, or is about to."""
        return any(not run.aside for run in self.running.values()) or any(not w.aside for w in self.asked.values())

    @property
    def active(self) -> Running | None:
        """The newest response that writes to the conversation and is still wanted."""
        return next((run for run in reversed(self.running.values()) if not run.aside and not run.cancelled), None)

    def want(self, wanted: Wanted) -> None:
        """Ask for it as soon as it may be asked for."""
        self._waiting.append(wanted)

    def due(self) -> list[Wanted]:
        """What may be sent now; it counts as sent."""
        found: list[Wanted] = []
        for wanted in [w for w in self._waiting if w.aside]:
            self._waiting.remove(wanted)
            found.append(wanted)
        if self._waiting and not self.busy and not self.paused:
            found.append(self._waiting.popleft())
        for wanted in found:
            wanted.tries += 1
            self.asked[wanted.number] = wanted
        return found

    def drop_waiting(self) -> list[Wanted]:
        """Forget what was not sent yet."""
        dropped = [wanted for wanted in self._waiting if not wanted.aside]
        self._waiting = deque(wanted for wanted in self._waiting if wanted.aside)
        return dropped

    def newest_asked(self) -> Wanted | None:
        """What was last sent and not yet created, unless it is unwanted by now."""
        return next((w for w in reversed(self.asked.values()) if not w.aside and not w.cancelled), None)

    def created(self, response: Response) -> Running:
        """The server has begun a response; finds the request it answers.

        A server that does not repeat metadata answers in order, its own responses first.
        """
        response_id = response.id or ""
        run = self.running.get(response_id)
        if run is None:
            run = self.running[response_id] = Running(response_id, self._wanted(response))
            run.cancelled = run.wanted is not None and run.wanted.cancelled
        return run

    def _wanted(self, response: Response) -> Wanted | None:
        metadata = response.metadata
        if metadata is not None and TAG in metadata:
            return self.asked.pop(str(metadata[TAG]), None)
        if self.own > 0:
            self.own -= 1
            return None
        if metadata or not self.asked:
            return None
        return self.asked.pop(next(iter(self.asked)))

    def refused(self, number: str, *, later: bool) -> Wanted | None:
        """The server will not make it; ``later`` puts it first in the row again while it has tries left.

        Returns:
            The request where it is given up, else ``None``.
        """
        wanted = self.asked.pop(number, None)
        if wanted is not None and later and wanted.tries < TRIES and not wanted.cancelled:
            self._waiting.appendleft(wanted)
            self.paused = True
            return None
        return wanted

    def again(self, run: Running) -> bool:
        """Ask once more for what failed before anything of it was there; says whether it has tries left."""
        wanted = run.wanted
        if wanted is None or wanted.tries >= TRIES:
            return False
        self._waiting.appendleft(wanted)
        self.paused = True
        return True

    def has_ended(self, response_id: str) -> bool:
        """Whether that response is over, so that nothing more of it counts."""
        return response_id in self._ended

    def done(self, response: Response) -> Running | None:
        """The server has ended a response; some without having told of its beginning.

        Returns:
            ``None`` where it had ended before.
        """
        if self.has_ended(response.id or ""):
            return None
        self.created(response)
        return self.over(response.id or "")

    def over(self, response_id: str) -> Running | None:
        """There is no such response any more."""
        self.paused = False
        self._ended[response_id] = None
        if len(self._ended) > ENDED:
            del self._ended[next(iter(self._ended))]
        return self.running.pop(response_id, None)

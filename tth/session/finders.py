"""What finds speech in this installation: the best detector there is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tth.config.settings import Listening

if TYPE_CHECKING:
    from tth.audio.listener import Listener, ListenerSettings
    from tth.audio.vad.choice import Choice, Kind


@dataclass(frozen=True, slots=True)
class Found:
    """A listener, and what it listens with.

    Attributes:
        finder: For one session.
        name: ``silero`` or ``energy``.
        late: Samples by which its cleaned sound lags behind its edges.
        why: Where it is not the best one, why.
    """

    finder: Listener
    name: str
    late: int
    why: str = ""

    def configure(self, settings: Listening) -> None:
        """Listen like this from here on."""
        self.finder.configure(_as_listener(settings))


def find(settings: Listening) -> Found:
    """The listener that works here. The first call in a process may take a second: it loads a network."""
    from tth.audio.listener import CLEANED_LATE, Listener

    chosen = _choose("auto" if settings.detector == "voice" else settings.detector)
    return Found(Listener(_as_listener(settings), vad=chosen.make()), chosen.name, CLEANED_LATE, chosen.reason)


@cache
def _choose(kind: Kind) -> Choice:
    """The network is one for the whole process."""
    from tth.audio.vad.choice import best

    return best(kind)


def _as_listener(settings: Listening) -> ListenerSettings:
    from tth.audio.listener import ListenerSettings

    return ListenerSettings(
        threshold=settings.threshold,
        silence_ms=settings.silence_ms,
        prefix_ms=settings.prefix_ms,
        barge_in_threshold=max(settings.threshold, SURER),
        barge_in_ms=settings.barge_in_ms,
    )


SURER = 0.6
"""Over the avatar's own voice it takes more to be sure."""

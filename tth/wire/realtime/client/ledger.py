"""What was asked and not yet answered, by the id that an error repeats."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

Purpose = Literal["session", "replay", "item", "delete", "truncate", "response", "cancel", "audio"]

KEPT = 512
"""Events whose purpose is remembered; what is older was taken silently, as most are."""


@dataclass(slots=True)
class Ask:
    """One client event and what it was for.

    Attributes:
        about: The id of the item, the response or the request that it concerned.
    """

    purpose: Purpose
    about: str = ""


class Ledger:
    """Gives every client event its id and knows afterwards what it was for."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._asks: dict[str, Ask] = {}

    def note(self, purpose: Purpose, about: str = "") -> str:
        """A new id for an event of that purpose."""
        event_id = f"tth_{next(self._numbers)}"
        self._asks[event_id] = Ask(purpose, about)
        if len(self._asks) > KEPT:
            del self._asks[next(iter(self._asks))]
        return event_id

    def settle(self, event_id: str | None) -> Ask | None:
        """What the event of that id was for, once; ``None`` where it is not known."""
        return self._asks.pop(event_id or "", None)

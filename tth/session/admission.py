"""Whether a person's words may begin a turn."""

from __future__ import annotations

from collections import deque

import msgspec

from tth.core.events import Decision, ErrorEvent, UserTextEvent

IDS = 64
"""Turn ids that are remembered, so that none is used twice in a row."""


class Admission:
    """Says why a turn may not begin.

    Args:
        text_chars: Longest text of one turn.

    Attributes:
        draining: Whether no new turn may begin.
    """

    def __init__(self, text_chars: int) -> None:
        self._text_chars = text_chars
        self._ids: deque[str] = deque(maxlen=IDS)
        self.draining = False

    def refusal(self, event: UserTextEvent, *, crowded: bool) -> ErrorEvent | None:
        """The error to tell, or ``None`` where the turn may begin; then its id is taken.

        Args:
            event: What the person said.
            crowded: Whether the voice has not yet been told of many turns before.
        """
        error = self._error(event, crowded=crowded)
        if error is not None:
            return msgspec.structs.replace(error, turn_id=event.turn_id)
        if event.turn_id:
            self._ids.append(event.turn_id)
        return None

    def _error(self, event: UserTextEvent, *, crowded: bool) -> ErrorEvent | None:
        sent, most = len(event.text), self._text_chars
        if self.draining:
            return _refused(code="draining", message="the server is about to stop; no new turn begins")
        if not event.text.strip():
            return _refused(code="empty_text", message="there is nothing to answer; send some words")
        if sent > most:
            problem = f"{sent} characters are too many for one turn; send at most {most}"
            return _refused(code="text_too_long", message=problem)
        if event.turn_id in self._ids:
            problem = f"there was a turn {event.turn_id!r} already; leave turn_id out, or send a new one"
            return _refused(code="turn_id_taken", message=problem)
        if crowded:
            problem = "turns come faster than the voice can be told of them; wait for one to end"
            return _refused(code="too_many_turns", message=problem, decision="retry")
        return None


def _refused(*, code: str, message: str, decision: Decision = "ignore") -> ErrorEvent:
    return ErrorEvent(code=code, message=message, decision=decision)

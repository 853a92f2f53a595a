"""Sessions that were asked for over HTTP and not yet claimed by a socket."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from tth.core.controls import TurnControl
from tth.server.quota import NOBODY, Caller
from tth.server.stream import Media
from tth.session.cast import Cast

CLAIM_S = 60.0
"""How long a session may wait for its socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to open one session, once, with ``secret``; with ``resume``, its client may come back to it.

    With ``record`` it is recorded; ``voice`` is the one that the client chose.
    """

    session_id: str
    secret: str
    resume: str
    cast: Cast
    control: TurnControl
    media: Media
    voice: str | None = None
    meters: bool = False
    record: bool = False
    caller: Caller = field(default=NOBODY, repr=False)
    expires_at: float = field(repr=False)


class TicketDesk:
    """Gives out tickets and takes each back once.

    Args:
        now: Seconds on a monotonic clock.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._tickets: dict[str, Ticket] = {}

    def __len__(self) -> int:
        self._forget_old()
        return len(self._tickets)

    @property
    def callers(self) -> list[Caller]:
        """Whoever was given one and has not used it."""
        self._forget_old()
        return [ticket.caller for ticket in self._tickets.values()]

    def issue(
        self,
        cast: Cast,
        control: TurnControl,
        media: Media,
        *,
        voice: str | None = None,
        meters: bool = False,
        resume: bool = False,
        record: bool = False,
        caller: Caller = NOBODY,
    ) -> Ticket:
        """A ticket for a session of ``cast``, which ``caller`` asked for."""
        self._forget_old()
        ticket = Ticket(
            session_id=secrets.token_hex(8),
            secret=secrets.token_urlsafe(24),
            resume=secrets.token_urlsafe(24) if resume else "",
            cast=cast,
            control=control,
            media=media,
            voice=voice,
            meters=meters,
            record=record,
            caller=caller,
            expires_at=self._now() + CLAIM_S,
        )
        self._tickets[ticket.session_id] = ticket
        return ticket

    def claim(self, session_id: str, secret: str) -> Ticket | None:
        """The ticket of that session, if the secret is right and nobody claimed it before."""
        self._forget_old()
        ticket = self._tickets.get(session_id)
        if ticket is None or not secrets.compare_digest(ticket.secret.encode(), secret.encode()):
            return None
        return self._tickets.pop(session_id)

    def _forget_old(self) -> None:
        now = self._now()
        for session_id in [key for key, ticket in self._tickets.items() if ticket.expires_at <= now]:
            del self._tickets[session_id]

"""One conversation for ``ask`` and ``chat``: with a session in this process, or with a running server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from tth.config.profiles import Profile
from tth.core.controls import TurnControl
from tth.core.events import Event, UserTextEvent
from tth.core.streams import Stream
from tth.plugins.registry import Registry
from tth.session.cast import Cast
from tth.session.casting import Casting
from tth.session.session import Session
from tth.transports.native import NativeClient, open_session


class Talk(Protocol):
    """What a command needs of a conversation."""

    profile: str

    async def say(self, text: str, control: TurnControl | None = None) -> None:
        """Begin a turn."""

    async def interrupt(self) -> None:
        """Stop the open turn."""

    async def report(self, turn: int, sample: int, state: str) -> None:
        """Tell how far the turn was played."""

    async def report_flush(self, turn: int, sample: int) -> None:
        """Tell where the interrupted turn's sound stopped."""

    def events(self) -> Stream[Event]:
        """Everything that happens."""


class LocalTalk:
    """A session in this process."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._standing, self._events = session.standing(), session.subscribe()
        self.profile = session.cast.profile
        session.attach_client()

    async def say(self, text: str, control: TurnControl | None = None) -> None:
        """Begin a turn. A refusal is an event, as it is from a server."""
        self._session.bus.publish(UserTextEvent(text=text, control=control or TurnControl()))

    async def interrupt(self) -> None:
        """Stop the open turn."""
        self._session.interrupt()

    async def report(self, turn: int, sample: int, state: str) -> None:
        """Tell how far the turn was played."""
        self._session.report_playhead(turn, sample, playing=state == "playing", ended=state == "ended")

    async def report_flush(self, turn: int, sample: int) -> None:
        """Tell where the interrupted turn's sound stopped."""
        self._session.report_flush(turn, sample)

    async def events(self) -> Stream[Event]:
        """Everything that happens."""
        for standing in self._standing:
            yield standing
        async for event in self._events:
            yield event


@asynccontextmanager
async def local_talk(registry: Registry, profile: Profile, record: Path | None = None) -> AsyncIterator[LocalTalk]:
    """A session of ``profile`` with everything warm, recorded into the file ``record``."""
    casting = Casting(registry)
    try:
        await casting.warm_up(profile)
        cast = casting.cast(profile)
        async with _session(cast, registry, record) as session:
            yield LocalTalk(session)
    finally:
        await casting.close()


def _session(cast: Cast, registry: Registry, record: Path | None) -> Session:
    if record is None:
        return Session(cast, observing=registry.observe_session)
    from tth.server.recordings import RecordedSession

    return RecordedSession(cast, record, observing=registry.observe_session)


@asynccontextmanager
async def remote_talk(
    server: str, profile: str | None, persona: str | None, key: str | None
) -> AsyncIterator[NativeClient]:
    """A session at a running server."""
    async with open_session(server, profile=profile, persona=persona, key=key) as client:
        yield client

"""A server's house in which every session is the replay of one recording."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tth.config.personas import Persona
from tth.config.profiles import Profile
from tth.config.settings import Budget, Deadlines, Listening, Settings
from tth.config.sources import Sources
from tth.core.controls import TurnControl
from tth.observers.recording.recording import Recording
from tth.plugins.registry import Registry
from tth.server.house import House, Request, describe
from tth.server.quota import NOBODY, Caller
from tth.server.replaying import ReplaySession
from tth.server.tickets import Ticket
from tth.session.cast import Cast
from tth.session.session import Session


class ReplayHouse(House):
    """Opens a replay of one recording for every client, each from the beginning.

    Args:
        recording: What is played.
        pace: How much faster than time.
    """

    def __init__(
        self, settings: Settings, sources: Sources, registry: Registry, recording: Recording, *, pace: float = 1.0
    ) -> None:
        head = recording.head
        details = {"id": head.persona, "name": head.persona, "greeting": "", "look": {}} | head.details
        persona = Persona(id=head.persona, name=details["name"], greeting=details["greeting"], look=details["look"])
        profile = Profile(
            name=head.profile,
            source=str(recording.path),
            summary="A recorded conversation",
            persona=persona,
            voice_map={},
            control=TurnControl(),
            components={},
            deadlines=Deadlines(),
            budget=Budget(),
            listening=Listening(),
        )
        super().__init__(settings.model_copy(update={"record": None}), sources, registry, profile)
        self._recording = recording
        self._pace = pace
        self._cast = Cast(profile=head.profile, persona=head.persona, details=details)

    async def warm_up(self) -> None:
        """Nothing need be loaded."""

    async def admit(self, request: Request, caller: Caller = NOBODY) -> Ticket:
        """A ticket for the replay; its numbers are those that were recorded.

        Raises:
            TooMuch: The caller has had all it may have now.
            Busy: The server stops, or holds as many sessions as it may.
        """
        return await super().admit(replace(request, meters=False), caller)

    async def cast(self, request: Request) -> Cast:
        """Who is seen, whatever was asked for.

        Raises:
            Busy: The server stops, or holds as many sessions as it may.
        """
        self._check_room()
        return self._cast

    def _session(self, ticket: Ticket) -> Session:
        return ReplaySession(self._recording, ticket.cast, session_id=ticket.session_id, pace=self._pace)

    def profiles(self) -> list[dict[str, str]]:
        """The one of the recording."""
        return [{"name": self.profile.name, "summary": self.profile.summary}]

    def personas(self) -> list[dict[str, Any]]:
        """The one of the recording."""
        return [describe(self.profile.persona)]

    def pause_or_go_on(self) -> bool:
        """Pause every replay that runs, or let all go on; says whether they are paused now."""
        replays = [guest for guest in self._guests if isinstance(guest, ReplaySession)]
        paused = not any(each.paused for each in replays)
        for each in replays:
            (each.hold if paused else each.resume)()
        return paused and bool(replays)

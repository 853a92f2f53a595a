"""What one server process has: profiles, personas, open sessions, and whether it is about to stop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from tth.adapters.direct import DirectAccess, DirectClass, DirectWish
from tth.config.document import pick
from tth.config.finding import list_profiles
from tth.config.models import models_folder
from tth.config.personas import Persona, list_personas
from tth.config.profiles import Profile, resolve_profile
from tth.config.settings import Settings
from tth.config.sources import SETTING_KEYS, Sources
from tth.core.controls import TurnControl
from tth.errors import TthError
from tth.observers.cost import measure_costs
from tth.observers.steps import log_steps
from tth.plugins.registry import Registry
from tth.server.berth import Berth
from tth.server.fresh import Fresh
from tth.server.ledger import Ledger
from tth.server.quota import NOBODY, Books, Caller
from tth.server.recordings import Folder, RecordedSession
from tth.server.stream import Media
from tth.server.tickets import Ticket, TicketDesk
from tth.session.cast import Cast
from tth.session.casting import Casting
from tth.session.session import Session

log = logging.getLogger(__name__)

NEEDED = ("realtime", "llm", "tts")
"""Kinds of adapters without which nobody answers."""

LEAVE_S = 2.0
"""How long clients may take to see that their session has ended when the server stops."""


class Busy(TthError):
    """No session can be opened now."""


class NotRecording(TthError):
    """A client wants to be recorded, and this server records nobody."""


class UnknownPersona(TthError):
    """There is no persona of the name that was asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client wants of its session; ``None`` leaves the profile's own."""

    profile: str | None = None
    persona: str | None = None
    control: TurnControl = field(default_factory=TurnControl)
    media: Media = "binary"
    meters: bool = False
    resume: bool = False
    record: bool = False
    voice: str | None = None


Mint: TypeAlias = Callable[[DirectWish], Awaitable[DirectAccess]]
"""Asks a provider for a secret with which a page reaches it directly."""


class Guest(Protocol):
    """Whoever is here: a session, or a client of the Realtime protocol."""

    @property
    def turn(self) -> object | None:
        """What is being answered now."""

    async def drain(self) -> None:
        """Begin nothing new; return when nothing runs."""

    def end(self, reason: str = "") -> None:
        """Tell the client that it is over, and let it leave."""


class House:
    """Opens sessions and sees them out.

    Args:
        profile: The default profile, checked.

    Attributes:
        trouble: Why an adapter of the default profile cannot work here, by its name.
        draining: Whether nothing new is taken.
        hurried: Whether running turns are not waited for either.
        ledger: The numbers of its sessions.
        books: What each client has had lately.
        models: Folder of GLB and VRM avatars; it need not be there.
        profile_list: What ``profiles`` gives, for anybody who asks.
        persona_list: What ``personas`` gives, likewise.
        berths: Where a client finds its session again, by the session's id.
        recordings: Where sessions are recorded; ``None`` where none is.
    """

    def __init__(self, settings: Settings, sources: Sources, registry: Registry, profile: Profile) -> None:
        self.settings = settings
        self.profile = profile
        self.trouble: dict[str, str] = {}
        self.draining = False
        self.hurried = False
        self.ledger = Ledger()
        self.books = Books(settings)
        self.profile_list = Fresh(lambda: self.profiles())
        self.persona_list = Fresh(lambda: self.personas())
        self.models = models_folder(settings, sources)
        self.berths: dict[str, Berth] = {}
        self.recordings = Folder(Path(settings.record).expanduser()) if settings.record else None
        self._sources = sources
        # What was laid over the default profile on the command line is meant for that profile alone.
        self._plain = replace(sources, outside=pick(sources.outside, SETTING_KEYS))
        self._registry = registry
        self._casting = Casting(registry, settings.limits)
        self._desk = TicketDesk(time.monotonic)
        self._guests: set[Guest] = set()
        self._seats = 0
        self._empty = asyncio.Event()
        self._patience: asyncio.Timeout | None = None

    async def warm_up(self) -> None:
        """Load what the default profile's adapters share."""
        self.trouble = await self._casting.warm_up(self.profile)
        for name, reason in self.trouble.items():
            log.warning("%s cannot be used: %s", name, reason)

    async def close(self) -> None:
        """Let go of what was loaded."""
        await self._casting.close()

    @property
    def able(self) -> bool:
        """Whether the default profile has a voice, and a model if it needs one, that can work here."""
        needed = (adapters for kind, adapters in self.profile.components.items() if kind in NEEDED)
        return all(any(adapter.name not in self.trouble for adapter in adapters) for adapters in needed)

    @property
    def waiting(self) -> int:
        """How many sessions were asked for and not yet opened; they count for the limit."""
        return len(self._desk)

    @property
    def sessions(self) -> int:
        """How many sessions are open."""
        return len(self._guests)

    @property
    def turns(self) -> int:
        """How many of them have a turn that runs."""
        return sum(session.turn is not None for session in self._guests)

    @property
    def recordable(self) -> bool:
        """Whether a session is recorded where its client asks for it, and no other."""
        return self.recordings is not None and self.settings.record_asked

    def profiles(self) -> list[dict[str, str]]:
        """Name and summary of every profile that can be read."""
        entries = list_profiles(self._sources, self._registry.profiles)
        return [{"name": entry.name, "summary": entry.summary} for entry in entries if not entry.problem]

    def personas(self) -> list[dict[str, Any]]:
        """What a page shows of every persona."""
        return [describe(persona) for persona in list_personas(self._sources)]

    async def admit(self, request: Request, caller: Caller = NOBODY) -> Ticket:
        """A ticket for the session that ``caller`` asks for.

        Raises:
            TooMuch: The caller has had all it may have now.
            ConfigError: There is no such profile, or it cannot be used.
            UnknownPersona: There is no such persona.
            NotRecording: It is to be recorded, and this server records nobody.
            Busy: The server stops, or holds as many sessions as it may.
        """
        if request.record and self.recordings is None:
            raise NotRecording("this server records nobody; leave 'record' out, or start it with --record")
        caller.begin(self._desk.callers)
        cast = await self.cast(request)
        record = request.record or (self.recordings is not None and not self.settings.record_asked)
        return self._desk.issue(
            cast,
            request.control,
            request.media,
            voice=request.voice,
            meters=request.meters,
            resume=request.resume,
            record=record,
            caller=caller,
        )

    async def cast(self, request: Request) -> Cast:
        """What the session asked for is made of; there is room for it when this returns.

        Raises:
            ConfigError: There is no such profile, or it cannot be used.
            UnknownPersona: There is no such persona.
            Busy: The server stops, or holds as many sessions as it may.
        """
        return self._casting.cast(await self._wanted(request))

    async def direct(self, request: Request) -> tuple[Cast, Mint | None]:
        """What such a session would be made of, and what lets a page reach its provider directly, if that can be.

        Raises:
            ConfigError: There is no such profile, or it cannot be used.
            UnknownPersona: There is no such persona.
            Busy: The server stops, or holds as many sessions as it may.
        """
        profile = await self._wanted(request)
        return self._casting.cast(profile), self._mint(profile)

    def _mint(self, profile: Profile) -> Mint | None:
        for component in profile.components.get("realtime", ())[:1]:
            made = self._registry.resolve("realtime", component.name).adapter_class()
            if isinstance(made, DirectClass):
                return partial(made.mint, component.options)
        return None

    async def _wanted(self, request: Request) -> Profile:
        self._check_room()
        profile = self.profile
        if request.profile not in (None, profile.name) or request.persona not in (None, profile.persona.id):
            # Files are read and adapters imported: other sessions must not wait for that.
            profile = await asyncio.to_thread(self._profile, request)
            self._check_room()
        return profile

    def _check_open(self) -> None:
        if self.draining:
            raise Busy("the server is about to stop; connect again in a moment")

    def _check_room(self) -> None:
        self._check_open()
        most = self.settings.limits.sessions
        if self._seats + len(self._desk) >= most:
            open_ones = "1 session is" if most == 1 else f"{most} sessions are"
            raise Busy(f"{open_ones} open or about to be, as many as the settings allow")

    def _profile(self, request: Request) -> Profile:
        profile = self.profile
        if request.profile not in (None, profile.name):
            profile = resolve_profile(str(request.profile), self._plain, self._registry)
        if request.persona is not None and request.persona != profile.persona.id:
            known = {persona.id: persona for persona in list_personas(self._sources)}
            if request.persona not in known:
                raise UnknownPersona(f"no persona named {request.persona!r}; use one of {', '.join(sorted(known))}")
            profile = replace(profile, persona=known[request.persona])
        return profile

    def claim(self, session_id: str, secret: str) -> Ticket | None:
        """The ticket of that session, once."""
        return self._desk.claim(session_id, secret)

    @asynccontextmanager
    async def open(self, ticket: Ticket, caller: Caller = NOBODY) -> AsyncIterator[Session]:
        """The session of ``ticket``, for as long as the block runs; ``caller`` has it.

        Raises:
            TooMuch: The caller has as many as it may have.
            AdapterError: No voice of the profile could be reached.
            Busy: The server stops.
        """
        session = self._session(ticket)
        log_steps(session.id, session.bus)
        measure_costs(session.bus)
        caller.follow(session.bus)
        with self._seat(caller), self.ledger.follow(session):
            async with session:
                with self._present(session):
                    session.update_control(ticket.control)
                    yield session

    def _session(self, ticket: Ticket) -> Session:
        observing, voice = self._registry.observe_session, ticket.voice
        if ticket.record and self.recordings is not None:
            file = self.recordings.new(ticket.session_id)
            return RecordedSession(ticket.cast, file, session_id=ticket.session_id, observing=observing, voice=voice)
        return Session(ticket.cast, session_id=ticket.session_id, observing=observing, voice=voice)

    @contextmanager
    def keeping(self, session_id: str, berth: Berth) -> Iterator[None]:
        """Let the client of that session find it again, for as long as the block runs."""
        self.berths[session_id] = berth
        try:
            yield
        finally:
            del self.berths[session_id]

    @contextmanager
    def visit(self, guest: Guest, caller: Caller = NOBODY) -> Iterator[None]:
        """Have a guest that is no session, for as long as the block runs; ``caller`` has it.

        Raises:
            TooMuch: The caller has as many as it may have.
            Busy: The server stops.
        """
        with self._seat(caller), self._present(guest):
            yield

    @contextmanager
    def _seat(self, caller: Caller) -> Iterator[None]:
        with caller.seat():
            self._seats += 1
            try:
                yield
            finally:
                self._seats -= 1
                if not self._seats:
                    self._empty.set()

    @contextmanager
    def _present(self, guest: Guest) -> Iterator[None]:
        self._guests.add(guest)
        try:
            self._check_open()
            yield
        finally:
            self._guests.discard(guest)

    async def drain(self) -> None:
        """Take nothing new, let running turns end, then end every session and see its client out."""
        self.draining = True
        for berth in self.berths.values():
            berth.wait_no_longer()
        limit_s = 0.0 if self.hurried else self.settings.limits.drain_s
        try:
            async with asyncio.timeout(limit_s) as self._patience, asyncio.TaskGroup() as group:
                for session in self._guests:
                    group.create_task(session.drain())
        except TimeoutError:
            log.warning("turns that are still running are cut off")
        finally:
            self._patience = None
        for session in self._guests:
            session.end("server_stopping")
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self.left()

    def hurry(self) -> None:
        """Cut the drain short: turns that still run are interrupted."""
        self.hurried = True
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def left(self) -> None:
        """Return when no session is open or about to be."""
        while self._seats:
            self._empty.clear()
            await self._empty.wait()


def describe(persona: Persona) -> dict[str, Any]:
    """What a page shows of a persona."""
    return {
        "id": persona.id,
        "name": persona.name,
        "summary": persona.summary,
        "greeting": persona.greeting,
        "look": dict(persona.look),
    }

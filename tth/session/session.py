"""One connected person: a voice, a face and the turns between them."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from tth.adapters.realtime import RealtimeAdapter
from tth.core.bus import CLIENT_LIMITS, EventBus, Limit, Subscription
from tth.core.clock import Clock, LoopClock
from tth.core.controls import TurnControl
from tth.core.conversation import Conversation
from tth.core.events import (
    ControlUpdateEvent,
    DegradedEvent,
    Event,
    Family,
    HoldEvent,
    InterruptEvent,
    ListeningUpdateEvent,
    MicrophoneEvent,
    MicrophoneState,
    RecoveredEvent,
    ResumeEvent,
    SessionClosedEvent,
    SessionReadyEvent,
    UserTextEvent,
    VoiceChangedEvent,
    VoiceUpdateEvent,
)
from tth.core.media import AudioChunk
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.errors import SessionClosed, TthError
from tth.session.budget import BudgetWatch
from tth.session.cascade import Cascade
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.choice import VoiceChoice
from tth.session.ladder import Rung
from tth.session.line import VoiceLine
from tth.session.meters import Meters
from tth.session.microphone import Microphone
from tth.session.orchestrator import Orchestrator
from tth.session.playhead import Playhead
from tth.session.reference import Reference
from tth.session.stage import AvatarStage
from tth.session.turn import Turn
from tth.session.voice import Voice

log = logging.getLogger(__name__)

Observing = Callable[["Session"], Sequence[tuple[str, Coroutine[Any, Any, None]]]]
"""Gives what runs beside a session, each with a name."""


class Session:
    """Use it as ``async with Session(cast) as session``; leaving ends everything it started.

    Args:
        cast: What the profile resolved to.
        session_id: Unique in the process; made up where not given.
        observing: Called with the session once it is open; what it returns runs beside it.
        voice: The voice that the person chose, laid over those of persona and emotion.

    Attributes:
        id: The session's id.
        bus: Its events.
        conversation: What was said and heard.
        components: The adapter in use for each kind.
        meters: What has passed along its path so far.
    """

    def __init__(
        self,
        cast: Cast,
        *,
        session_id: str | None = None,
        observing: Observing | None = None,
        voice: str | None = None,
    ) -> None:
        self.cast = cast
        self.id = session_id or uuid.uuid4().hex[:16]
        self.bus = EventBus()
        self.conversation = Conversation()
        self.components: dict[str, str] = {}
        self.meters = Meters()
        self._observing = observing
        self._wish = voice
        self._voiced = VoiceChangedEvent(wish=voice)
        self._lacks: dict[str, DegradedEvent] = {}
        self._tasks = Tasks(self._broke)
        self._open = False
        self._hearing = False
        self._line: VoiceLine
        self._clock: Clock
        self._watchdog: Watchdog
        self._budget: BudgetWatch
        self._playhead: Playhead
        self._voice: Voice
        self._choice: VoiceChoice
        self._stage: AvatarStage
        self._orchestrator: Orchestrator
        self._microphone: Microphone

    async def __aenter__(self) -> Self:
        """Connect voice and face.

        Raises:
            AdapterError: No voice of the profile could be reached. A missing face is told, not raised.
        """
        self._clock = LoopClock()
        self._watchdog = Watchdog(self._clock)
        self._budget = BudgetWatch(self.cast.budget, self.bus, self._clock, self.end)
        self._playhead = Playhead(self._clock)
        self._voice = Voice(
            self._realtime(),
            instructions=self.cast.instructions,
            voice=self.cast.choose_voice(self.cast.control),
            control=self.cast.control,
            conversation=self.conversation,
            connect_s=self.cast.deadlines.connect_s,
            clock=self._clock,
            publish=self.bus.publish,
            wish=self._wish,
        )
        self._choice = VoiceChoice(self.cast, self.bus, self._voice, self._voice_changed)
        self._stage = AvatarStage(
            self.cast.rungs, self.bus, self._playhead, self._clock, self._watchdog, self._first_frame, self.meters
        )
        self._orchestrator = Orchestrator(
            self.cast,
            self.bus,
            voice=self._voice,
            stage=self._stage,
            playhead=self._playhead,
            conversation=self.conversation,
            clock=self._clock,
            watchdog=self._watchdog,
        )
        self._microphone = Microphone(
            self.cast.listening,
            ears=self._orchestrator.line.ears,
            taking=self._orchestrator.taking,
            reference=Reference(self._playhead),
            voice=self._voice,
            publish=self.bus.publish,
        )
        self.bus.handle(MicrophoneEvent, self._switch)
        self.bus.handle(ListeningUpdateEvent, self._microphone.configure)
        self.components = self._named()
        self.bus.observe(self._follow, frozenset({Family.WORDS}))
        try:
            await self._voice.renew("")
            await self._stage.open()
            # What was published meanwhile is with the observers when the session is handed out.
            await asyncio.sleep(0)
        except BaseException:
            await self.close()
            raise
        self._begin()
        return self

    def _begin(self) -> None:
        self._open = True
        line = self._orchestrator.line
        self._tasks.start(line.listen(), f"{self.id} voice")
        self._tasks.start(line.work(), f"{self.id} commands")
        self._line = line
        for name, beside in self._observing(self) if self._observing else ():
            self._tasks.start(beside, f"{self.id} {name}")
        if self.cast.realtime:
            self.components["realtime"] = self._voice.name
        if not self._voice.adapter.capabilities.audio_in:
            self.components.pop("stt", None)
        if self._stage.name:
            self.components["avatar"] = self._stage.name
        self._choice.attend(self._orchestrator)
        self._voiced = self._choice.told
        self.bus.publish(self.ready())
        self.bus.publish(self._microphone.listening())

    def ready(self) -> SessionReadyEvent:
        """What this session is, for who subscribes later."""
        return SessionReadyEvent(
            session_id=self.id,
            profile=self.cast.profile,
            persona=self.cast.persona,
            components=dict(self.components),
            voice=self._voiced.voice,
            voices=self._voiced.voices,
            voice_wish=self._voiced.wish,
        )

    def standing(self) -> list[Event]:
        """What somebody who subscribes now has missed and must know: what the session is, and what it lacks."""
        return [self.ready(), self._microphone.listening(), *self._lacks.values()]

    def _realtime(self) -> Sequence[Maker[RealtimeAdapter]]:
        if self.cast.realtime:
            return self.cast.realtime
        cast = self.cast

        def cascade() -> RealtimeAdapter:
            return Cascade(
                cast.llms, cast.voices, self._clock, self._watchdog, self._choice.of, cast.deadlines, cast.ears
            )

        return (Maker("cascade", cascade),)

    def _named(self) -> dict[str, str]:
        cast = self.cast
        firsts: dict[str, Sequence[Maker[Any] | Rung]] = {
            "realtime": cast.realtime,
            "llm": cast.llms,
            "tts": cast.voices,
            "stt": cast.ears,
            "avatar": cast.rungs,
        }
        return {kind: makers[0].name for kind, makers in firsts.items() if makers}

    def _follow(self, event: Event) -> None:
        if isinstance(event, DegradedEvent | RecoveredEvent) and event.component in self.components:
            self.components[event.component] = event.now
        if isinstance(event, DegradedEvent):
            self._lacks[event.component] = event
        elif isinstance(event, RecoveredEvent):
            self._lacks.pop(event.component, None)

    def _voice_changed(self, event: VoiceChangedEvent) -> None:
        self._voiced = event
        self.bus.publish(event)

    def _first_frame(self) -> None:
        self._orchestrator.first_frame()

    def _broke(self, error: Exception) -> None:
        log.error("session %s: a task failed", self.id, exc_info=error)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # What a caller may ask for

    @property
    def turn(self) -> Turn | None:
        """The open turn, if there is one."""
        return self._orchestrator.turn

    @property
    def control(self) -> TurnControl:
        """The session's own control, laid over the persona's."""
        return self._orchestrator.control

    def say(self, text: str, control: TurnControl | None = None) -> Turn:
        """Begin a turn with the person's words; an open turn is interrupted.

        Raises:
            SessionClosed: The session has ended.
            TthError: The turn was refused; says why, as does an ``ErrorEvent`` on the bus.
        """
        if not self._open:
            raise SessionClosed(f"session {self.id} has ended")
        turn_id = uuid.uuid4().hex[:12]
        self.bus.publish(UserTextEvent(text=text, control=control or TurnControl(), turn_id=turn_id))
        refused, turn = self._orchestrator.refused, self.turn
        if refused is not None or turn is None:
            raise TthError(refused.message if refused is not None else "the turn was over before it began")
        return turn

    def hear(self, chunk: AudioChunk) -> None:
        """What the person says aloud, piece by piece; a voice that hears answers it.

        It is kept while the voice is replaced, and said again where it was not answered.

        Raises:
            SessionClosed: The session has ended.
            MediaError: It is no sound of speech.
        """
        if not self._open:
            raise SessionClosed(f"session {self.id} has ended")
        self._listen()
        self._microphone.hear(chunk)

    def microphone(self, state: MicrophoneState, *, discard: bool = False) -> None:
        """The person's microphone is ``open``, ``held`` open until it is switched again (push-to-talk), or ``off``.

        With ``discard`` what was said while it was held is forgotten.
        """
        self.bus.publish(MicrophoneEvent(state=state, discard=discard))

    def _switch(self, event: MicrophoneEvent) -> None:
        if self._open:
            self._listen()
            self._microphone.switch(event)

    def _listen(self) -> None:
        if not self._hearing:
            self._hearing = True
            self._tasks.start(self._line.ears.work(), f"{self.id} ears")
            self._tasks.start(self._microphone.work(), f"{self.id} microphone")

    def interrupt(self, reason: str = "client") -> None:
        """Stop the open turn at once."""
        self.bus.publish(InterruptEvent(reason=reason))

    def hold(self) -> None:
        """Stop the playhead; nothing is lost, and the response goes on arriving."""
        self.bus.publish(HoldEvent())

    def resume(self) -> None:
        """Go on from the sample where it was held."""
        self.bus.publish(ResumeEvent())

    def update_control(self, control: TurnControl) -> None:
        """Lay ``control`` over the session's, for this turn's face and the next turns' voice."""
        self.bus.publish(ControlUpdateEvent(control=control))

    def update_voice(self, voice: str | None) -> None:
        """Speak with ``voice`` from the next turn on; ``None`` leaves it to persona and emotion."""
        self.bus.publish(VoiceUpdateEvent(voice=voice))

    def subscribe(self, limits: Mapping[Family, Limit] = CLIENT_LIMITS) -> Subscription:
        """A queue of the session's events; close it when done."""
        return self.bus.subscribe(limits)

    def attach_client(self) -> None:
        """A client plays the sound and will report its playhead."""
        self._playhead.attach()
        self._choice.look()

    def detach_client(self) -> None:
        """It is gone; with the last one the clock tells the playhead again."""
        self._playhead.detach()

    def client_away(self) -> None:
        """It is gone and may come back: nothing is played meanwhile."""
        self._playhead.leave()

    def client_back(self) -> None:
        """It is back, and goes on where it stopped."""
        self._playhead.come_back()

    def report_playhead(self, turn: int, sample: int, *, playing: bool, ended: bool = False) -> None:
        """The client has played turn number ``turn`` up to media unit ``sample``."""
        self._orchestrator.report_playhead(turn, sample, playing=playing, ended=ended)

    def report_flush(self, turn: int, sample: int) -> None:
        """The client's sound of the interrupted turn number ``turn`` stopped at media unit ``sample``."""
        self._orchestrator.report_flush(turn, sample)

    @property
    def playhead(self) -> int:
        """Media units of the open turn's speech played so far."""
        return self._playhead.position()

    async def drain(self) -> None:
        """Take no new turn; return when the open one has ended."""
        self._orchestrator.admission.draining = True
        if self.turn is not None:
            await self.turn.wait()

    def end(self, reason: str = "") -> None:
        """Tell every subscriber that the session is over; whoever opened it closes it then."""
        self.interrupt(reason)
        self.bus.publish(SessionClosedEvent(reason=reason))
        self.bus.close()

    async def close(self, reason: str = "") -> None:
        """End everything. Idempotent."""
        was_open, self._open = self._open, False
        if was_open:
            self._orchestrator.interrupt("session_closed")
        self._orchestrator.taking.close()
        self._orchestrator.line.close()
        await self._tasks.close()
        await self._orchestrator.line.end()
        await self._stage.close()
        await self._voice.close()
        self._watchdog.close()
        self._budget.close()
        if was_open:
            self.bus.publish(SessionClosedEvent(reason=reason))
        self.bus.close()

"""The voice that the person chose, laid over those of persona and emotion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tth.core.bus import EventBus
from tth.core.controls import TurnControl, merge
from tth.core.events import (
    DegradedEvent,
    Event,
    Family,
    RecoveredEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
    VoiceChangedEvent,
    VoiceUpdateEvent,
    WarningEvent,
)
from tth.session.cascade import Cascade
from tth.session.cast import Cast
from tth.session.orchestrator import Orchestrator
from tth.session.voice import Voice, voice_for

_TELLING = (
    DegradedEvent,
    RecoveredEvent,
    TurnStartedEvent,
    TurnStateEvent,
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnFailedEvent,
)
"""After one of these another voice may be in use, or the one that was chosen may be had."""


class VoiceChoice:
    """Keeps the person's wish, has it fulfilled as soon as it can be, and tells which voice speaks.

    The wish takes effect between turns: a realtime voice is renewed where it cannot change otherwise; a cascade speaks
    with it from its next sentence on. An adapter that lacks it speaks with its nearest or, where there is none, as if
    nothing was chosen; the wish stays for the next adapter.

    Args:
        cast: For the voice that a control asks for.
        voice: The voice in use.
        changed: Told of another voice in use, or others to choose from.

    Attributes:
        told: What was told last.
    """

    def __init__(
        self,
        cast: Cast,
        bus: EventBus,
        voice: Voice,
        changed: Callable[[VoiceChangedEvent], None],
    ) -> None:
        self._cast = cast
        self._voice = voice
        self._changed = changed
        self._due = False
        self._orchestrator: Orchestrator | None = None
        self.told = VoiceChangedEvent()
        voice.renewed = self.look
        bus.handle(VoiceUpdateEvent, self._update)
        bus.observe(self._follow, frozenset({Family.WORDS}))

    def attend(self, orchestrator: Orchestrator) -> None:
        """The session is open: from here on what was told is up to date."""
        self._orchestrator = orchestrator
        self.told = self._now()

    def of(self, control: TurnControl) -> str | None:
        """The voice of a sentence of a cascade."""
        own = self._cast.choose_voice(control)
        return voice_for(self._speaker()[1], self._voice.wish, own)

    def look(self) -> None:
        """Tell what is different, and once what cannot be as wished."""
        orchestrator = self._orchestrator
        if orchestrator is None or not self._voice.alive:
            return
        now = self._now()
        if now != self.told:
            self.told = now
            self._changed(now)
        wish = now.wish
        if wish is None or wish in now.voices:
            return
        near, name = self._voice.nearest(wish), self._speaker()[0]
        instead = f"{near!r} speaks in its place" if near else "it speaks as if none was chosen"
        orchestrator.warn(WarningEvent(code="control_voice", message=f"{name} has no voice {wish!r}; {instead}"))

    def _update(self, event: VoiceUpdateEvent) -> None:
        self._voice.wish = event.voice
        self._due = True
        self._fulfil()
        self.look()

    def _fulfil(self) -> None:
        """Have the voice that is asked for speak, between two turns: one that is being answered is not cut off."""
        orchestrator = self._orchestrator
        if self._due and orchestrator is not None and orchestrator.turn is None:
            self._due = False
            orchestrator.line.choose_voice(self._control(), self.look)

    def _follow(self, event: Event) -> None:
        if isinstance(event, _TELLING):
            self._fulfil()
            self.look()

    def _control(self) -> TurnControl:
        orchestrator = self._orchestrator
        if orchestrator is None:
            return self._cast.control
        turn = orchestrator.turn
        return merge(self._cast.control, orchestrator.control if turn is None else turn.wish)

    def _speaker(self) -> tuple[str, Sequence[str]]:
        """Who speaks: the adapter's name, and the voices it has."""
        adapter = self._voice.adapter
        return adapter.speaker if isinstance(adapter, Cascade) else (self._voice.name, adapter.capabilities.voices)

    def _now(self) -> VoiceChangedEvent:
        voices = tuple(self._speaker()[1])
        if self._cast.realtime:
            name = self._voice.speaks
            if name is not None and voices and name not in voices:
                name = self._voice.nearest(name)
        else:
            name = self.of(self._control()) if voices else None
            if name not in voices:
                name = voices[0] if len(voices) == 1 else None
        return VoiceChangedEvent(voice=name or "", voices=voices, wish=self._voice.wish)

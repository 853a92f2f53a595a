"""Runs the turns of one session: from the person's words to the last sample played, or to the interruption."""

from __future__ import annotations

import uuid

from tth.adapters.realtime import RealtimeEvent
from tth.core.bus import EventBus
from tth.core.clock import Clock
from tth.core.controls import TurnControl, merge
from tth.core.conversation import Conversation, message
from tth.core.events import (
    ControlChangedEvent,
    ControlUpdateEvent,
    ErrorEvent,
    HoldEvent,
    InterruptEvent,
    MeasureEvent,
    ResponseStartedEvent,
    ResumeEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnState,
    TurnStateEvent,
    UserTextEvent,
    UserTranscriptEvent,
    WarningEvent,
)
from tth.core.media import EmotionMark
from tth.core.watchdog import Watch, Watchdog
from tth.errors import AdapterError, MediaError
from tth.session.admission import Admission
from tth.session.cast import Cast
from tth.session.foreign import explain
from tth.session.intake import Intake
from tth.session.line import VoiceLine
from tth.session.manners import Manners
from tth.session.memory import TurnMemory
from tth.session.playhead import Playhead
from tth.session.playout import Playout
from tth.session.speech import Speech
from tth.session.stage import AvatarStage
from tth.session.turn import Ending, Turn
from tth.session.turn_taking import TurnTaking
from tth.session.voice import Voice

SILENCE_S = 10.0
"""A response of which nothing comes for so long, while nothing is left to play, has stalled."""

TRIES = 2
"""How often a turn is asked for when nothing of its answer came."""

EXPIRY = "its connection was about to end"

ITEMS = 400
"""Items of the conversation that are kept."""


class Orchestrator:
    """One for every mode: it knows one shape of voice.

    Everything that a client may ask for is an inbound event on the bus; publishing one does the work at once.

    Attributes:
        turn: The open turn, or ``None``.
        turns: How many there were.
        control: The session's control, laid over the persona's.
        admission: What may begin a turn.
        refused: Why the newest words began none; ``None`` where they did.
    """

    def __init__(
        self,
        cast: Cast,
        bus: EventBus,
        *,
        voice: Voice,
        stage: AvatarStage,
        playhead: Playhead,
        conversation: Conversation,
        clock: Clock,
        watchdog: Watchdog,
    ) -> None:
        self._cast = cast
        self._bus = bus
        self._stage = stage
        self._playhead = playhead
        self._conversation = conversation
        self._clock = clock
        self._watchdog = watchdog
        self._intake = Intake(self, bus, conversation, stage, playhead)
        self._playout = Playout(playhead, clock, self._played)
        self._silence: Watch | None = None
        self._renewal_due = False
        self.line = VoiceLine(cast, voice, self)
        listening = cast.listening
        self.taking = TurnTaking(
            self,
            clock,
            barge_in=listening.barge_in,
            judge_s=listening.judge_ms / 1000,
            manners=Manners(listening.fillers, listening.interrupters),
        )
        self._memory = TurnMemory(conversation, bus, self.line)
        self.turn: Turn | None = None
        self.turns = 0
        self.control = TurnControl()
        self.admission = Admission(cast.text_chars)
        self.refused: ErrorEvent | None = None
        bus.handle(UserTextEvent, self._user_text)
        bus.handle(InterruptEvent, lambda event: self.interrupt(event.reason))
        bus.handle(ControlUpdateEvent, self._control_update)
        bus.handle(HoldEvent, lambda event: self.hold())
        bus.handle(ResumeEvent, lambda event: self.resume())

    # What a client asks for

    def _user_text(self, event: UserTextEvent) -> None:
        refusal = self.admission.refusal(event, crowded=self.line.full)
        self.refused = refusal
        if refusal is not None:
            self._bus.publish(refusal)
            return
        self.interrupt("new_turn")
        turn = self._begin(event.turn_id, event.text, event.control)
        self.line.ask(turn)

    def _begin(self, turn_id: str, text: str, control: TurnControl, item_id: str = "") -> Turn:
        self.turns += 1
        wish = merge(self.control, control)
        turn = Turn(turn_id or uuid.uuid4().hex[:12], self.turns, self._bus.begin(), text, wish, self._clock.now())
        turn.spoken, turn.item_id = not text, item_id
        self.turn = turn
        if text:
            self._conversation.put(message(f"user_{turn.id}", "user", text))
        self._conversation.trim(ITEMS)
        self._bus.publish(
            TurnStartedEvent(
                turn=turn.number,
                text=turn.text,
                item_id=item_id,
                control=merge(self._cast.control, turn.wish),
                turn_id=turn.id,
                generation=turn.generation,
            )
        )
        self._state(turn, "thinking")
        return turn

    def interrupt(self, reason: str) -> None:
        """Stop the open turn, now: when this returns nothing more of its text, sound or face is delivered."""
        turn = self.turn
        if turn is None:
            return
        self._bus.interrupt()
        self._stage.interrupt()
        generated, flush_due = turn.generated, self._playhead.client and turn.speech.received > 0
        samples = self._leave(turn)
        ending = TurnInterruptedEvent(reason=reason, samples=samples, turn_id=turn.id, generation=turn.generation)
        self._end(turn, ending)
        if turn.tries and not generated:
            self.line.cancel(turn.response_id)
        self._memory.interrupted(turn, samples, flush_due=flush_due)

    def _control_update(self, event: ControlUpdateEvent) -> None:
        self.control = merge(self.control, event.control)
        effective = merge(self._cast.control, self.control)
        self._bus.publish(ControlChangedEvent(control=self.control))
        if self.turn is not None and event.control.emotion.label is not None:
            self._stage.emotion(
                EmotionMark(start=self._playhead.position(), label=effective.label.value, intensity=effective.intensity)
            )

    def hold(self) -> None:
        """Stop the playhead; nothing is lost, and the response goes on arriving."""
        if self.turn is not None and not self._playhead.held:
            self._playhead.hold()
            self._state(self.turn, "held")

    def resume(self) -> None:
        """Go on from the sample where it was held."""
        if self.turn is not None and self._playhead.held:
            self._playhead.resume()
            self._state(self.turn, "speaking" if self.turn.speech.received else "thinking")
            self._playout.look()

    # What a client reports

    def report_playhead(self, number: int, sample: int, *, playing: bool, ended: bool = False) -> None:
        """Take the client's word on how far it has played turn ``number``, in media units."""
        turn = self.turn
        if turn is None or turn.number != number:
            return
        self._playhead.report(sample, playing=playing)
        if self._silence is not None:
            self._silence.touch()
        self._stage.wake()
        self._playout.look(reported_end=ended)

    def report_flush(self, number: int, sample: int) -> None:
        """Take the client's word on where the sound of the interrupted turn ``number`` stopped."""
        self._memory.report_flush(number, sample)

    # What the voice says (the intake's floor)

    def bound(self, turn: Turn) -> None:
        """The turn's response has begun."""
        turn.repeated = False
        self._touch()
        self._open_speech(turn)

    def stray(self, event: ResponseStartedEvent) -> None:
        """A response that no open turn asked for: the voice answers what it heard, or is told to stop."""
        if event.tag or self.turn is not None or self.admission.draining or not self.line.hears_turns:
            self.line.cancel(event.response_id)
            return
        turn = self._begin("", "", TurnControl(), self.taking.heard_last)
        turn.tries, turn.response_id = 1, event.response_id
        self.bound(turn)
        self.asked(turn)

    def user_said(self, event: UserTranscriptEvent) -> None:
        """More, or all, of what the person said is understood."""
        turn = self.turn
        if event.final and turn is not None and turn.spoken and turn.item_id == event.item_id:
            self._measure("transcript_ms", turn)
        self.taking.understood(event)

    # What turn-taking wants

    def answer(self, item_id: str) -> None:
        """Begin a turn that answers what was said aloud, unless the voice does so by itself."""
        if self.admission.draining or self.line.hears_turns:
            return
        self.interrupt("new_turn")
        turn = self._begin("", "", TurnControl(), item_id)
        self.line.ears.ask(turn)

    def forget(self, item_id: str) -> None:
        """An utterance was none: the conversation shall not know of it."""
        self._memory.nothing_said(item_id)

    def first_text(self, turn: Turn) -> None:
        """The turn's first words are there."""
        self._measure("first_text_ms", turn)

    def first_sound(self, turn: Turn) -> None:
        """The turn's first sound is there."""
        self.line.ears.answered()
        self._measure("first_audio_ms", turn)
        self._state(turn, "speaking")

    def first_frame(self) -> None:
        """The turn's first frame is there."""
        if self.turn is not None:
            self._measure("first_frame_ms", self.turn)

    def sounded(self, turn: Turn) -> None:
        """More sound is there."""
        self._touch()

    def generated(self, turn: Turn, event: TurnCompleteEvent) -> None:
        """Nothing more comes of the response: it is played to its end, then the turn is over."""
        turn.status, turn.reason, turn.usage = event.status, event.reason, event.usage
        turn.generated = True
        turn.speech.finish(whole=event.status == "completed")
        if self._silence is not None:
            self._silence.close()
            self._silence = None
        self._stage.output_over()
        self._stage.wake()
        if event.status == "failed" and not turn.speech.received:
            self._fail(turn, "response_failed", event.reason or "the voice gave no reason")
        else:
            self._playout.watch(turn)

    def too_long(self, turn: Turn) -> None:
        """The response holds more sound than it may: it ends with what it has."""
        self.line.cancel(turn.response_id)
        self.generated(
            turn, TurnCompleteEvent(status="incomplete", reason="the response is longer than a session may hold")
        )

    def unfit(self, turn: Turn, error: MediaError) -> None:
        """The response's sound is of no use: it ends with what it has."""
        self._bus.publish(ErrorEvent(code="bad_audio", message=f"the voice sent sound that is of no use: {error}"))
        self.line.cancel(turn.response_id)
        self.generated(turn, TurnCompleteEvent(status="failed", reason=str(error)))

    def failed(self, event: ErrorEvent) -> None:
        """The voice says that something failed; unless it can be ignored, the voice is replaced."""
        self._bus.publish(event)
        turn = self.turn
        if event.decision == "ignore" or (
            event.response_id and (turn is None or turn.response_id != event.response_id)
        ):
            return
        fatal = event.decision == "fatal"
        self.line.lost(event.message, AdapterError("voice", event.message, code=event.code) if fatal else None)

    def expiring(self) -> None:
        """The voice's connection will soon end: a new one is made beside it."""
        self.line.refresh(EXPIRY)

    def prepared(self) -> None:
        """The new voice is ready: it takes its place as soon as no turn is open."""
        self._renewal_due = True
        if self.turn is None:
            self._renew_if_due()

    def warn(self, event: WarningEvent) -> None:
        """Tell it once."""
        self._intake.take(event)

    # What the line says

    def take(self, event: RealtimeEvent) -> None:
        """The voice says something."""
        self._intake.take(event)

    def asked(self, turn: Turn) -> None:
        """The voice has taken the request: from here on it must not be silent for long."""
        if turn is self.turn and not turn.generated and self._silence is None:
            self._silence = self._watchdog.watch(SILENCE_S, self._stalled)

    def asked_in_vain(self, turn: Turn, error: Exception) -> None:
        """The turn could not be put to the voice: it is tried with a new one, once."""
        if turn.ending is not None:
            return
        if turn.tries and turn.tries < TRIES:
            self.line.lost(explain(error), error)
        else:
            self._fail(turn, getattr(error, "code", "voice_failed"), explain(error))

    def renewed(self, reason: str) -> None:
        """A new voice is there: a turn of whose answer nothing came is asked once more, another ends as it is."""
        turn = self.turn
        if turn is not None and turn.spoken and not turn.speech.received:
            turn.repeated = True
        if turn is None or turn.generated or not turn.tries:
            return
        if turn.speech.received:
            self.generated(turn, TurnCompleteEvent(status="incomplete", reason=reason))
        elif turn.tries < TRIES:
            self._forget_answer(turn)
            if not turn.spoken:
                self.line.ask(turn)
            elif self.line.hears_turns:  # what was said is said again to the new voice, which answers by itself
                turn.tries += 1
                self.asked(turn)
        else:
            self._fail(turn, "voice_failed", reason)

    def gone(self, reason: str) -> None:
        """There is no voice any more: the open turn cannot be answered."""
        turn = self.turn
        if turn is not None and not turn.generated:
            if turn.speech.received:
                self.generated(turn, TurnCompleteEvent(status="incomplete", reason=reason))
            else:
                self._fail(turn, "voice_failed", reason)

    # The turn's course

    def _open_speech(self, turn: Turn) -> None:
        self._playhead.start(turn.speech)
        control = merge(self._cast.control, turn.wish)
        self._stage.start(turn.speech, control, turn_id=turn.id, generation=turn.generation)

    def _forget_answer(self, turn: Turn) -> None:
        self._memory.forget(turn)
        self._stage.interrupt()
        turn.speech, turn.response_id = Speech(turn.id), ""

    def _stalled(self) -> None:
        self._silence = None
        turn = self.turn
        if turn is None or turn.generated:
            return
        self._playhead.check_client()
        if self._playhead.left_s() > 0 or self._playhead.held:
            self._silence = self._watchdog.watch(SILENCE_S, self._stalled)
            return
        reason = f"it said nothing for {SILENCE_S:g} s"
        self.line.lost(reason, AdapterError("voice", reason, code="voice_stalled", decision="retry"))

    def _touch(self) -> None:
        if self._silence is not None:
            self._silence.touch()

    def _played(self, turn: Turn) -> None:
        """The last sample was played, or will never be."""
        self._memory.played(turn)
        if turn.status == "failed":
            self._fail(turn, "response_failed", turn.reason)
            return
        self._stage.leave()
        self._leave(turn)
        self._end(
            turn,
            TurnCompleteEvent(
                turn_id=turn.id,
                generation=turn.generation,
                response_id=turn.response_id,
                status=turn.status,
                reason=turn.reason,
                usage=turn.usage,
                text=turn.written,
                samples=turn.speech.received,
            ),
        )

    def _fail(self, turn: Turn, code: str, problem: str) -> None:
        if turn.tries and not turn.generated:
            self.line.cancel(turn.response_id)
        self._bus.interrupt()
        self._stage.interrupt()
        self._leave(turn)
        self._end(turn, TurnFailedEvent(code=code, message=problem, turn_id=turn.id, generation=turn.generation))

    def _leave(self, turn: Turn) -> int:
        """Stop everything that belongs to ``turn``; returns the playhead's last position."""
        self.turn = None
        turn.generated = True
        self._playout.forget()
        if self._silence is not None:
            self._silence.close()
            self._silence = None
        turn.speech.drop()
        turn.aligner.clear()
        return self._playhead.stop()

    def _end(self, turn: Turn, ending: Ending) -> None:
        turn.close(ending)
        self._bus.publish(ending)
        self._renew_if_due()

    def _renew_if_due(self) -> None:
        if self._renewal_due:
            self._renewal_due = False
            self.line.swap(EXPIRY)

    def _state(self, turn: Turn, state: TurnState) -> None:
        self._bus.publish(TurnStateEvent(state=state, turn_id=turn.id, generation=turn.generation))

    def _measure(self, name: str, turn: Turn) -> None:
        ms = (self._clock.now() - turn.asked_at) * 1000
        self._bus.publish(MeasureEvent(name=name, value=round(ms, 1), turn_id=turn.id, generation=turn.generation))

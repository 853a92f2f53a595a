"""Who may speak: what a person's voice does to the avatar's, and when it is answered."""

from __future__ import annotations

from typing import Protocol

from tth.core.clock import Clock, Timer
from tth.core.events import BargeIn, UserSpeechStartedEvent, UserSpeechStoppedEvent, UserTranscriptEvent
from tth.session.manners import Manners
from tth.session.turn import Turn

WORDS_S = 2.5
"""How long the words of an utterance are waited for that may have been no more than 'mhm'."""

SURE_S = 0.8
"""An utterance without words that lasted so long was meant to be heard."""

CLEAR_WORDS = 3
"""So many words that are no fillers are enough before the utterance is over."""

NAME_S = 1.0
"""How long a voice that was told that an utterance is over may take to name it."""

HANGOVER_S = 0.5
"""Silence that is waited for, and so counts in the clock's time of an utterance whose length nobody tells."""


class Floor(Protocol):
    """Who holds the turn: what turn-taking asks of the orchestrator."""

    @property
    def turn(self) -> Turn | None:
        """The open turn."""

    def interrupt(self, reason: str) -> None:
        """Stop it."""

    def hold(self) -> None:
        """Stop its playhead, keeping everything."""

    def resume(self) -> None:
        """Go on from the sample where it was held."""

    def answer(self, item_id: str) -> None:
        """Begin a turn that answers what was said aloud."""

    def forget(self, item_id: str) -> None:
        """An utterance was none: the conversation shall not know of it."""


class Utterance:
    """Something said aloud, from its beginning until it is clear what becomes of it.

    Attributes:
        id: The item it is in the conversation; empty until the voice has named it.
        text: What was understood so far.
        began_s: When it began, in seconds of the clock.
        pressed: Whether the person holds a button to say it, and so means it.
        over: The turn that it is spoken over, held until it is clear what it is.
        ended: Whether it is over.
        lasted_s: For how long it was spoken, then.
    """

    __slots__ = ("began_s", "ended", "id", "lasted_s", "over", "pressed", "text", "timer", "written")

    def __init__(self, began_s: float, *, pressed: bool) -> None:
        self.id = ""
        self.text = ""
        self.written = False
        self.began_s = began_s
        self.ended = False
        self.lasted_s = 0.0
        self.pressed = pressed
        self.over: Turn | None = None
        self.timer: Timer | None = None


class TurnTaking:
    """Answers what is said, and tells an interruption from a 'mhm'.

    A voice over the avatar's holds it at once. Words, or a voice that goes on, interrupt it; fillers and noise let
    it go on from the same sample.

    Args:
        floor: Who holds the turn.
        clock: For what is judged by time.
        barge_in: What a voice does to the avatar's.
        judge_s: Who speaks for longer than this means it.
        manners: Which words interrupt.

    Attributes:
        barge_in: What a voice does to the avatar's.
        heard_last: The newest utterance that the voice has named.
        named_by_voice: Whether the voice's own events say where speech begins and ends.
    """

    def __init__(self, floor: Floor, clock: Clock, *, barge_in: BargeIn, judge_s: float, manners: Manners) -> None:
        self._floor = floor
        self._clock = clock
        self._judge_s = judge_s
        self._manners = manners
        self._now: Utterance | None = None
        self._unclear: list[Utterance] = []
        self._nameless: Utterance | None = None
        self.barge_in: BargeIn = barge_in
        self.heard_last = ""
        self.named_by_voice = False

    @property
    def closed(self) -> bool:
        """Whether nobody may speak now but the avatar."""
        return self.barge_in == "off" and self._floor.turn is not None

    # What is heard

    def began(self, *, pressed: bool = False) -> None:
        """The person begins to speak."""
        if self._now is not None:
            return
        self._now = utterance = Utterance(self._clock.now(), pressed=pressed)
        turn = self._floor.turn
        if turn is None:
            return
        if self.barge_in == "stop" and not pressed:
            self._floor.interrupt("user_speech")
            return
        utterance.over = turn
        self._unclear.append(utterance)
        self._floor.hold()
        if not pressed:
            utterance.timer = self._clock.call_later(self._judge_s, lambda: self._interrupts(utterance))

    def ended(self, lasted_s: float | None = None) -> None:
        """The person has stopped speaking, after so many seconds, where that is known."""
        utterance, self._now = self._now, None
        if utterance is None:
            return
        utterance.ended = True
        by_clock_s = self._clock.now() - utterance.began_s - HANGOVER_S
        utterance.lasted_s = by_clock_s if lasted_s is None else lasted_s
        if not utterance.id:
            self._nameless = utterance
            utterance.timer = self._clock.call_later(NAME_S, self._go_on)
        else:
            self._take(utterance)

    def _go_on(self) -> None:
        """An utterance has its name, or will have none."""
        utterance, self._nameless = self._nameless, None
        if utterance is not None:
            self._rest(utterance)
            self._take(utterance)

    def _take(self, utterance: Utterance) -> None:
        """It is over and has its name: it is answered, or judged."""
        if utterance.over is None:
            self._floor.answer(utterance.id)
        elif utterance.pressed:
            self._interrupts(utterance)
        elif utterance.written:
            self._judge(utterance)
        else:
            self._wait(utterance, WORDS_S)

    def cancelled(self) -> None:
        """Nothing was said: the avatar goes on."""
        utterance, self._now = self._now, None
        if utterance is not None:
            self._false_alarm(utterance)

    # What the voice says of it

    def started(self, event: UserSpeechStartedEvent) -> None:
        """The voice hears the person, or names the utterance."""
        if self._repeated:
            return
        if self.named_by_voice:
            self.began()
        if self._now is not None and event.item_id:
            self._now.id = event.item_id

    def stopped(self, event: UserSpeechStoppedEvent) -> None:
        """The voice hears no more, or names the utterance."""
        if self._repeated:
            return
        self.heard_last = event.item_id
        if self._now is not None and self.named_by_voice:
            self._now.id = event.item_id or self._now.id
            self.ended()
            return
        for utterance in self._unclear:
            utterance.id = utterance.id or event.item_id
        if self._nameless is not None:
            self._nameless.id = event.item_id
            self._go_on()

    @property
    def _repeated(self) -> bool:
        """Whether the voice hears what another heard before it."""
        turn = self._floor.turn
        return self.named_by_voice and turn is not None and turn.repeated

    def understood(self, event: UserTranscriptEvent) -> None:
        """What was said, as far as it is known."""
        utterance = self._named(event.item_id)
        if utterance is None:
            self._nothing_said(event)
            return
        utterance.text, utterance.written = event.text, event.final
        if utterance.over is None or utterance not in self._unclear:
            return
        if event.final and utterance.ended:
            self._judge(utterance)
        elif len(self._manners.beside(event.text)) >= CLEAR_WORDS:
            self._interrupts(utterance)

    def _named(self, item_id: str) -> Utterance | None:
        if self._now is not None and self._now.id == item_id:
            return self._now
        return next((each for each in self._unclear if each.id == item_id), None)

    def _nothing_said(self, event: UserTranscriptEvent) -> None:
        """An utterance that a turn already answers turns out to have been none."""
        turn = self._floor.turn
        if not event.final or event.text.strip():
            return
        self._floor.forget(event.item_id)
        if turn is not None and turn.item_id == event.item_id and not turn.speech.received:
            self._floor.interrupt("nothing_said")

    # What becomes of it

    def _judge(self, utterance: Utterance) -> None:
        if self._manners.interrupts(utterance.text, utterance.lasted_s):
            self._interrupts(utterance)
        else:
            self._false_alarm(utterance)

    def _wait(self, utterance: Utterance, wait_s: float) -> None:
        self._rest(utterance)
        utterance.timer = self._clock.call_later(wait_s, lambda: self._without_words(utterance))

    def _without_words(self, utterance: Utterance) -> None:
        """Nobody says what it was: it is judged by how long it was."""
        if utterance.lasted_s >= SURE_S:
            self._interrupts(utterance)
        else:
            self._false_alarm(utterance)

    def _interrupts(self, utterance: Utterance) -> None:
        if not self._clear(utterance):
            return
        if self._floor.turn is utterance.over:
            self._floor.interrupt("user_speech")
        utterance.over = None
        if utterance.ended:
            self._floor.answer(utterance.id)

    def _false_alarm(self, utterance: Utterance) -> None:
        self._clear(utterance)
        if utterance.id:
            self._floor.forget(utterance.id)
        over = utterance.over
        if over is not None and self._floor.turn is over and all(each.over is not over for each in self._unclear):
            self._floor.resume()

    def _clear(self, utterance: Utterance) -> bool:
        """It is clear now what it is; says whether it was not before."""
        self._rest(utterance)
        if utterance not in self._unclear:
            return False
        self._unclear.remove(utterance)
        return True

    @staticmethod
    def _rest(utterance: Utterance) -> None:
        if utterance.timer is not None:
            utterance.timer.cancel()
            utterance.timer = None

    def close(self) -> None:
        """Judge nothing any more. Idempotent."""
        for utterance in (*self._unclear, *filter(None, (self._nameless,))):
            self._rest(utterance)
        self._unclear.clear()
        self._nameless = None

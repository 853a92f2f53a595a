"""What stays of a turn in the conversation, and what the voice is told of that."""

from __future__ import annotations

from tth.core.bus import EventBus
from tth.core.conversation import Conversation
from tth.core.events import ItemHeardEvent
from tth.session.hearing import settle
from tth.session.line import VoiceLine
from tth.session.turn import Turn


class TurnMemory:
    """Cuts the conversation to what was heard.

    Args:
        conversation: The session's.
        bus: Told of every cut.
        line: Through which the voice is told, in its place among the other commands.
    """

    def __init__(self, conversation: Conversation, bus: EventBus, line: VoiceLine) -> None:
        self._conversation = conversation
        self._bus = bus
        self._line = line
        self._stopped: Turn | None = None

    def interrupted(self, turn: Turn, samples: int, *, flush_due: bool) -> None:
        """The turn was stopped at about media unit ``samples``; a client may be about to say where exactly."""
        if flush_due:
            turn.expect_flush()
            self._stopped = turn
        if turn.speech.items:
            self._line.then(lambda: self._settle(turn, samples))

    async def _settle(self, turn: Turn, samples: int) -> None:
        samples = await turn.flush_report(samples)
        if heard := settle(turn.speech, samples, self._conversation, self._bus, turn.id):
            await self._line.tell_now(lambda adapter: adapter.set_heard(heard))

    def report_flush(self, number: int, sample: int) -> None:
        """The client's sound of the interrupted turn ``number`` stopped at media unit ``sample``."""
        if self._stopped is not None and self._stopped.number == number:
            self._stopped.flushed(sample)
            self._stopped = None

    def played(self, turn: Turn) -> None:
        """The turn was played to its end; of a response that broke off, what was heard stays."""
        if turn.status != "completed" and turn.speech.received:
            heard = settle(turn.speech, turn.speech.received, self._conversation, self._bus, turn.id)
            self._line.tell(lambda adapter: adapter.set_heard(heard))
            return
        for item in turn.speech.items.values():
            if item.id in self._conversation:
                self._conversation.set_text(item.id, item.text, complete=turn.status == "completed")

    def nothing_said(self, item_id: str) -> None:
        """An utterance was none: neither the conversation nor the voice shall know of it."""
        if item_id in self._conversation:
            self._conversation.remove(item_id)
            self._line.tell(lambda adapter: adapter.delete_items([item_id]))

    def forget(self, turn: Turn) -> None:
        """Nothing of the turn's answer was heard, and it is asked for anew."""
        for item in turn.speech.items:
            self._conversation.remove(item)
            self._bus.publish(ItemHeardEvent(item_id=item, text="", turn_id=turn.id, generation=turn.generation))

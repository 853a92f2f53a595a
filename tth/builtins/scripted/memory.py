"""What can be known from the conversation itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tth.builtins.scripted.dialogue import Dialogue, Line, Riddle
from tth.builtins.scripted.told import told_name, told_place, told_subject
from tth.core.conversation import Item

_SENTENCE_END = re.compile(r"[.!?]\s+|[.!?]$")

LATELY = 10
"""Answers within which nothing is said twice."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Every line by its trace, the longest first."""

    lines: tuple[tuple[str, Line], ...]

    def line_of(self, text: str) -> Line | None:
        """The line that ``text`` was made of, if it was one of ours."""
        return next((line for trace, line in self.lines if trace in text), None)


class Memory:
    """A conversation up to what is being answered now.

    Args:
        messages: Oldest first, without what is being answered.
        traces: Finds the lines that were said.
        known_words: Words that are no one's name.
        me: The avatar's own name.
        written: The newest answer as it was written, heard or not.
    """

    def __init__(
        self,
        messages: Sequence[Item],
        dialogue: Dialogue,
        traces: Traces,
        *,
        known_words: frozenset[str],
        me: str,
        written: str,
    ) -> None:
        self._messages = messages
        self._dialogue = dialogue
        self._traces = traces
        self._written = written
        self.known_words = known_words
        self.me = me

    @property
    def riddles(self) -> Sequence[Riddle]:
        """All riddles that can be asked."""
        return self._dialogue.riddles

    @cached_property
    def answers(self) -> tuple[Item, ...]:
        """What was answered, the newest first."""
        return tuple(item for item in reversed(self._messages) if item.role == "assistant" and item.text.strip())

    @property
    def last_answer(self) -> str:
        """The newest answer, as far as it was heard; empty where there is none."""
        return self.answers[0].text.strip() if self.answers else ""

    @property
    def unheard(self) -> str:
        """What was cut off the newest answer, from the start of the sentence it was cut in."""
        heard = self.last_answer
        if not heard or len(heard) >= len(self._written) or not self._written.startswith(heard):
            return ""
        ends = [match.end() for match in _SENTENCE_END.finditer(heard)]
        return self._written[max(ends, default=0) :].strip()

    @cached_property
    def last_line(self) -> Line | None:
        """The line that the newest answer was made of."""
        return self._traces.line_of(self.last_answer)

    @cached_property
    def name(self) -> str:
        """What the person is called; empty where it was not told. The newest telling counts."""
        asked, name = False, ""
        for item in self._messages:
            if item.role == "assistant":
                asked = asks_name(item.text)
            elif item.role == "user":
                name = told_name(item.text, asked=asked, known_words=self.known_words) or name
        return name

    @property
    def asked_name(self) -> bool:
        """Whether the newest answer asked for the person's name."""
        return asks_name(self.last_answer)

    @cached_property
    def subject(self) -> str:
        """What the person last told of themselves or wished to talk about; empty where it was nothing."""
        for item in reversed(self._messages):
            if item.role == "user" and (subject := told_subject(item.text)):
                return subject
        return ""

    @cached_property
    def place(self) -> str:
        """Where the person lives or comes from; empty where it was not told."""
        told = (told_place(item.text) for item in reversed(self._messages) if item.role == "user")
        return next(filter(None, told), "")

    @cached_property
    def topic(self) -> str:
        """What was talked about last; empty where it was nothing in particular."""
        for item in reversed(self._messages):
            if item.role == "user" and (subject := told_subject(item.text)):
                return subject
            if item.role == "assistant" and (line := self._traces.line_of(item.text)) is not None:
                intent = self._dialogue.intents.get(line.intent)
                if intent is not None and intent.topic:
                    return intent.topic
        return ""

    @cached_property
    def riddle(self) -> Riddle | None:
        """The riddle that is still open."""
        later = ""
        for item in self.answers[:6]:
            for riddle in self._dialogue.riddles:
                if riddle.ask.trace in item.text:
                    return None if riddle.solution.lower() in later else riddle
            later += item.text.lower()
        return None

    def age(self, line: Line) -> int:
        """How many answers ago ``line`` was said, 0 being the newest; ``LATELY`` for longer ago or never."""
        trace = line.trace
        for age, item in enumerate(self.answers[:LATELY]):
            heard = item.text
            if trace and (trace in heard or (not item.complete and len(heard) >= 8 and line.text.startswith(heard))):
                return age
        return LATELY


def asks_name(text: str) -> bool:
    """Whether an answer asked what the person is called."""
    return any(sign in text for sign in ("your name?", "call you?", "Who are you?"))

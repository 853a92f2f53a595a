"""One answer: what is meant, and which of the lines that fit is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tth.builtins.scripted.dialogue import Intent, Line, Piece
from tth.builtins.scripted.draw import Draw
from tth.builtins.scripted.memory import LATELY, Memory
from tth.builtins.scripted.script import Script
from tth.builtins.scripted.skills import SKILLS
from tth.builtins.scripted.skills.asked import Asked, Outcome
from tth.builtins.scripted.skills.calendar import part_of_day
from tth.builtins.scripted.wording import parts

_QUESTION = re.compile(
    r"\?\s*$|^(?:what|who|why|how|when|where|which|do|does|is|are|can|could|would|will)\b", re.IGNORECASE
)

SURE = 0.9
"""A match that leads away even from an intent that stays: a whole phrasing, or a pattern over most of what was said."""

_TAIL = re.compile(r"(?: (?:then|please|again|now|today|too|anyway|right|you know))+$")

LONGEST_ECHO = 8
"""Words of a reply that may be said back."""


@dataclass(frozen=True, slots=True)
class _Hit:
    score: float
    intent: Intent
    outcome: Outcome


def _leads_away(hit: _Hit) -> bool:
    """Whether it is plain that the person wants to leave a topic that stays: "yes" and "I don't know" are not."""
    return hit.score >= SURE and (not hit.intent.light or bool(hit.intent.lead))


class Reply:
    """Finds the answer to what a person said.

    Args:
        said: What they said.
        memory: The conversation before it.
        persona_id: Whose own lines come first.
    """

    def __init__(
        self, said: str, script: Script, memory: Memory, draw: Draw, *, persona_id: str, now: datetime
    ) -> None:
        self._said = said
        self._script = script
        self._dialogue = script.dialogue
        self._memory = memory
        self._draw = draw
        self._now = now
        self._character = script.dialogue.characters.get(persona_id)

    def pieces(self) -> tuple[Piece, ...]:
        """What to say."""
        if not self._said.strip():
            return self._opening()
        clauses = parts(self._said)
        whole = self._recognise(self._said)
        found = [(clause, self._recognise(clause)) for clause in clauses] if len(clauses) > 1 else []
        hits = [hit for hit in (whole, *(hit for _, hit in found)) if hit is not None]
        if not hits:
            return self._unmatched(clauses)
        if not any(_leads_away(hit) for hit in hits) and (staying := self._replied(stay=True)):
            return staying
        main = max(reversed(hits), key=lambda hit: (hit.intent.urgent, not hit.intent.light, hit.score))
        if main.intent.urgent:
            return self._answer(main)
        if main.intent.light and (reflected := self._reflected([clause for clause, hit in found if hit is None])):
            return (*self._lead(main), *reflected)
        lead = next((hit for hit in hits if hit.intent.lead and hit.intent.name != main.intent.name), None)
        return (*(self._lead(lead) if lead is not None else ()), *self._answer(main))

    def _opening(self) -> tuple[Piece, ...]:
        intent = self._dialogue.intents.get("hello")
        if intent is None or self._memory.answers:
            return self._fill(self._pick(self._dialogue.fallback, {}, "lull"), {})
        return self._answer(_Hit(1.0, intent, Outcome()))

    def _recognise(self, text: str) -> _Hit | None:
        words = self._script.lexicon.words(text)
        asked = self._asked(text, words)
        for intent in self._script.tried_first:
            outcome = SKILLS[intent.skill].run(asked)
            if outcome is not None and (hit := self._led(_Hit(1.0, intent, outcome), asked)) is not None:
                return hit
        for match in self._script.matcher.matches(words):
            outcome = SKILLS[match.intent.skill].run(asked) if match.intent.skill else Outcome()
            if outcome is None:
                continue
            if (hit := self._led(_Hit(match.score, match.intent, outcome), asked)) is not None:
                return hit
        return None

    def _led(self, hit: _Hit, asked: Asked) -> _Hit | None:
        """The intent that an outcome sends to, worked out in its turn; ``hit`` itself where it sends nowhere."""
        if not hit.outcome.goto:
            return hit
        intent = self._dialogue.intents.get(hit.outcome.goto)
        if intent is None:
            return None
        outcome = SKILLS[intent.skill].run(asked) if intent.skill else Outcome()
        return _Hit(hit.score, intent, outcome) if outcome is not None and not outcome.goto else None

    def _asked(self, text: str, words: Sequence[str]) -> Asked:
        return Asked(text=text, words=" ".join(words), memory=self._memory, draw=self._draw, now=self._now)

    def _unmatched(self, clauses: Sequence[str]) -> tuple[Piece, ...]:
        asked = self._asked(self._said, self._script.lexicon.words(self._said))
        for intent in self._script.tried_last:
            outcome = SKILLS[intent.skill].run(asked)
            if outcome is not None:
                return self._answer(_Hit(0.0, intent, outcome))
        texts = (self._said, *clauses)
        return (
            self._reflected(texts, firm=True)
            or self._replied()
            or self._reflected(texts)
            or self._followed_up()
            or self._fill(self._pick(self._dialogue.fallback, {}, "fallback"), {})
        )

    def _replied(self, *, stay: bool = False) -> tuple[Piece, ...]:
        """A line of the intent whose question was answered; with ``stay`` only of one that stays."""
        line = self._memory.last_line
        intent = self._dialogue.intents.get(line.intent) if line is not None else None
        if intent is None or (stay and not intent.stays):
            return ()
        return self._reply_line(intent.replies)

    def _followed_up(self) -> tuple[Piece, ...]:
        """A line for a short answer to any other question of ours, unless that was an offer."""
        line = self._memory.last_line
        return self._reply_line(self._dialogue.replies) if line is not None and not line.leads_to else ()

    def _reply_line(self, lines: Sequence[Line]) -> tuple[Piece, ...]:
        if not self._memory.last_answer.endswith("?") or _QUESTION.search(self._said.strip()):
            return ()
        said = self._said.strip(" .!,")
        short = len(said.split()) <= LONGEST_ECHO
        slots = {"said": self._script.lexicon.reflect(said, said)} if short else {}
        fresh = self._fresh(lines, slots)
        return self._fill(self._draw.one(fresh, "replies"), slots) if fresh else ()

    def _reflected(self, texts: Sequence[str], *, firm: bool = False) -> tuple[Piece, ...]:
        for reflection in self._dialogue.reflections:
            for text in texts if reflection.firm or not firm else ():
                match = reflection.pattern.search(self._script.lexicon.plain(text))
                if match is None:
                    continue
                slots = {
                    str(number): self._script.lexicon.reflect(_TAIL.sub("", group), self._said)
                    for number, group in enumerate(match.groups(), 1)
                    if group
                }
                if fresh := self._fresh(reflection.answers, slots):
                    return self._fill(self._draw.one(fresh, reflection.pattern.pattern), slots)
        return ()

    def _lead(self, hit: _Hit) -> tuple[Piece, ...]:
        slots = hit.outcome.slots
        return self._fill(self._pick(hit.intent.lead, slots, "lead"), slots) if hit.intent.lead else ()

    def _answer(self, hit: _Hit) -> tuple[Piece, ...]:
        intent, slots = hit.intent, hit.outcome.slots
        own = self._character.lines.get(intent.name, ()) if self._character is not None and not hit.outcome.case else ()
        common = intent.answers[hit.outcome.case]
        for lines in (own, common):
            if fresh := self._fresh(lines, slots):
                return self._fill(self._draw.one(fresh, intent.name), slots)
        if intent.skill:
            return self._fill(self._pick(common, slots, intent.name), slots)
        return self._fill(self._pick(self._dialogue.spent, {}, "spent"), {})

    def _fresh(self, lines: Iterable[Line], slots: Mapping[str, str]) -> list[Line]:
        """Those that can be said and were not said lately."""
        return [line for line in self._sayable(lines, slots) if self._memory.age(line) >= LATELY]

    def _pick(self, lines: Sequence[Line], slots: Mapping[str, str], purpose: str) -> Line:
        """One of those that were said longest ago, or never."""
        sayable = self._sayable(lines, slots)
        oldest = max(map(self._memory.age, sayable))
        return self._draw.one([line for line in sayable if self._memory.age(line) == oldest], purpose)

    def _sayable(self, lines: Iterable[Line], slots: Mapping[str, str]) -> list[Line]:
        return [line for line in lines if all(slot in slots or self._common(slot) for slot in line.slots)]

    def _fill(self, line: Line, slots: Mapping[str, str]) -> tuple[Piece, ...]:
        return line.fill({slot: slots.get(slot) or self._common(slot) for slot in line.slots})

    def _common(self, slot: str) -> str:
        match slot:
            case "me":
                return self._memory.me
            case "name":
                return self._memory.name
            case "topic":
                return self._memory.topic
            case "subject":
                return self._memory.subject
            case "part_of_day":
                return part_of_day(self._now)
        return ""

"""What a skill is told, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tth.builtins.scripted.draw import Draw
from tth.builtins.scripted.memory import Memory


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that the person said.

    Attributes:
        text: As it was typed.
        words: As plain words.
        memory: The conversation before it.
        draw: Where chance comes from.
        now: The machine's time, with its zone.
    """

    text: str
    words: str
    memory: Memory
    draw: Draw
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was worked out.

    Attributes:
        case: Which of the intent's answers fit.
        slots: What fills them.
        goto: Another intent to answer by instead.
    """

    case: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    goto: str = ""


@dataclass(frozen=True, slots=True)
class Skill:
    """A function that an intent may name.

    Attributes:
        run: Works the answer out; ``None`` where it was not meant.
        when: ``asked``: the intent must match first. ``first``: tried on everything that is said, before any matching.
            ``last``: tried on what nothing matches.
        cases: The groups of answers that the intent must have; none where one list does.
        slots: What its answers may use.
    """

    run: Callable[[Asked], Outcome | None]
    when: Literal["asked", "first", "last"] = "asked"
    cases: tuple[str, ...] = ()
    slots: frozenset[str] = frozenset()

"""What a dialogue file holds, once it is read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tth.core.controls import EmotionControl

SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, and the emotion in which they are said."""

    emotion: EmotionControl
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One thing to say; ``{name}`` in its text is a slot to be filled.

    Attributes:
        pieces: Its words, a piece for each emotion.
        intent: The intent that it belongs to; empty for lines that belong to none.
        leads_to: The intent that "yes" means after it, and "another one".
    """

    pieces: tuple[Piece, ...]
    intent: str = ""
    leads_to: str = ""

    @property
    def text(self) -> str:
        """All its words, slots unfilled."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def slots(self) -> frozenset[str]:
        """What must be known to say it."""
        return frozenset(SLOT.findall(self.text))

    @property
    def trace(self) -> str:
        """Its longest run of words without a slot: by it the line is found again in a conversation."""
        return max(SLOT.split(self.text)[::2], key=len).strip()

    def fill(self, slots: Mapping[str, str]) -> tuple[Piece, ...]:
        """Its pieces with every slot filled; the first letter of a piece is a capital."""
        return tuple(Piece(piece.emotion, _capital(_fill(piece.text, slots))) for piece in self.pieces)


def _fill(text: str, slots: Mapping[str, str]) -> str:
    return SLOT.sub(lambda match: slots[match.group(1)], text)


def _capital(text: str) -> str:
    # A slot may begin the piece or follow a full stop.
    return re.sub(r"(?:^|(?<=[.!?]\s))[a-z]", lambda match: match.group().upper(), text)


Cases = Mapping[str, tuple[Line, ...]]
"""Lines by the case in which they fit; the empty name where there is only one."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that a person may want, how it is said, and what is answered.

    Attributes:
        name: Its key in the file.
        examples: Whole phrasings.
        patterns: Words that give it away anywhere in what was said.
        skill: The function that works the answer out, if any.
        topic: What is then being talked about.
        urgent: Whether it comes before all else that was said.
        stays: Whether, after an answer of it, only a sure match leads elsewhere, as when somebody tells of a loss.
        light: Whether something else said in the same breath matters more, as after a greeting.
        lead: Short lines that may come before another intent's answer.
        answers: What to say.
        replies: What to say when the person answers something that nothing else matches.
    """

    name: str
    examples: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    skill: str = ""
    topic: str = ""
    urgent: bool = False
    stays: bool = False
    light: bool = False
    lead: tuple[Line, ...] = ()
    answers: Cases = field(default_factory=dict)
    replies: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Reflection:
    """A turn of phrase that is handed back: the groups of ``pattern`` fill ``{1}``, ``{2}`` with pronouns swapped.

    Attributes:
        firm: Whether it comes before the replies to a question of ours.
    """

    pattern: re.Pattern[str]
    answers: tuple[Line, ...]
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Riddle:
    """A riddle; a guess that holds one of ``accepted`` is right."""

    ask: Line
    solution: str
    accepted: tuple[str, ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Character:
    """A persona as the dialogue knows it: its name, and lines of its own by intent."""

    name: str
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wording:
    """How words are taken.

    Attributes:
        spellings: What a word means, as in ``u`` for ``you`` or ``whats`` for ``what is``.
        fillers: Words that say little.
        swaps: What words become when they are handed back, as in ``my`` to ``your``; some are two words.
    """

    spellings: Mapping[str, str] = field(default_factory=dict)
    fillers: frozenset[str] = frozenset()
    swaps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Everything that can be said.

    Attributes:
        replies: For short answers to a question of ours that nothing else follows up.
        fallback: For what nothing matches.
        spent: For when every line of an intent was used lately.
        resumed: Said before going on with an answer that another mind began.
    """

    wording: Wording
    intents: Mapping[str, Intent]
    reflections: tuple[Reflection, ...]
    riddles: tuple[Riddle, ...]
    characters: Mapping[str, Character]
    replies: tuple[Line, ...]
    fallback: tuple[Line, ...]
    spent: tuple[Line, ...]
    resumed: tuple[Line, ...]

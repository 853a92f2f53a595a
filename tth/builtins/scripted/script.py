"""A dialogue made ready to answer by: words indexed, lines traceable. Never changes; sessions share it."""

from __future__ import annotations

from pathlib import Path

from tth.builtins.scripted.dialogue import Dialogue, Intent, Line
from tth.builtins.scripted.matching import Matcher
from tth.builtins.scripted.memory import Traces
from tth.builtins.scripted.reader import phrasings, read_dialogue
from tth.builtins.scripted.skills import SKILLS
from tth.builtins.scripted.wording import Lexicon


class Script:
    """Everything that answering needs of a dialogue."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self.lexicon = Lexicon(dialogue.wording, phrasings(dialogue))
        self.matcher = Matcher(dialogue.intents.values(), self.lexicon, dialogue.wording.fillers)
        self.known_words = self._known_words()
        self.tried_first = self._by_skill("first")
        self.tried_last = self._by_skill("last")
        self.traces = Traces(tuple(sorted(_traced(dialogue), key=lambda traced: -len(traced[0]))))

    def _known_words(self) -> frozenset[str]:
        """Words that are no one's name: all that is understood, but for examples of names."""
        told = [intent.examples for intent in self.dialogue.intents.values() if intent.skill != "hear_name"]
        names = {character.name.lower() for character in self.dialogue.characters.values()}
        return frozenset(word for texts in told for text in texts for word in self.lexicon.words(text)) - names

    def _by_skill(self, when: str) -> tuple[Intent, ...]:
        intents = self.dialogue.intents.values()
        return tuple(intent for intent in intents if intent.skill and SKILLS[intent.skill].when == when)


def _traced(dialogue: Dialogue) -> list[tuple[str, Line]]:
    lines = [riddle.ask for riddle in dialogue.riddles]
    for character in dialogue.characters.values():
        lines += [line for said in character.lines.values() for line in said]
    for intent in dialogue.intents.values():
        lines += [line for said in intent.answers.values() for line in said]
        lines += intent.replies
    lines += [line for reflection in dialogue.reflections for line in reflection.answers]
    lines += [*dialogue.replies, *dialogue.fallback, *dialogue.spent]
    return [(line.trace, line) for line in lines if len(line.trace) >= 4]


def load_script(path: Path) -> Script:
    """Read a dialogue and index it; takes some tenths of a second.

    Raises:
        ConfigError: A file of it cannot be used.
    """
    return Script(read_dialogue(path))

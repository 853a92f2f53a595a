"""Reads dialogue files; a mistake is told with file, line, key and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tth.builtins.scripted.dialogue import (
    Cases,
    Character,
    Dialogue,
    Intent,
    Line,
    Piece,
    Reflection,
    Riddle,
    Wording,
)
from tth.builtins.scripted.skills import COMMON_SLOTS, SKILLS, UNSURE_SLOTS
from tth.config.controls import read_label
from tth.config.document import Node, Origin, display
from tth.config.nearest import suggestion
from tth.config.yaml_reader import read_yaml
from tth.core.controls import EmotionControl, EmotionLabel
from tth.errors import ConfigError

SHIPPED = Path(__file__).parent / "dialogue"

FILE_KEYS = (
    "extends",
    "words",
    "intents",
    "reflections",
    "riddles",
    "personas",
    "replies",
    "fallback",
    "spent",
    "resumed",
)
INTENT_KEYS = (
    "examples",
    "patterns",
    "skill",
    "topic",
    "mood",
    "urgent",
    "stays",
    "light",
    "lead",
    "answers",
    "replies",
)

_MARK = re.compile(r"\[([^\]]*)\]\s*")
_LINK = re.compile(r"\s*=>\s*(\S+)\s*$")
_NEUTRAL = EmotionControl(EmotionLabel.NEUTRAL)


def find_dialogue(name: str) -> Path:
    """The file or folder of a dialogue: one that is shipped, by its name, or a path.

    Raises:
        ConfigError: There is none.
    """
    shipped = {each.stem: each for each in sorted(SHIPPED.iterdir()) if not each.name.startswith((".", "_"))}
    path = Path(name).expanduser()
    if name in shipped:
        return shipped[name]
    if path.exists() and (path.suffix or "/" in name or path.is_dir()):
        return path
    problem = f"there is no dialogue {name!r}"
    raise ConfigError(
        "components.llm", key="dialogue", problem=problem, fix=f"{suggestion(name, shipped)} (or give the path of one)"
    )


def read_dialogue(path: Path) -> Dialogue:
    """Read a file, or all ``.yaml`` files of a folder, and what they extend.

    Raises:
        ConfigError: One of them cannot be used.
    """
    draft = _Draft()
    _read_into(draft, path, frozenset())
    return draft.finish(display(path))


def _read_into(draft: _Draft, path: Path, above: frozenset[Path]) -> None:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    documents = [read_yaml(file) for file in files]
    for document in documents:
        asked = document.only(FILE_KEYS).get("extends")
        if asked is not None:
            below = find_dialogue(asked.string())
            if below.resolve() in above | {path.resolve()}:
                raise asked.error(f"{asked.string()!r} is extended by itself", "let it extend another, or nothing")
            _read_into(draft, below, above | {path.resolve()})
    for document in documents:
        draft.take(document)


@dataclass
class _Draft:
    """A dialogue while it is read; what comes later replaces what it names again."""

    wording: Wording = field(default_factory=Wording)
    intents: dict[str, Intent] = field(default_factory=dict)
    characters: dict[str, Character] = field(default_factory=dict)
    reflections: list[Reflection] = field(default_factory=list)
    riddles: list[Riddle] = field(default_factory=list)
    spoken: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    replies: tuple[Line, ...] = ()
    links: dict[str, Node] = field(default_factory=dict)
    phrasings: dict[str, tuple[str, Node]] = field(default_factory=dict)

    def take(self, document: Node) -> None:
        """Read one file."""
        table = document.only(FILE_KEYS)
        if "words" in table:
            self._take_words(table["words"])
        for name, node in table["intents"].table().items() if "intents" in table else ():
            self.intents[name] = self._intent(name, node)
        own = [self._reflection(node) for node in table["reflections"].entries()] if "reflections" in table else []
        self.reflections[:0] = own
        for node in table["riddles"].entries() if "riddles" in table else ():
            self.riddles.append(self._riddle(node))
        for name, node in table["personas"].table().items() if "personas" in table else ():
            self.characters[name] = self._character(name, node)
        if "replies" in table:
            self.replies = self._said(table["replies"], COMMON_SLOTS | {"said"})
        for key in ("fallback", "spent", "resumed"):
            if key in table:
                self.spoken[key] = self._always(table[key], COMMON_SLOTS, UNSURE_SLOTS)

    def finish(self, source: str) -> Dialogue:
        """The dialogue, once every file is read."""
        for key in ("fallback", "spent", "resumed"):
            if not self.spoken.get(key):
                raise ConfigError(source, key=key, problem="is missing", fix=f"write '{key}: |' and a line below it")
        for name, node in self.links.items():
            if name not in self.intents:
                raise node.error(f"no intent named {name!r}", suggestion(name, self.intents))
        return Dialogue(
            wording=self.wording,
            intents=self.intents,
            reflections=tuple(self.reflections),
            riddles=tuple(self.riddles),
            characters=self.characters,
            replies=self.replies,
            **self.spoken,
        )

    def _take_words(self, node: Node) -> None:
        table = node.only(("spellings", "fillers", "swaps"))
        spellings = _pairs(table["spellings"]) if "spellings" in table else {}
        swaps = _pairs(table["swaps"]) if "swaps" in table else {}
        fillers = table["fillers"].string().split() if "fillers" in table else []
        self.wording = Wording(
            spellings={**self.wording.spellings, **spellings},
            fillers=self.wording.fillers | frozenset(fillers),
            swaps={**self.wording.swaps, **swaps},
        )

    def _intent(self, name: str, node: Node) -> Intent:
        table = node.only(INTENT_KEYS)
        skill = table["skill"].string() if "skill" in table else ""
        if skill and skill not in SKILLS:
            raise table["skill"].error(f"no skill named {skill!r}", suggestion(skill, SKILLS))
        slots = COMMON_SLOTS | (SKILLS[skill].slots if skill else frozenset())
        mood = _mood(table["mood"], table["mood"].string()) if "mood" in table else _NEUTRAL
        if "answers" not in table:
            raise node.error("is missing", "write 'answers: |' and a line below it", child="answers")
        return Intent(
            name=name,
            examples=self._examples(name, table["examples"]) if "examples" in table else (),
            patterns=tuple(_pattern(line) for line in _lines(table["patterns"])) if "patterns" in table else (),
            skill=skill,
            topic=table["topic"].string() if "topic" in table else "",
            urgent="urgent" in table and _flag(table["urgent"]),
            stays="stays" in table and _flag(table["stays"]),
            light="light" in table and _flag(table["light"]),
            lead=self._said(table["lead"], slots, mood, name) if "lead" in table else (),
            answers=self._cases(table["answers"], skill, slots, mood, name),
            replies=self._said(table["replies"], slots | {"said"}, mood, name) if "replies" in table else (),
        )

    def _examples(self, name: str, node: Node) -> tuple[str, ...]:
        lines = _lines(node)
        for line in lines:
            phrasing = " ".join(line.string().lower().split())
            owner, where = self.phrasings.setdefault(phrasing, (name, line))
            if owner != name:
                place = f"{where.origin.source}:{where.origin.line}"
                raise line.error(f"{phrasing!r} is an example of {owner} as well", f"keep one; the other is at {place}")
        return tuple(line.string() for line in lines)

    def _cases(self, node: Node, skill: str, slots: frozenset[str], mood: EmotionControl, name: str) -> Cases:
        cases = SKILLS[skill].cases if skill else ()
        unsure = UNSURE_SLOTS - (SKILLS[skill].slots if skill else frozenset())
        if not cases:
            return {"": self._always(node, slots, unsure, mood, name)}
        table = node.only(cases)
        for case in cases:
            if case not in table:
                raise node.error(f"is missing; the skill {skill} needs it", f"write '{case}: |'", child=case)
        return {case: self._always(child, slots, unsure, mood, name) for case, child in table.items()}

    def _reflection(self, node: Node) -> Reflection:
        table = node.only(("pattern", "mood", "firm", "answers"))
        for key in ("pattern", "answers"):
            if key not in table:
                raise node.error("is missing", f"write '{key}: ...'", child=key)
        pattern = _pattern(table["pattern"])
        slots = COMMON_SLOTS | {str(number + 1) for number in range(pattern.groups)}
        mood = _mood(table["mood"], table["mood"].string()) if "mood" in table else _NEUTRAL
        firm = "firm" in table and _flag(table["firm"])
        return Reflection(pattern, self._said(table["answers"], slots, mood), firm)

    def _riddle(self, node: Node) -> Riddle:
        keys = ("ask", "solution", "accepted", "hint")
        table = node.only(keys)
        for key in keys:
            if key not in table:
                raise node.error("is missing", f"write '{key}: ...'", child=key)
        (ask,) = self._said(table["ask"], frozenset(), EmotionControl(EmotionLabel.HAPPY, 0.4), "riddle")[:1]
        accepted = tuple(table["accepted"].string().lower().split(", "))
        return Riddle(ask, table["solution"].string(), accepted, table["hint"].string())

    def _character(self, name: str, node: Node) -> Character:
        table = node.only(("name", "lines"))
        if "name" not in table:
            raise node.error("is missing", "write 'name: ...'", child="name")
        lines: dict[str, tuple[Line, ...]] = {}
        for intent, said in table["lines"].table().items() if "lines" in table else ():
            self.links.setdefault(intent, said)
            lines[intent] = self._said(said, COMMON_SLOTS, intent=intent)
        return Character(table["name"].string(), lines)

    def _said(
        self, node: Node, slots: frozenset[str], mood: EmotionControl = _NEUTRAL, intent: str = ""
    ) -> tuple[Line, ...]:
        return tuple(self._line(each, slots, mood, intent) for each in _lines(node))

    def _always(
        self,
        node: Node,
        slots: frozenset[str],
        unsure: frozenset[str],
        mood: EmotionControl = _NEUTRAL,
        intent: str = "",
    ) -> tuple[Line, ...]:
        """Lines of which at least one can be said whatever is known."""
        lines = self._said(node, slots, mood, intent)
        if not any(line.slots.isdisjoint(unsure) for line in lines):
            needed = " or ".join(f"{{{slot}}}" for slot in sorted(unsure))
            raise node.error(f"no line can be said without {needed}", "add one that can, since they may not be known")
        return lines

    def _line(self, node: Node, slots: frozenset[str], mood: EmotionControl, intent: str) -> Line:
        text = node.string().strip()
        link = _LINK.search(text)
        if link is not None:
            self.links.setdefault(link.group(1), node)
            text = text[: link.start()]
        head, *rest = _MARK.split(text)
        pieces = [Piece(mood, head.strip())] if head.strip() else []
        for label, said in zip(rest[::2], rest[1::2], strict=True):
            pieces.append(Piece(_mood(node, label), said.strip()))
        line = Line(tuple(pieces), intent, link.group(1) if link is not None else "")
        for slot in sorted(line.slots - slots):
            raise node.error(f"nothing fills {{{slot}}}", suggestion(slot, slots))
        return line


def _lines(node: Node) -> list[Node]:
    """The lines of a block of text, or the entries of a list, each with its own place in the file."""
    if isinstance(node.value, tuple):
        return list(node.value)
    text, first = node.string(), node.origin.line
    block = "\n" in text
    found = []
    for number, line in enumerate(text.splitlines()):
        if line.strip():
            at = None if first is None else first + number + block
            origin = Origin(source=node.origin.source, line=at, error=node.origin.error)
            found.append(replace(node, value=line.strip(), origin=origin))
    return found


def _pairs(node: Node) -> Mapping[str, str]:
    pairs: dict[str, str] = {}
    for line in _lines(node):
        left, equals, right = line.string().partition("=")
        if not equals or not left.strip() or not right.strip():
            raise line.error(f"{line.shown} says nothing", "write it as 'u = you'")
        for each in left.split(","):
            pairs[each.strip()] = right.strip()
    return pairs


def _pattern(node: Node) -> re.Pattern[str]:
    try:
        return re.compile(rf"\b(?:{node.string()})(?!\w)")
    except re.error as cause:
        raise node.error(f"{node.shown} is no pattern: {cause}", "write a regular expression of Python") from cause


def _mood(node: Node, text: str) -> EmotionControl:
    label, _, intensity = text.partition(":")
    emotion = read_label(node, label.strip())
    if not intensity:
        return EmotionControl(emotion)
    try:
        return EmotionControl(emotion, float(intensity))
    except ValueError:
        raise node.error(f"{intensity!r} is no intensity", "write a number from 0 to 1, as in 'happy:0.5'") from None


def _flag(node: Node) -> bool:
    if not isinstance(node.value, bool):
        raise node.error(f"{node.shown} is neither true nor false", "write true or false")
    return node.value


def phrasings(dialogue: Dialogue) -> Iterable[str]:
    """Everything that the dialogue understands, for its vocabulary."""
    for intent in dialogue.intents.values():
        yield from intent.examples
    for riddle in dialogue.riddles:
        yield from riddle.accepted

"""Who the avatar is."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from tth.config.controls import read_control
from tth.config.document import Node, pick
from tth.config.mistakes import Mistakes
from tth.config.models import is_model_name
from tth.config.nearest import suggestion
from tth.config.sources import Sources
from tth.config.yaml_reader import read_yaml
from tth.core.controls import TurnControl
from tth.errors import ConfigError

log = logging.getLogger(__name__)

PERSONA_KEYS = ("id", "name", "summary", "instructions", "voice", "control", "look", "greeting")
PALETTES = ("mira", "noor", "ori", "teo")
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A character that an avatar can play.

    Attributes:
        id: What a profile writes after ``persona:``; the file's name.
        name: What it calls itself.
        summary: One line for people who choose.
        instructions: To the model, in the second person.
        voice: The voice it would like; ``None`` where any will do.
        control: What it feels and how it speaks unless told otherwise; ``character.persona_id`` is its ``id``.
        look: ``palette``, colours by name and ``model``, the name of a GLB or VRM file; passed on to the page.
        greeting: What it says first.
    """

    id: str
    name: str
    summary: str = ""
    instructions: str = ""
    voice: str | None = None
    control: TurnControl = field(default_factory=TurnControl)
    look: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({"palette": "mira"}))
    greeting: str = ""


def persona_files(sources: Sources) -> dict[str, Path]:
    """Every persona's file by its id; the first folder that has one wins."""
    files: dict[str, Path] = {}
    for folder in sources.folders:
        for file in sorted(folder.personas.glob("*.yaml")):
            files.setdefault(file.stem, file)
    return files


def list_personas(sources: Sources) -> Iterator[Persona]:
    """Every persona that can be chosen. One that cannot be used is left out with a line in the log."""
    for _, file in sorted(persona_files(sources).items()):
        try:
            yield read_persona(file)
        except ConfigError as error:
            log.warning("persona left out: %s", error)


def find_persona(asked: Node, sources: Sources) -> Persona:
    """The persona of the name that ``asked`` holds.

    Raises:
        ConfigError: There is none, or its file cannot be used.
    """
    files, name = persona_files(sources), asked.string()
    if name not in files:
        raise asked.error(f"no persona named {name!r}", suggestion(name, files))
    return read_persona(files[name])


def read_persona(file: Path) -> Persona:
    """Read a persona's file.

    Raises:
        ConfigError: It cannot be used; names file, line and key.
    """
    document, mistakes = read_yaml(file), Mistakes()
    with mistakes.kept():
        document.only(PERSONA_KEYS)
    table = pick(document, PERSONA_KEYS).table()
    if not mistakes:
        for key in ("id", "name", "instructions"):
            if key not in table:
                mistakes.add(document.error("is missing", f"write '{key}: ...'", child=key))
    texts = {}
    for key in table:
        if key not in ("control", "look"):
            with mistakes.kept():
                texts[key] = table[key].string().strip()
    if texts.get("id", file.stem) != file.stem:
        mistakes.add(table["id"].error(f"{texts['id']!r} is not the file's name", f"write 'id: {file.stem}'"))
    with mistakes.kept():
        control = read_control(table.get("control"))
    with mistakes.kept():
        look = _look(table.get("look"))
    mistakes.tell()
    control = replace(control, character=replace(control.character, persona_id=file.stem))
    return Persona(**texts, control=control, look=look)


def _look(node: Node | None) -> Mapping[str, str]:
    look, mistakes = {"palette": "mira"}, Mistakes()
    for name, child in (node.table() if node is not None else {}).items():
        with mistakes.kept():
            look[name] = _LOOKS.get(name, _colour)(child)
    mistakes.tell()
    return MappingProxyType(look)


def _palette(node: Node) -> str:
    text = node.string()
    if text not in PALETTES:
        raise node.error(f"no palette named {text!r}", suggestion(text, PALETTES))
    return text


def _model(node: Node) -> str:
    text = node.string()
    if not is_model_name(text):
        raise node.error(f"{text!r} is not the name of a model", "write the name of a .glb or .vrm file alone")
    return text


def _colour(node: Node) -> str:
    text = node.string()
    if not _COLOUR.fullmatch(text):
        raise node.error(f"{text!r} is not a colour", "write it as '#c86b4a', in quotes")
    return text


_LOOKS = {"palette": _palette, "model": _model}

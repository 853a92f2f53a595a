"""A profile as a session uses it: persona, controls and one list of adapters for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from tth.config.catalogue import KINDS, Catalogue, Kind
from tth.config.controls import read_control, read_label
from tth.config.document import Node, pick
from tth.config.finding import Draft, draft_profile
from tth.config.kinds import check_kinds
from tth.config.mistakes import Mistakes
from tth.config.nearest import nearest, suggestion
from tth.config.personas import Persona, find_persona
from tth.config.settings import Budget, Deadlines, Listening
from tth.config.sources import Sources, read_settings, with_environment
from tth.config.validation import validated
from tth.core.controls import EmotionLabel, TurnControl
from tth.errors import PluginError

if TYPE_CHECKING:
    from pydantic import BaseModel

DEFAULT_PERSONA = "mira"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """An adapter that a profile names.

    Attributes:
        kind: What it is used as.
        name: The adapter's registered name.
        options: Its validated options; ``None`` where it has none.
    """

    kind: Kind
    name: str
    options: BaseModel | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One runnable avatar.

    Attributes:
        name: What it was asked for by.
        source: The file it was read from.
        summary: One line about it.
        persona: Who the avatar is at first.
        voice_map: Voices for emotions as far as the profile names them; ``voice_for`` fills the rest.
        control: Laid over the persona's at the start of a session.
        components: The adapters of each kind in use, the primary first, then its fallbacks.
        deadlines: How long its adapters are waited for.
        budget: What a session of it may use up.
        listening: How a person is listened to.
    """

    name: str
    source: str
    summary: str
    persona: Persona
    voice_map: Mapping[EmotionLabel, str]
    control: TurnControl
    components: Mapping[Kind, tuple[Component, ...]]
    deadlines: Deadlines
    budget: Budget
    listening: Listening


def resolve_profile(name: str, sources: Sources, catalogue: Catalogue, *, typed: bool = False) -> Profile:
    """Find, read and check a profile.

    Args:
        name: Its name; with ``typed`` also a path.
        sources: Where to look, and what lies over the file.
        catalogue: The adapters there are.
        typed: Whether a person at this machine wrote ``name``. What comes over a network is never typed.

    Raises:
        ConfigError: It cannot be used; the message names file, line, key and what would be right.
    """
    return build_profile(draft_profile(name, sources, catalogue.profiles, typed=typed), sources, catalogue)


def build_profile(draft: Draft, sources: Sources, catalogue: Catalogue) -> Profile:
    """Check a draft against the adapters there are.

    Raises:
        ConfigError: It cannot be used; the message names file, line, key and what would be right.
    """
    mistakes = Mistakes(draft.mistakes)
    tree = with_environment(draft.tree, sources.environ, mistakes)
    table = tree.table()
    asked = table.get("persona") or Node(key="persona", value=DEFAULT_PERSONA, origin=tree.origin)
    with mistakes.kept():
        summary = table["summary"].string() if "summary" in table else ""
    with mistakes.kept():
        persona = find_persona(asked, sources)
    with mistakes.kept():
        voice_map = _voice_map(table.get("voice_map"))
    with mistakes.kept():
        control = read_control(table.get("control"))
    with mistakes.kept():
        components = _components(tree, catalogue, whole=not draft.mistakes)
    with mistakes.kept():
        settings = read_settings(sources, tree)
    mistakes.tell()
    return Profile(
        name=draft.name,
        source=draft.source,
        summary=summary,
        persona=persona,
        voice_map=voice_map,
        control=control,
        components=components,
        deadlines=settings.deadlines,
        budget=settings.budget,
        listening=settings.listening,
    )


def _voice_map(node: Node | None) -> Mapping[EmotionLabel, str]:
    voices, mistakes = {}, Mistakes()
    for label, child in (node.table() if node is not None else {}).items():
        with mistakes.kept():
            voices[read_label(child, label)] = child.string()
    mistakes.tell()
    return MappingProxyType(voices)


def _components(tree: Node, catalogue: Catalogue, *, whole: bool) -> Mapping[Kind, tuple[Component, ...]]:
    """The adapters of each kind; where the profile is not ``whole``, nothing is told to be missing."""
    mistakes = Mistakes()
    group = tree.table().get("components")
    if group is None:
        group = Node(key="components", value={}, origin=tree.origin)
        if whole:
            raise tree.error("is missing", "name a realtime voice, or an llm and a tts", child="components")
    with mistakes.kept():
        group.only(KINDS)
    given = {name: child for name, child in pick(group, KINDS).table().items() if child.value is not None}
    if whole and not mistakes:
        with mistakes.kept():
            check_kinds(group, given, tree.origin.source)
    made = {}
    for kind in KINDS:
        if kind in given:
            with mistakes.kept():
                made[kind] = _adapters(given[kind], kind, catalogue)
    mistakes.tell()
    return MappingProxyType(made)


def _adapters(node: Node, kind: Kind, catalogue: Catalogue) -> tuple[Component, ...]:
    if isinstance(node.value, str):
        raise node.error(f"{node.shown} cannot stand here", f"write '{kind}: {{primary: {node.value}}}'")
    table = node.table()
    if "primary" not in table:
        slip = next((name for name in table if nearest(name, ("primary",), likeness=0.75)), None)
        if slip is not None:
            raise table[slip].error("no such key", "did you mean primary?")
        raise node.error("is missing", f"name one of {', '.join(catalogue.names(kind))}", child="primary")
    options = pick(node, [name for name in table if name not in ("primary", "fallback")])
    made, mistakes = [], Mistakes()
    with mistakes.kept():
        made.append(_component(table["primary"], options, kind, catalogue, beside=("fallback",)))
    with mistakes.kept():
        for entry in table["fallback"].entries() if "fallback" in table else ():
            with mistakes.kept():
                made.append(_fallback(entry, kind, catalogue))
    mistakes.tell()
    return tuple(made)


def _fallback(entry: Node, kind: Kind, catalogue: Catalogue) -> Component:
    if not isinstance(entry.value, dict):
        return _component(entry, Node(key=entry.key, value={}, origin=entry.origin), kind, catalogue)
    if len(entry.value) != 1:
        raise entry.error("a fallback is one adapter", "write it as 'name' or '{name: {option: value}}'")
    name, options = next(iter(entry.value.items()))
    asked = Node(key=options.key, value=name, origin=options.origin)
    return _component(asked, options, kind, catalogue)


def _component(
    asked: Node, options: Node, kind: Kind, catalogue: Catalogue, *, beside: tuple[str, ...] = ()
) -> Component:
    name = asked.string()
    names = catalogue.names(kind)
    if name not in names:
        raise asked.error(f"no {kind} adapter named {name!r}", _instead(name, kind, catalogue))
    try:
        model = catalogue.options_model(kind, name)
    except PluginError as error:
        raise asked.error(str(error), "mend it, or use another adapter") from error
    if model is not None:
        return Component(kind=kind, name=name, options=validated(model, options, beside=beside))
    mistakes = Mistakes()
    for slip, child in options.table().items():
        meant = nearest(slip, beside)
        mistakes.add(child.error(f"{name} has no options", f"did you mean {meant}?" if meant else "take it out"))
    mistakes.tell()
    return Component(kind=kind, name=name)


def _instead(name: str, kind: Kind, catalogue: Catalogue) -> str:
    if reason := catalogue.why_missing(kind, name):
        return reason
    others = [other for other in KINDS if name in catalogue.names(other)]
    if others:
        return f"{name} is of the kind {others[0]}"
    return f"{suggestion(name, catalogue.names(kind))}; a plugin may offer more"

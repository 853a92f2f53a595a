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
from tth.config.nearest import nearest, suggestion
from tth.config.personas import Persona, find_persona
from tth.config.settings import Deadlines
from tth.config.sources import PROFILE_KEYS, Sources, read_settings, with_environment
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
    """

    name: str
    source: str
    summary: str
    persona: Persona
    voice_map: Mapping[EmotionLabel, str]
    control: TurnControl
    components: Mapping[Kind, tuple[Component, ...]]
    deadlines: Deadlines


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
    tree = with_environment(draft.tree, sources.environ)
    table = tree.only(PROFILE_KEYS)
    asked = table.get("persona") or Node(key="persona", value=DEFAULT_PERSONA, origin=tree.origin)
    return Profile(
        name=draft.name,
        source=draft.source,
        summary=table["summary"].string() if "summary" in table else "",
        persona=find_persona(asked, sources),
        voice_map=_voice_map(table.get("voice_map")),
        control=read_control(table.get("control")),
        components=_components(tree, catalogue),
        deadlines=read_settings(sources, tree).deadlines,
    )


def _voice_map(node: Node | None) -> Mapping[EmotionLabel, str]:
    table = node.table() if node is not None else {}
    return MappingProxyType({read_label(child, label): child.string() for label, child in table.items()})


def _components(tree: Node, catalogue: Catalogue) -> Mapping[Kind, tuple[Component, ...]]:
    group = tree.table().get("components")
    if group is None:
        raise tree.error("is missing", "name a realtime voice, or an llm and a tts", child="components")
    given = {name: child for name, child in group.only(KINDS).items() if child.value is not None}
    _check_kinds(group, given)
    return MappingProxyType({kind: _adapters(given[kind], kind, catalogue) for kind in KINDS if kind in given})


def _check_kinds(group: Node, given: Mapping[str, Node]) -> None:
    """A profile has one voice: a realtime one, or an llm and a tts, which may have an stt."""
    cascade = [kind for kind in ("llm", "tts", "stt") if kind in given]
    if "realtime" in given:
        if cascade:
            other = given[cascade[0]]
            raise other.error(
                "a realtime voice thinks, speaks and hears by itself", f"take out realtime, or {' and '.join(cascade)}"
            )
        return
    missing = [kind for kind in ("llm", "tts") if kind not in given]
    if len(missing) == 2:
        raise group.error("there is no voice", "name a realtime voice, or an llm and a tts")
    if missing:
        present = "tts" if missing == ["llm"] else "llm"
        raise group.error(
            f"is missing; {present} needs it", f"write '{missing[0]}: {{primary: ...}}'", child=missing[0]
        )


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
    primary = _component(table["primary"], options, kind, catalogue, beside=("fallback",))
    fallbacks = table["fallback"].entries() if "fallback" in table else ()
    return (primary, *(_fallback(entry, kind, catalogue) for entry in fallbacks))


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
    for slip, child in options.table().items():
        meant = nearest(slip, beside)
        raise child.error(f"{name} has no options", f"did you mean {meant}?" if meant else "take it out")
    return Component(kind=kind, name=name)


def _instead(name: str, kind: Kind, catalogue: Catalogue) -> str:
    if reason := catalogue.why_missing(kind, name):
        return reason
    others = [other for other in KINDS if name in catalogue.names(other)]
    if others:
        return f"{name} is of the kind {others[0]}"
    return f"{suggestion(name, catalogue.names(kind))}; a plugin may offer more"

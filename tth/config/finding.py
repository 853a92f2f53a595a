"""Profiles by name, and the YAML they add up to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path

from tth.config.document import Node, overlay, pick
from tth.config.mistakes import Mistakes
from tth.config.nearest import suggestion
from tth.config.sources import PROFILE_KEYS, Sources
from tth.config.yaml_reader import read_yaml
from tth.errors import ConfigError, ProfileError

_NAME = re.compile(r"\w[\w+.-]*")

File = Path | Traversable


class UnknownProfile(ProfileError):
    """There is no profile of the name or path that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEntry:
    """A profile as a list shows it.

    Attributes:
        name: What ``--profile`` and ``?profile=`` take.
        source: The file.
        summary: Its own line about itself.
        problem: Why it cannot be read; empty where it can.
    """

    name: str
    source: str
    summary: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A profile before its adapters are looked at: everything it says, extended and overridden.

    Attributes:
        name: What it was asked for by.
        source: Its file.
        tree: What could be read.
        mistakes: Why something may be missing from it.
    """

    name: str
    source: str
    tree: Node
    mistakes: tuple[ConfigError, ...] = ()


def looks_like_path(text: str) -> bool:
    """Whether a person who typed this meant a file and not a name."""
    return text.endswith((".yaml", ".yml")) or "/" in text or os.sep in text


def find_profile(name: str, sources: Sources, registered: Mapping[str, Traversable], *, typed: bool = False) -> File:
    """The file of a profile.

    Args:
        name: Its name; with ``typed`` also a path. What comes over a network is never typed.
        sources: Where to look.
        registered: Profiles that plugins offer; a file of the same name in a folder comes before them.
        typed: Whether a person at this machine wrote ``name``.

    Raises:
        UnknownProfile: There is none.
    """
    if typed and looks_like_path(name):
        path = Path(name).expanduser()
        if not path.is_file():
            raise UnknownProfile(f"profile {name}", problem="there is no such file", fix=_typed_fix(path))
        return path
    files = _candidates(name, sources, registered)
    if not files:
        known = _all_files(sources, registered)
        raise UnknownProfile(f"profile {name}", problem="there is none of that name", fix=suggestion(name, known))
    return files[0]


def _typed_fix(path: Path) -> str:
    beside = [str(path.parent / file.name) for file in sorted(path.parent.glob("*.yaml"))]
    return suggestion(str(path), beside) if beside else "check the path; 'tth profiles' lists what is there by name"


def _candidates(name: str, sources: Sources, registered: Mapping[str, Traversable]) -> list[File]:
    if not _NAME.fullmatch(name):
        return []
    files: list[File] = [f for folder in sources.folders if (f := folder.profiles / f"{name}.yaml").is_file()]
    return [*files, registered[name]] if name in registered else files


def _all_files(sources: Sources, registered: Mapping[str, Traversable]) -> dict[str, File]:
    found: dict[str, File] = {}
    for folder in sources.folders:
        for file in sorted(folder.profiles.glob("*.yaml")):
            found.setdefault(file.stem, file)
    for name, offered in registered.items():
        found.setdefault(name, offered)
    return found


def list_profiles(sources: Sources, registered: Mapping[str, Traversable]) -> Iterator[ProfileEntry]:
    """Every profile that can be named, in order of name. One that cannot be read is listed with its problem."""
    for name, file in sorted(_all_files(sources, registered).items()):
        try:
            document = read_yaml(file, ProfileError)
            summary = document.table()["summary"].string() if "summary" in document.table() else ""
        except ConfigError as error:
            yield ProfileEntry(name=name, source=str(file), problem=str(error))
        else:
            yield ProfileEntry(name=name, source=document.origin.source, summary=summary)


def draft_profile(name: str, sources: Sources, registered: Mapping[str, Traversable], *, typed: bool = False) -> Draft:
    """Read a profile with all that it extends, then lay environment and command line over it.

    Raises:
        ProfileError: It is not there, or cannot be read.
    """
    file = find_profile(name, sources, registered, typed=typed)
    beside = file.parent if isinstance(file, Path) and typed and looks_like_path(name) else None
    mistakes = Mistakes()
    own = _read(file, mistakes)
    tree, visited = own, [file]
    while asked := tree.table().get("extends"):
        tree = _without(tree, "extends")
        with mistakes.kept():
            below = _extended(asked, sources, registered, beside, visited)
            visited.append(below)
            tree = lay_over(_read(below, mistakes), tree)
    with mistakes.kept():
        tree = lay_over(tree, pick(sources.outside, PROFILE_KEYS))
    return Draft(
        name=Path(name).stem if beside is not None else name,
        source=own.origin.source,
        tree=replace(tree, origin=own.origin),
        mistakes=mistakes.found,
    )


def _read(file: File, mistakes: Mistakes) -> Node:
    document = read_yaml(file, ProfileError)
    with mistakes.kept():
        document.only(PROFILE_KEYS)
    return pick(document, PROFILE_KEYS)


def _without(tree: Node, key: str) -> Node:
    return pick(tree, [name for name in tree.table() if name != key])


def _extended(
    asked: Node, sources: Sources, registered: Mapping[str, Traversable], beside: Path | None, visited: list[File]
) -> File:
    """The file that ``extends`` means: a profile may extend one of its own name that lies further down."""
    name = asked.string()
    if looks_like_path(name):
        stem = Path(name).stem
        fix = f"write 'extends: {stem}'; {stem}.yaml may lie beside this file or among your profiles"
        raise asked.error(f"{name!r} is a path, and a profile is extended by its name", fix)
    files = _candidates(name, sources, registered)
    if beside is not None and (near := beside / f"{name}.yaml").is_file():
        files = [near, *files]
    if not files:
        raise asked.error(f"no profile named {name!r}", suggestion(name, _all_files(sources, registered)))
    left = [file for file in files if not any(_same(file, other) for other in visited)]
    if not left:
        raise asked.error(f"{name!r} is extended by itself", "let the last of the chain extend nothing, or another")
    return left[0]


def _same(one: File, other: File) -> bool:
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve() == other.resolve()
    return one == other


def lay_over(under: Node, over: Node) -> Node:
    """Lay a profile over another. A component that names a new primary leaves the old one's options behind."""
    components = under.table().get("components")
    chosen = over.table().get("components")
    if components is None or chosen is None or not isinstance(chosen.value, dict):
        return overlay(under, over)
    kept = {name: _left_by(child, chosen.value.get(name)) for name, child in components.table().items()}
    trimmed = replace(under, value={**under.table(), "components": replace(components, value=kept)})
    return overlay(trimmed, over)


def _left_by(component: Node, over: Node | None) -> Node:
    if over is None or not isinstance(over.value, dict) or not isinstance(component.value, dict):
        return component
    new, old = over.value.get("primary"), component.value.get("primary")
    if new is None or old is None or new.value == old.value:
        return component
    return pick(component, ("fallback",))

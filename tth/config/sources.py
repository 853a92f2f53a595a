"""Everything that configuration is read from: folders, environment, command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tth.config.document import Node, Origin, empty, join, nested, overlay, pick
from tth.config.folders import Folder, search_folders
from tth.config.mistakes import Mistakes
from tth.config.nearest import nearest, suggestion
from tth.config.settings import CONFIG_DIR, Settings
from tth.config.validation import validated
from tth.config.yaml_reader import parse_yaml, read_yaml, scalar
from tth.errors import ConfigError, ProfileError

PREFIX = "TTH_"
SETTING_KEYS = tuple(Settings.model_fields)
PROFILE_SETTINGS = ("deadlines", "budget", "listening")
"""The settings that a profile may set for itself."""
PROFILE_KEYS = ("summary", "extends", "persona", "voice_map", "control", "components", *PROFILE_SETTINGS)
"""Every key at the top of a profile."""
OUTSIDE_KEYS = tuple(dict.fromkeys((*SETTING_KEYS, *(k for k in PROFILE_KEYS if k not in ("summary", "extends")))))
"""Keys that the environment and the command line may set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where names are looked for, and what lies over every file.

    Attributes:
        folders: In the order of search.
        environ: The environment's variables.
        outside: What ``TTH_…`` variables and, over them, the command line say, for settings and profiles.
    """

    folders: tuple[Folder, ...]
    environ: Mapping[str, str]
    outside: Node


def read_sources(
    sets: Sequence[str] = (),
    *,
    options: Mapping[str, str] | None = None,
    trust: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Sources:
    """Take in the environment and the command line.

    Args:
        sets: ``KEY=VALUE``, as given to ``--set``.
        options: Values of top keys that have an option of their own, as ``port`` has ``--port``; they come last.
        trust: Whether profiles, personas and settings of the current folder may be used by their names.
        environ: Instead of the process's own environment.

    Raises:
        ConfigError: A variable, an option or a ``KEY=VALUE`` says something that cannot be used.
    """
    environ = os.environ if environ is None else environ
    _check_config_dir(environ)
    outside = empty("environment")
    typed = (*map(_from_command_line, sets), *(_from_option(key, value) for key, value in (options or {}).items()))
    for node in (*_from_environment(environ), *typed):
        outside = overlay(outside, node)
    return Sources(folders=search_folders(environ, trust=trust), environ=environ, outside=outside)


def _check_config_dir(environ: Mapping[str, str]) -> None:
    given = environ.get(CONFIG_DIR, "")
    if given.strip() and not Path(given).expanduser().is_dir():
        raise ConfigError(
            "environment", key=CONFIG_DIR, problem=f"there is no folder {given}", fix="make it, or unset it"
        )


def _from_environment(environ: Mapping[str, str]) -> list[Node]:
    nodes = []
    for variable in sorted(name for name in environ if name.startswith(PREFIX) and environ[name].strip()):
        path = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        origin = Origin(source="environment", name=variable, error=_error_class(path[0]))
        if path[0] in OUTSIDE_KEYS and all(path):
            nodes.append(nested(path, _outside_value(environ[variable], origin, join(*path))))
        # Another program may use TTH_ as well: only what looks like a slip of ours is a mistake.
        elif variable != CONFIG_DIR and (meant := nearest(path[0], (*OUTSIDE_KEYS, "config_dir"), likeness=0.75)):
            right = "__".join((PREFIX + meant.upper(), *variable.split("__")[1:]))
            raise ConfigError("environment", key=variable, problem="no such variable", fix=f"did you mean {right}?")
    return nodes


def _from_command_line(text: str) -> Node:
    key, equals, value = text.partition("=")
    path = tuple(key.strip().split("."))
    origin = Origin(source="command line", name=f"--set {key.strip()}", error=_error_class(path[0]))
    where = Node(key=key, value=None, origin=origin)
    if not equals or not all(path):
        raise where.error("is not KEY=VALUE", "write it as --set components.tts.primary=pico")
    if path[0] not in OUTSIDE_KEYS:
        raise where.error("no such key", suggestion(path[0], OUTSIDE_KEYS))
    return nested(path, _outside_value(value.strip(), origin, key))


def _from_option(key: str, value: str) -> Node:
    origin = Origin(source="command line", name=f"--{key.replace('_', '-')}", error=_error_class(key))
    return nested((key,), Node(key=key, value=scalar(value), origin=origin, text=value))


def _error_class(top_key: str) -> type[ConfigError]:
    return ConfigError if top_key in SETTING_KEYS else ProfileError


def _outside_value(text: str, origin: Origin, key: str) -> Node:
    """A list or group in brackets and a text in quotes are YAML; everything else is one scalar."""
    if text[:1] in ("[", "{", '"', "'"):
        return parse_yaml(text, origin, key)
    return Node(key=key, value=scalar(text), origin=origin, text=text)


_REFERENCE = re.compile(r"\$(\$|\{[^}]*\}?)")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def with_environment(node: Node, environ: Mapping[str, str], mistakes: Mistakes | None = None) -> Node:
    """Put the environment's values in the place of ``${NAME}``; ``$${`` stands for ``${``.

    Args:
        node: Where they stand.
        environ: The environment's variables.
        mistakes: Takes what would be raised; what cannot be replaced then stays as it is.

    Raises:
        ConfigError: A variable is not set, or empty.
    """
    found = Mistakes() if mistakes is None else mistakes

    def change(child: Node) -> Node:
        with found.kept():
            return _replaced(child, environ)
        return child

    changed = node.map_scalars(change)
    if mistakes is None:
        found.tell()
    return changed


def _replaced(child: Node, environ: Mapping[str, str]) -> Node:
    if not isinstance(child.value, str) or "$" not in child.value:
        return child
    text = _REFERENCE.sub(lambda match: _lookup(match, child, environ), child.value)
    if "${" not in child.value.replace("$${", ""):
        return replace(child, value=text)
    whole = re.fullmatch(r"\$\{[^}]*\}", child.value)
    return replace(child, value=scalar(text) if whole else text, text=text, reference=child.value)


def _lookup(match: re.Match[str], node: Node, environ: Mapping[str, str]) -> str:
    if match[1] == "$":
        return "$"
    name = _VARIABLE.fullmatch(match[1])
    if name is None:
        raise node.error(f"{match[0]!r} names no variable", "write ${NAME}, or $${ for the characters themselves")
    if not environ.get(name[1]):
        near = nearest(name[1], (known for known in environ if environ[known]))
        meant = f" (it has {near})" if near is not None else ""
        raise node.error(f"{name[1]} is not set in the environment{meant}", f"set it: export {name[1]}=...")
    return environ[name[1]]


def read_settings(sources: Sources, profile: Node | None = None) -> Settings:
    """Lay the settings: each folder's ``base.yaml`` < a profile's own < environment < command line.

    Raises:
        ConfigError: A value cannot be used; says where it stands.
    """
    tree = empty("settings")
    for folder in reversed(sources.folders):
        file = folder.config / "base.yaml"
        if file.is_file():
            layer = read_yaml(file)
            layer.only(SETTING_KEYS)
            tree = overlay(tree, layer)
    if profile is not None:
        tree = overlay(tree, pick(profile, PROFILE_SETTINGS))
    tree = overlay(tree, pick(sources.outside, SETTING_KEYS))
    return validated(Settings, with_environment(tree, sources.environ))

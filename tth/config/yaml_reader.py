"""YAML text to nodes with file and line.

A careful part of YAML is read: mappings, lists and scalars. Only ``true`` and ``false`` are booleans and only decimal
numbers are numbers, so that ``no`` and ``1:30`` stay text; anchors, tags and several documents in a file are refused.
"""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from tth.config.document import Node, Origin, Scalar, display, join
from tth.errors import ConfigError

_RESOLVERS: tuple[tuple[str, str, str], ...] = (
    ("null", r"^(?:~|null|)$", "~n"),
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]{0,299})$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,2})?$", "-+.0123456789"),
)
_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """Composes nodes; constructs nothing."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # the base class's own

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The next node; refuses what this reader leaves out."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it out
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="anchors (&) and aliases (*) are not read", problem_mark=event.start_mark
            )
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tags (!) are not read", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


for _name, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), [*_first, ""] if _name == "null" else [*_first])


def read_yaml(file: Path | Traversable, error: type[ConfigError] = ConfigError) -> Node:
    """Read a file that holds one group of keys. An empty file holds none.

    Raises:
        ConfigError: (or the class given) It cannot be read, or is no YAML of that kind.
    """
    source = display(file) if isinstance(file, Path) else str(file)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as cause:
        raise error(
            source, problem=f"cannot be read ({cause.strerror})", fix="check the path and its rights"
        ) from cause
    except UnicodeDecodeError as cause:
        line = cause.object.count(b"\n", 0, cause.start) + 1
        raise error(source, line, problem="is not UTF-8 text", fix="save the file as UTF-8") from cause
    node = parse_yaml(text, Origin(source=source, line=1, error=error))
    if node.value is not None and not isinstance(node.value, dict):
        raise node.error(f"{node.shown} cannot be the whole file", "write keys, as in 'summary: My avatar'")
    return node if node.value is not None else Node(key="", value={}, origin=node.origin)


def parse_yaml(text: str, origin: Origin, key: str = "") -> Node:
    """Read YAML text; lines are counted on from ``origin``'s where it has one.

    Raises:
        ConfigError: The class that ``origin`` names.
    """
    try:
        composed = yaml.compose(text, _Loader)  # a SafeLoader that constructs nothing
    except yaml.MarkedYAMLError as cause:
        raise _syntax_error(cause, text, origin, key) from cause
    except RecursionError as cause:
        raise Node(key=key, value=None, origin=origin).error("is nested too deeply", "take out some levels") from cause
    except yaml.YAMLError as cause:
        where = Node(key=key, value=None, origin=origin)
        raise where.error("holds a character that YAML does not allow", "save it as plain UTF-8 text") from cause
    if composed is None:
        return Node(key=key, value=None, origin=origin)
    return _convert(composed, key, origin, origin.line)


def scalar(text: str) -> Scalar:
    """What an unquoted scalar means: nothing, a boolean, a number or text."""
    for name, pattern, _ in _RESOLVERS:
        if re.match(pattern, text):
            return _value(name, text)
    return text


def _value(name: str, text: str) -> Scalar:
    match name:
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    return text


def _convert(node: yaml.Node, key: str, origin: Origin, line: int | None) -> Node:
    here = _on_line(origin, line)
    if isinstance(node, yaml.ScalarNode):
        return Node(key=key, value=_value(node.tag.removeprefix(_TAG), node.value), origin=here)
    if isinstance(node, yaml.SequenceNode):
        items = tuple(
            _convert(child, join(key, str(index)), origin, _line(child, origin))
            for index, child in enumerate(node.value)
        )
        return Node(key=key, value=items, origin=here)
    table: dict[str, Node] = {}
    for name, child in node.value:
        line = _line(name, origin)
        if not isinstance(name, yaml.ScalarNode):
            raise Node(key=key, value=None, origin=_on_line(origin, line)).error(
                "a key must be one word", "write it as 'key: value'"
            )
        child_key = join(key, name.value)
        if name.value in table:
            first = table[name.value].origin.line
            raise Node(key=child_key, value=None, origin=_on_line(origin, line)).error(
                "the key stands here twice", f"keep one of them; the first is on line {first}"
            )
        table[name.value] = _convert(child, child_key, origin, line)
    return Node(key=key, value=table, origin=here)


def _line(node: yaml.Node, origin: Origin) -> int | None:
    return None if origin.line is None else node.start_mark.line + origin.line


def _on_line(origin: Origin, line: int | None) -> Origin:
    return Origin(source=origin.source, line=line, name=origin.name, error=origin.error)


_HINTS = (
    ("\\t", "indent with spaces, not tabs"),
    ("mapping values are not allowed", "put the value in quotes if it holds ': ', and check the indentation"),
    ("expected ':'", "write 'key: value', with a space after the colon"),
    ("expected <block end>", "indent the keys of one group by the same number of spaces"),
    ("',' or ']'", "close the list with ]"),
    ("',' or '}'", "close the group with }"),
    ("end of stream", "close the quotes"),
    ("single document", "keep one document, without a line of ---"),
    ("anchors", "write the value out, or use extends"),
    ("tags", "leave the tag out"),
)


def _syntax_error(cause: yaml.MarkedYAMLError, text: str, origin: Origin, key: str) -> ConfigError:
    """What PyYAML said, in one line, at the line where it noticed, with a hint for the common slips."""
    # What was opened and not closed is wrong where it was opened, not where the parser gave up.
    opened = cause.context_mark if re.search("flow|quoted", cause.context or "") else None
    mark = opened or cause.problem_mark or cause.context_mark
    line = None if origin.line is None or mark is None else min(mark.line, text.count("\n")) + origin.line
    said = cause.problem or "cannot be read"
    problem = said if said.endswith("not read") else f"not valid YAML: {said}"
    fix = next((hint for sign, hint in _HINTS if sign in f"{said} {cause.context}"), "check the lines above it as well")
    return Node(key=key, value=None, origin=_on_line(origin, line)).error(problem, fix)

"""Values that remember where they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from tth.config.mistakes import Mistakes
from tth.config.nearest import suggestion
from tth.errors import ConfigError

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a value was written.

    Attributes:
        source: The file, ``environment`` or ``command line``.
        line: 1-based line in the file.
        name: What the place calls the value where that is not its key: the variable, the option.
        error: The class of its mistakes.
    """

    source: str
    line: int | None = None
    name: str = ""
    error: type[ConfigError] = ConfigError

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place}: {self.name}" if self.name else place


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value with its dotted key and its origin.

    Attributes:
        key: As in ``components.tts.speed``; empty for the whole document.
        value: A scalar, a tuple of nodes or a dict of nodes.
        origin: Where it was written.
        text: The characters it was read from, where they came from outside a file: text is what they are if text is
            what is wanted.
        reference: ``${NAME}`` as written, where the value was put in its place. Such a value is never shown.
    """

    key: str
    value: Scalar | tuple[Node, ...] | dict[str, Node]
    origin: Origin
    text: str | None = None
    reference: str = ""

    def error(self, problem: str, fix: str = "", *, child: str = "") -> ConfigError:
        """The exception that says what is wrong with this value, or with its missing ``child``."""
        key = join(self.key, child) if child else self.key
        return self.origin.error(
            self.origin.source, self.origin.line, key=self.origin.name or key, problem=problem, fix=fix
        )

    @property
    def shown(self) -> str:
        """The value for a message."""
        if self.reference:
            return f"the value of {self.reference}"
        if isinstance(self.value, dict):
            return "a group of keys"
        if isinstance(self.value, tuple):
            return "a list"
        if self.value is None:
            return "nothing"
        return repr(self.value) if isinstance(self.value, str) else str(self.value).lower()

    def table(self) -> dict[str, Node]:
        """Its keys and their values; an empty value has none.

        Raises:
            ConfigError: It is something else.
        """
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise self.error(f"{self.shown} cannot stand here", "write keys below it, each on a line, indented")
        return self.value

    def entries(self) -> tuple[Node, ...]:
        """The items of a list.

        Raises:
            ConfigError: It is something else.
        """
        if not isinstance(self.value, tuple):
            raise self.error(f"{self.shown} is not a list", "write it as [one, two]")
        return self.value

    def string(self) -> str:
        """The words it holds.

        Raises:
            ConfigError: It is empty or no text.
        """
        if self.text is not None and not isinstance(self.value, (dict, tuple)):
            return self.text
        if not isinstance(self.value, str) or not self.value.strip():
            fix = "write some text" if self.value in (None, "") else "put it in quotes if it is text"
            raise self.error(f"{self.shown} is not text", fix)
        return self.value

    def number(self) -> float:
        """The number it holds.

        Raises:
            ConfigError: It is none.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.error(f"{self.shown} is not a number", "write it in digits, without quotes")
        return float(self.value)

    def only(self, known: Iterable[str]) -> dict[str, Node]:
        """Like ``table``, with no keys but these.

        Raises:
            ConfigError: It has other keys, or none can be had from it.
        """
        names, mistakes = tuple(known), Mistakes()
        for name, child in self.table().items():
            if name not in names:
                mistakes.add(child.error("no such key", suggestion(name, names)))
        mistakes.tell()
        return self.table()

    def at(self, path: Iterable[str | int]) -> Node:
        """The value below it, as far as ``path`` leads."""
        node = self
        for step in path:
            if isinstance(node.value, dict) and str(step) in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, tuple) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
        return node

    def plain(self) -> Any:
        """The value without its origins."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value

    def map_scalars(self, change: Callable[[Node], Node]) -> Node:
        """A tree of the same shape with ``change`` of each scalar."""
        if isinstance(self.value, dict):
            return replace(self, value={name: child.map_scalars(change) for name, child in self.value.items()})
        if isinstance(self.value, tuple):
            return replace(self, value=tuple(child.map_scalars(change) for child in self.value))
        return change(self)


def join(*parts: str) -> str:
    """A dotted key."""
    return ".".join(part for part in parts if part)


def overlay(under: Node, over: Node) -> Node:
    """Lay ``over`` on ``under``: groups of keys are merged, everything else is replaced."""
    if not isinstance(under.value, dict) or not isinstance(over.value, dict):
        return over
    merged = dict(under.value)
    for name, child in over.value.items():
        merged[name] = overlay(merged[name], child) if name in merged else child
    return replace(over, value=merged)


def nested(path: tuple[str, ...], leaf: Node) -> Node:
    """A document that holds nothing but ``leaf`` at ``path``."""
    node = leaf
    for depth in range(len(path) - 1, -1, -1):
        node = Node(key=join(*path[:depth]), value={path[depth]: node}, origin=leaf.origin)
    return node


def pick(node: Node, keys: Iterable[str]) -> Node:
    """The document with only those of its top keys."""
    wanted = set(keys)
    return replace(node, value={name: child for name, child in node.table().items() if name in wanted})


def empty(source: str, error: type[ConfigError] = ConfigError) -> Node:
    """A document that says nothing."""
    return Node(key="", value={}, origin=Origin(source=source, error=error))


def display(path: Path) -> str:
    """A file's name for a message: short where it lies below the current folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)

"""Names of blendshapes as the service writes them, and as everybody else does.

The service writes ``JawOpen`` for ARKit's ``jawOpen``.
"""

from __future__ import annotations

from collections.abc import Sequence


def lowered(name: str) -> str:
    """ARKit's spelling of a service's name, known or not."""
    return name[:1].lower() + name[1:]


def raised(name: str) -> str:
    """The service's spelling of ARKit's name."""
    return name[:1].upper() + name[1:]


def places(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where each of the ``wanted`` stands among a service's ``names``; behind the last where it is missing."""
    found = {lowered(name): index for index, name in enumerate(names)}
    return [found.get(name, len(names)) for name in wanted]

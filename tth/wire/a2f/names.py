"""Names of blendshapes as the service writes them, and as everybody else does.

The service writes ``JawOpen`` for ARKit's ``jawOpen``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tth.face.blendshapes import NAMES, TONGUE


def lowered(name: str) -> str:
    """ARKit's spelling of a service's name, known or not."""
    return name[:1].lower() + name[1:]


def raised(name: str) -> str:
    """The service's spelling of ARKit's name."""
    return name[:1].upper() + name[1:]


SERVICE_NAMES: Mapping[str, str] = MappingProxyType(
    {spelling: raised(name) for name in (*NAMES, *TONGUE) for spelling in (name, raised(name))}
)
"""The 52 and the 16 of the tongue, in either spelling, to the service's own."""


def places(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where each of the ``wanted`` stands among a service's ``names``; behind the last where it is missing."""
    found = {lowered(name): index for index, name in enumerate(names)}
    return [found.get(name, len(names)) for name in wanted]

"""Which plugins are installed, found without importing any of them."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, entry_points

GROUP = "tth"


def find_entry_points() -> list[EntryPoint]:
    """The entry points of every installed plugin: built-ins first, then by distribution and name."""
    return sorted(entry_points(group=GROUP), key=_order)


def distribution_of(entry_point: EntryPoint) -> tuple[str, str]:
    """Name and version of the package that it comes from."""
    dist = entry_point.dist
    return (dist.name, dist.version) if dist is not None else ("unknown", "")


def _order(entry_point: EntryPoint) -> tuple[bool, str, str]:
    name = distribution_of(entry_point)[0]
    return name != "tth", re.sub(r"[-_.]+", "-", name).lower(), entry_point.name

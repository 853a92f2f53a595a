"""Which plugins are installed, found without importing any of them."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, entry_points

GROUP = "tth"

UNKNOWN = "unknown"
"""Where an entry point comes from that no distribution claims."""


def find_entry_points() -> list[EntryPoint]:
    """The entry points of every installed plugin: built-ins first, then by distribution and name."""
    found = list(entry_points(group=GROUP))
    # Each look at a distribution's name parses its metadata anew.
    names = {dist: UNKNOWN if dist is None else dist.name for dist in {each.dist for each in found}}
    return sorted(found, key=lambda entry_point: _order(names[entry_point.dist], entry_point.name))


def distribution_of(entry_point: EntryPoint) -> tuple[str, str]:
    """Name and version of the package that it comes from."""
    dist = entry_point.dist
    return (UNKNOWN, "") if dist is None else (dist.name, dist.version)


def _order(distribution: str, name: str) -> tuple[bool, str, str]:
    return distribution != "tth", re.sub(r"[-_.]+", "-", distribution).lower(), name

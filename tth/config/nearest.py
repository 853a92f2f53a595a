"""The name that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The one of ``known`` that ``name`` is most likely a slip of, or ``None``.

    Args:
        name: As it was written.
        known: What could have been meant.
        likeness: Least ratio of ``difflib``, 0 to 1, at which two names count as alike.
    """
    by_lower = {k.lower(): k for k in known}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[matches[0]] if matches else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """What to write instead of ``name``: the near miss first, then everything that is known."""
    names = sorted(known)
    if not names:
        return "there is none to choose"
    meant = nearest(name, names)
    if meant is None:
        return f"use one of {', '.join(names)}"
    if len(names) == 1:
        return f"did you mean {meant}?"
    return f"did you mean {meant}? It may be {', '.join(names[:-1])} or {names[-1]}"

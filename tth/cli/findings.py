"""What ``tth doctor`` finds, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Status = Literal["ok", "warning", "failed", "not_reached"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        status: ``failed`` where tth cannot do without it, ``warning`` where it can; ``not_reached`` where something
            before it failed, so that nothing can be said of it.
        detail: What was found.
        fix: How to mend it; empty where nothing is wrong.
        numbers: What was measured, by name.
    """

    name: str
    status: Status = "ok"
    detail: str = ""
    fix: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


class Path:
    """Hops in the order of the path: only the first that fails is to blame, what comes after it was not reached.

    Attributes:
        broken: Whether one has failed.
    """

    def __init__(self) -> None:
        self.broken = False

    def part(self, hops: Iterable[Finding]) -> Iterator[Finding]:
        """The hops of one part of the path, which was tried by itself: it may be well though one before it is not."""
        broken = False
        for hop in hops:
            blamed = hop.status == "failed" and not self.broken
            if broken or (hop.status == "failed" and not blamed):
                yield replace(hop, status="not_reached", detail="", fix="", numbers={})
            else:
                yield hop
            broken = broken or hop.status == "failed"
            self.broken = self.broken or broken

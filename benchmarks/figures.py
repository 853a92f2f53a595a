"""One figure of the table: what was measured, beside what, against which goal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the measured value, or on its ratio to the floor."""

    limit: float
    of: Literal["value", "ratio"] = "value"
    least: bool = False
    """Whether the bound is the least that will do; else it is the most."""

    def holds(self, value: float) -> bool:
        """Whether ``value`` keeps within the bound."""
        return value >= self.limit if self.least else value <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A row of the table.

    Attributes:
        part: The heading that it stands under.
        what: What was measured.
        value: The number, in ``unit``.
        floor: The same without tth, where there is such a thing.
        goal: What it should be; ``None`` for a number that only explains others.
        note: How it came about, in a few words.
    """

    part: str
    what: str
    value: float
    unit: str
    floor: float | None = None
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value in terms of the floor."""
        return self.value / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        """``holds`` or ``misses``; empty where there is no goal."""
        if self.goal is None:
            return ""
        judged = self.value if self.goal.of == "value" else self.ratio
        return "holds" if judged is not None and self.goal.holds(judged) else "misses"

    def cells(self) -> tuple[str, ...]:
        """What, measured, floor, ratio, goal and verdict, as they are printed."""
        floor = "" if self.floor is None else f"{digits(self.floor)} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} ×"
        return self.what, f"{digits(self.value)} {self.unit}", floor, ratio, self._goal(), self.verdict

    def _goal(self) -> str:
        if self.goal is None:
            return ""
        unit = "×" if self.goal.of == "ratio" else self.unit
        return f"{'≥' if self.goal.least else '≤'} {self.goal.limit:g} {unit}"

    def record(self) -> dict[str, Any]:
        """The row as a JSON object."""
        return {**asdict(self), "ratio": self.ratio, "verdict": self.verdict}


def digits(value: float) -> str:
    """``value`` with three digits that mean something."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def quantile(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)]

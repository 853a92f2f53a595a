"""What answers cost, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

COST = "cost_usd"


@dataclass(slots=True)
class Spent:
    """The sum of what a voice said of its use.

    Attributes:
        usage: Tokens by kind, and whatever else it counts.
        known: Whether each use came with its price.
    """

    usage: dict[str, float] = field(default_factory=dict)
    known: bool = True

    def count(self, usage: Mapping[str, float]) -> None:
        """One more response."""
        self.known = self.known and COST in usage
        for name, amount in usage.items():
            self.usage[name] = self.usage.get(name, 0.0) + amount

    @property
    def usd(self) -> float | None:
        """Dollars; ``None`` where nothing was used, or its price is not known."""
        return round(self.usage[COST], 6) if self.usage and self.known else None

    @property
    def told(self) -> str:
        """In words; empty where nothing was used."""
        if not self.usage:
            return ""
        return "cost unknown" if self.usd is None else f"cost ${self.usd:.4f}"

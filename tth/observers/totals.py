"""Numbers that add up: of one session, of many, of those that are over."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

STAGES = ("first_text", "first_audio", "first_frame")
"""Steps of a turn that are timed, each from the moment it was asked for."""

OUTCOMES = ("complete", "interrupted", "failed")
"""How a turn may end."""

COMPONENTS = ("realtime", "llm", "tts", "stt", "avatar", "voice", "client", "other")
"""Where an error may come from: adapters by kind, the voice as a whole, the client's own messages."""

KEPT = 512
"""Times of a stage that are kept for its quantiles, the newest ones."""


@dataclass(slots=True)
class Times:
    """How long one stage took, turn by turn.

    Attributes:
        count: All that were taken.
        sum_ms: Their sum.
        newest: The last ones.
    """

    count: int = 0
    sum_ms: float = 0.0
    newest: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, ms: float) -> None:
        """Take one."""
        self.count += 1
        self.sum_ms += ms
        self.newest.append(ms)

    def merge(self, other: Times) -> None:
        """Take all of ``other``."""
        self.count += other.count
        self.sum_ms += other.sum_ms
        self.newest.extend(other.newest)

    def quantile(self, share: float) -> float | None:
        """The least of the kept times that ``share`` of them do not exceed, in milliseconds; ``None`` without any."""
        if not self.newest:
            return None
        ordered = sorted(self.newest)
        return ordered[max(0, ceil(share * len(ordered)) - 1)]


@dataclass(slots=True)
class Totals:
    """What adds up over turns and sessions.

    Attributes:
        sessions: Sessions that were opened.
        started: Turns that began.
        turns: Turns that ended, by outcome.
        errors: What went wrong, by component.
        counts: What passed along the path, by the names of a session's meters.
        windows: Windows of 100 ms of the voice's sound.
        silent_windows: Those that nobody could hear.
        stages: How long each stage of a turn took.
    """

    sessions: int = 0
    started: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    windows: int = 0
    silent_windows: int = 0
    stages: dict[str, Times] = field(default_factory=lambda: {stage: Times() for stage in STAGES})

    def add(self, other: Totals) -> None:
        """Add all of ``other``."""
        self.sessions += other.sessions
        self.started += other.started
        self.turns.update(other.turns)
        self.errors.update(other.errors)
        self.counts.update(other.counts)
        self.windows += other.windows
        self.silent_windows += other.silent_windows
        for stage, times in other.stages.items():
            self.stages[stage].merge(times)

    @property
    def ratios(self) -> dict[str, float]:
        """Shares from 0 to 1 of what was tried; one of which nothing was tried is left out."""
        counts, ended = self.counts, self.turns.total()
        tried = {
            "connect_success": (counts["connects"], counts["connects"] + counts["refused_connects"]),
            "send_success": (counts["sends"], counts["sends"] + counts["refused_sends"]),
            "error_rate": (self.turns["failed"], ended),
        }
        return {name: round(part / whole, 4) for name, (part, whole) in tried.items() if whole}

    def numbers(self) -> dict[str, float]:
        """All of it by name; what is not known yet is left out."""
        found: dict[str, float] = {"turns_started": self.started}
        found |= {f"turns_{outcome}": self.turns[outcome] for outcome in OUTCOMES}
        found |= {"errors": self.errors.total(), "windows": self.windows, "silent_windows": self.silent_windows}
        found |= self.counts
        found |= self.ratios
        for stage, times in self.stages.items():
            for share in (50, 95):
                if (ms := times.quantile(share / 100)) is not None:
                    found[f"{stage}_ms_p{share}"] = ms
        return found


def summed(parts: Mapping[str, Totals]) -> Totals:
    """The sum of all ``parts``."""
    whole = Totals()
    for part in parts.values():
        whole.add(part)
    return whole

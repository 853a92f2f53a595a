"""Numbers that add up: of one session, of many, of those that are over."""

from __future__ import annotations

from bisect import bisect_left
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

IN_STEP_MS = 45
"""A mouth that is no further from its sound than this is in step with it: ITU-R BT.1359-1."""

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


OFFSET_EDGES_MS = (-185, -90, -IN_STEP_MS, -20, 0, 20, IN_STEP_MS, 90, 185)
"""Where one class of offsets ends and the next begins: the limits at which people notice, and at which they mind."""


@dataclass(slots=True)
class Offsets:
    """How far mouths were ahead of their sound, report by report.

    Attributes:
        classes: How many lay above one edge and not above the next; the last class has no upper edge.
    """

    classes: list[int] = field(default_factory=lambda: [0] * (len(OFFSET_EDGES_MS) + 1))

    def add(self, ms: float) -> None:
        """Take one."""
        self.classes[bisect_left(OFFSET_EDGES_MS, ms)] += 1

    def merge(self, other: Offsets) -> None:
        """Take all of ``other``."""
        self.classes = [mine + its for mine, its in zip(self.classes, other.classes, strict=True)]

    @property
    def count(self) -> int:
        """All that were taken."""
        return sum(self.classes)

    @property
    def in_step(self) -> int:
        """Those in which mouth and sound were no further apart than ``IN_STEP_MS``."""
        return sum(self.classes[_FIRST_IN_STEP:_FIRST_OUT])


_FIRST_IN_STEP = OFFSET_EDGES_MS.index(-IN_STEP_MS) + 1
_FIRST_OUT = OFFSET_EDGES_MS.index(IN_STEP_MS) + 1


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
        offsets: How far mouths were ahead of their sound, as pages reported it.
    """

    sessions: int = 0
    started: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    windows: int = 0
    silent_windows: int = 0
    stages: dict[str, Times] = field(default_factory=lambda: {stage: Times() for stage in STAGES})
    offsets: Offsets = field(default_factory=Offsets)

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
        self.offsets.merge(other.offsets)

    @property
    def ratios(self) -> dict[str, float]:
        """Shares from 0 to 1 of what was tried; one of which nothing was tried is left out."""
        counts, ended = self.counts, self.turns.total()
        tried = {
            "connect_success": (counts["connects"], counts["connects"] + counts["refused_connects"]),
            "send_success": (counts["sends"], counts["sends"] + counts["refused_sends"]),
            "error_rate": (self.turns["failed"], ended),
            "in_step": (self.offsets.in_step, self.offsets.count),
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

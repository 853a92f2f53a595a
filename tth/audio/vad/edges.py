"""Where speech begins and ends, from how likely each window is speech and how loud its parts are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tth.audio.vad.activity import RATE_HZ, WINDOW, Wave

PARTS = 4
PART = WINDOW // PARTS
"""Samples whose loudness is one: edges are told in steps of 8 ms."""

_GO_ON = 0.15
"""By how much less likely speech may be once it has begun."""

_GAP = 4
"""Windows without speech that a word may hold before it counts; more, and it was none."""

_DENSE = 0.6
"""Share of the time that must have been voiced before it counts."""

_LOOK_BACK = 3 * PARTS
"""Parts before the first voiced window in which the speech may have begun: an f or an s is not voiced."""

_FAINT = 10**-2.4
"""Power of speech's faintest part, as a share of its loudest."""

_ABOVE_FLOOR = 6.0
"""Power by which speech stands out of the background."""

_FLOOR_RISES = 1.004
_MS = RATE_HZ // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What counts as speech at the moment.

    Attributes:
        threshold: Probability from which a window is voiced.
        speech_ms: Time for which it must have lasted.
        silence_ms: Time without it after which it has ended.
        doubtful: Asked when all else is there: whether it may be no person after all. It is asked again then.
    """

    threshold: float
    speech_ms: float
    silence_ms: float
    doubtful: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Speech began or ended.

    Attributes:
        kind: Which of both.
        at: The sample where it did, which is some time before it is told.
        voiced_ms: How much of it was voiced until this was told.
    """

    kind: Literal["began", "ended"]
    at: int
    voiced_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Speech that has begun and not ended.

    Attributes:
        at: The sample where it began.
        voiced_ms: How much of it was voiced so far.
        silent_ms: For how long nothing was voiced; 0 while it is going on.
    """

    at: int
    voiced_ms: int
    silent_ms: int


class EdgeFinder:
    """Follows one stream, a window at a time.

    Args:
        late: Samples by which the windows are late: window n ends at sample ``(n + 1) * WINDOW - late``.
    """

    def __init__(self, late: int = 0) -> None:
        self._late = late
        self._parts: deque[float] = deque([0.0] * (_LOOK_BACK + PARTS), maxlen=_LOOK_BACK + PARTS)
        self.clear()

    def clear(self) -> None:
        """Begin at sample 0, in silence."""
        self._position = -self._late
        self._floor = 1e-8
        self._free = 0
        self._parts.extend([0.0] * len(self._parts))
        self._drop()

    def _drop(self) -> None:
        self._begun = False
        self._at = -1
        self._end = 0
        self._voiced = 0
        self._gap = 0
        self._loudest = 0.0

    @property
    def utterance(self) -> Utterance | None:
        """The speech that is going on or may go on."""
        if not self._begun:
            return None
        silent = self._position - self._end if self._gap else 0
        return Utterance(at=self._at, voiced_ms=self._voiced_ms, silent_ms=silent // _MS)

    @property
    def _voiced_ms(self) -> int:
        return self._voiced * WINDOW // _MS

    def step(self, window: Wave, probability: float, demand: Demand) -> Edge | None:
        """Go on by a window, which is speech with ``probability``."""
        parts = window.reshape(PARTS, PART)
        powers = [float(power) for power in np.einsum("ij,ij->i", parts, parts) / PART]
        self._parts.extend(powers)
        self._position += WINDOW
        threshold = demand.threshold - (_GO_ON if self._at >= 0 else 0.0)
        if probability >= threshold:
            return self._speech(powers, demand)
        return self._silence(powers, demand)

    def _speech(self, powers: list[float], demand: Demand) -> Edge | None:
        self._loudest = max(self._loudest, *powers)
        self._voiced += 1
        self._gap = 0
        if self._at < 0:
            self._at = self._onset()
        self._end = self._position - self._quiet_tail(powers) * PART
        lasted = self._end - self._at
        if self._begun or lasted < demand.speech_ms * _MS or self._voiced * WINDOW < _DENSE * lasted:
            return None
        if demand.doubtful is not None and demand.doubtful():
            return None
        self._begun = True
        return Edge(kind="began", at=self._at, voiced_ms=self._voiced_ms)

    def _silence(self, powers: list[float], demand: Demand) -> Edge | None:
        for power in powers:
            self._floor = min(power + 1e-9, self._floor * _FLOOR_RISES)
        if self._at < 0:
            return None
        self._gap += 1
        if not self._begun:
            if self._gap > _GAP:
                self._drop()
            return None
        if self._position - self._end < demand.silence_ms * _MS:
            return None
        edge = Edge(kind="ended", at=self._end, voiced_ms=self._voiced_ms)
        self._free = self._end
        self._drop()
        return edge

    def _onset(self) -> int:
        """The sample where the sound rose that has just been found to be speech."""
        least = self._least()
        parts = list(self._parts)
        first = len(parts) - PARTS
        if parts[first] > least:
            while first > 0 and parts[first - 1] > least:
                first -= 1
        else:
            while first < len(parts) - 1 and parts[first] <= least:
                first += 1
        return max(self._free, 0, self._position - (len(parts) - first) * PART)

    def _quiet_tail(self, powers: list[float]) -> int:
        least, quiet = self._least(), 0
        while quiet < PARTS - 1 and powers[-1 - quiet] <= least:
            quiet += 1
        return quiet

    def _least(self) -> float:
        return max(_FAINT * self._loudest, _ABOVE_FLOOR * self._floor)

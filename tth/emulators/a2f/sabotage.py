"""What a plan of faults makes of the frames of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tth.emulators.a2f.clip import Frame
from tth.emulators.a2f.faults import Fault
from tth.emulators.a2f.script import Plan
from tth.wire.a2f.methods import FRAMES_A_SECOND


class Sabotage:
    """Spoils the names and frames of one clip, or leaves them as they are.

    Attributes:
        names: The blendshapes that the header shall name.
    """

    def __init__(self, plan: Plan, names: Sequence[str]) -> None:
        self._plan = plan
        fault = plan.of("names")
        self._count = None if fault is None else fault.names
        self.names = tuple(names) if self._count is None else _named(names, self._count)

    def frame(self, frame: Frame) -> Frame:
        """The frame as it is sent."""
        faults = self._plan.touching(frame.number)
        if self._count is not None:
            frame = _with_values(frame, self._count)
        if not faults:
            return frame
        if "weight" in faults:
            frame = replace(frame, values=np.full_like(frame.values, float(faults["weight"].weight or 0.0)))
        if "values" in faults:
            frame = _with_values(frame, faults["values"].values or 0)
        if "time_codes" in faults:
            frame = replace(frame, time_code=_time_code(faults["time_codes"], frame.number))
        return frame

    def fps(self, frame: int, usual: float) -> float:
        """How many frames a second are sent from ``frame`` on, at most; 0: as many as can be."""
        fault = self._plan.touching(frame).get("fps")
        if fault is None:
            return usual
        slow = fault.fps or 0.0
        return min(slow, usual) if usual else slow


def _named(names: Sequence[str], count: int) -> tuple[str, ...]:
    return (*names, *(f"Unknown{number}" for number in range(count)))[:count]


def _with_values(frame: Frame, count: int) -> Frame:
    values = np.zeros(count, np.float32)
    kept = min(count, len(frame.values))
    values[:kept] = frame.values[:kept]
    return replace(frame, values=values)


def _time_code(fault: Fault, number: int) -> float:
    since = number - fault.first
    first = fault.first / FRAMES_A_SECOND
    return first if fault.time_codes == "repeated" else first - since / FRAMES_A_SECOND

"""Which faults happen in which clip, and at which of its frames."""

from __future__ import annotations

import random
from collections import Counter

from tth.emulators.a2f.faults import AT_FRAME, FROM_FRAME, Fault, Faults


class Script:
    """A script of faults as it is played, clip after clip."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults.faults
        self._chance = random.Random(faults.seed)
        self._done: Counter[int] = Counter()
        self._clips = 0

    def clip(self) -> Plan:
        """What goes wrong in the next clip."""
        self._clips += 1
        return Plan([fault for number, fault in enumerate(self._faults) if self._happens(number, fault)])

    def _happens(self, number: int, fault: Fault) -> bool:
        if (
            fault.clip not in (None, self._clips)
            or (fault.times is not None and self._done[number] >= fault.times)
            or (fault.chance is not None and self._chance.random() >= fault.chance)
        ):
            return False
        self._done[number] += 1
        return True


class Plan:
    """What goes wrong in one clip."""

    def __init__(self, faults: list[Fault]) -> None:
        self._whole = {fault.action: fault for fault in faults if fault.action not in (*AT_FRAME, *FROM_FRAME)}
        self._once = [fault for fault in faults if fault.action in AT_FRAME]
        self._lasting = [fault for fault in faults if fault.action in FROM_FRAME]

    def of(self, action: str) -> Fault | None:
        """The fault of the whole clip that does ``action``."""
        return self._whole.get(action)

    def due(self, frame: int) -> list[Fault]:
        """What happens before ``frame`` is sent, each told once."""
        if not self._once:
            return []
        due = [fault for fault in self._once if fault.first <= frame]
        self._once = [fault for fault in self._once if fault.first > frame]
        return due

    def touching(self, frame: int) -> dict[str, Fault]:
        """What happens to ``frame``, by action."""
        return {fault.action: fault for fault in self._lasting if fault.touches(frame)} if self._lasting else {}

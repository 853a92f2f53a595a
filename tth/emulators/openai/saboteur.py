"""Plays a script of faults on one connection."""

from __future__ import annotations

import random
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from tth.emulators.openai.faults import Fault, Faults


@dataclass(frozen=True, slots=True)
class Send:
    """Send this text frame."""

    text: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection with this code; 1006: break it off."""

    code: int


Step: TypeAlias = Send | Wait | Close


class Script:
    """A server's faults with their counts, over all its connections.

    Attributes:
        connections: How many there were.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self._faults = (faults or Faults()).faults
        self._chance = random.Random((faults or Faults()).seed)
        self._done: Counter[int] = Counter()
        self.connections = 0

    def connection(self) -> Saboteur:
        """The saboteur of the next connection."""
        self.connections += 1
        return Saboteur(self, self.connections)

    def due(self, kind: str, *, nth: int, event: int | None, connection: int, actions: Sequence[str]) -> list[Fault]:
        """The faults that happen now."""
        found: list[Fault] = []
        for number, fault in enumerate(self._faults):
            if (
                fault.action not in actions
                or fault.on not in (None, kind)
                or fault.nth not in (None, nth)
                or fault.event not in (None, event)
                or fault.connection not in (None, connection)
                or (fault.times is not None and self._done[number] >= fault.times)
                or (fault.chance is not None and self._chance.random() >= fault.chance)
            ):
                continue
            self._done[number] += 1
            found.append(fault)
        return found


_OUTGOING = ("drop", "delay_s", "omit", "repeat", "cut", "garbage", "late")


class Saboteur:
    """What goes wrong on one connection."""

    def __init__(self, script: Script, number: int) -> None:
        self._script = script
        self._number = number
        self._sent = 0
        self._kinds: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._last_delta = ""

    def connecting(self) -> list[Fault]:
        """What happens to the handshake and to the life of the connection."""
        return self._script.due(
            "connect", nth=1, event=None, connection=self._number, actions=("status", "expire_s", "delay_s")
        )

    def asked(self, kind: str) -> list[Fault]:
        """What happens to the client's event of that type: ``refuse``, ``fail`` or ``items``."""
        self._asked[kind] += 1
        return self._script.due(
            kind, nth=self._asked[kind], event=None, connection=self._number, actions=("refuse", "fail", "items")
        )

    def said(self, kind: str, text: str) -> Iterator[Step]:
        """What becomes of the server's event of that type."""
        self._sent += 1
        self._kinds[kind] += 1
        faults = {
            fault.action: fault
            for fault in self._script.due(
                kind, nth=self._kinds[kind], event=self._sent, connection=self._number, actions=_OUTGOING
            )
        }
        yield from self._before(faults)
        if "drop" in faults:
            yield Close(faults["drop"].drop or 1006)
            return
        if "omit" not in faults:
            pieces = _cut(text, faults["cut"].cut or 1) if "cut" in faults else [text]
            yield from map(Send, pieces * (1 + (faults["repeat"].repeat or 0 if "repeat" in faults else 0)))
        if "late" in faults and self._last_delta:
            yield from [Send(self._last_delta)] * (faults["late"].late or 1)
        if kind.endswith(".delta"):
            self._last_delta = text

    @staticmethod
    def _before(faults: dict[str, Fault]) -> Iterator[Step]:
        if "garbage" in faults:
            yield Send(faults["garbage"].garbage or "")
        if "delay_s" in faults:
            yield Wait(faults["delay_s"].delay_s or 0.0)


def _cut(text: str, size: int) -> list[str]:
    """The event once for each ``size`` bytes of its sound; itself where it has none."""
    event = msgspec.json.decode(text)
    sound = event.get("delta") if isinstance(event, dict) and "audio.delta" in event.get("type", "") else None
    if sound is None:
        return [text]
    data = b64decode(sound)
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    cut = (
        {**event, "event_id": f"{event['event_id']}_{n}", "delta": b64encode(p).decode()} for n, p in enumerate(pieces)
    )
    return [msgspec.json.encode(piece).decode() for piece in cut]

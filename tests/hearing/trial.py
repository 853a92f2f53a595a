"""Lets a listener hear a scene and counts what it takes for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.hearing.rooms import Heard, Sounding
from tests.hearing.voices import RATE_HZ
from tth.audio.listener import Edge, Listener

CHUNK = 320
_LATE = RATE_HZ // 2


@dataclass(frozen=True, slots=True)
class Told:
    """An edge, and the sample at which it was told."""

    edge: Edge
    when: int


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the people who spoke.

    Attributes:
        false: Beginnings where nobody spoke.
        delays_ms: From the beginning of each utterance that was found until it was told.
        missed: Utterances that were not found.
    """

    false: list[Told]
    delays_ms: list[float]
    missed: list[Sounding]


def listen(listener: Listener, heard: Heard, chunk: int = CHUNK) -> list[Told]:
    """All edges of a scene."""
    told, when = [], 0
    for near, far, playing in heard.pieces(chunk):
        when += len(near) // 2
        told += [Told(edge, when) for edge in listener.feed(near, far, playing=playing)]
    return told


def score(told: Sequence[Told], person: Sequence[Sounding]) -> Score:
    """A beginning that is told while somebody speaks is theirs; a second one within an utterance counts for nothing."""
    begun = [one for one in told if one.edge.kind == "began"]
    result = Score([], [], [])
    for spoken in person:
        mine = [one for one in begun if _theirs(one, spoken)]
        if mine:
            result.delays_ms.append((mine[0].when - spoken.at) * 1000 / RATE_HZ)
        else:
            result.missed.append(spoken)
    result.false.extend(one for one in begun if not any(_theirs(one, spoken) for spoken in person))
    return result


def _theirs(one: Told, spoken: Sounding) -> bool:
    return spoken.at < one.when <= spoken.end + _LATE

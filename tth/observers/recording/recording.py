"""A recording as a whole: what is in it, and its records in order."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tth.core.events import (
    AudioChunkEvent,
    Event,
    FaceFrameEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    VideoFrameEvent,
    wire_name,
)
from tth.core.media import AudioChunk
from tth.errors import TthError
from tth.observers.recording.records import MAGIC, Damage, End, Gap, Head, Record, Unknown, read_records

_FAMILY_NAME = MAGIC.rstrip(b"1\n")
_ENDINGS = {TurnCompleteEvent: "complete", TurnInterruptedEvent: "interrupted", TurnFailedEvent: "failed"}


class RecordingError(TthError):
    """A file that is no recording, or of which nothing can be played."""


@dataclass(slots=True)
class Summary:
    """What is in a recording.

    Attributes:
        head: What was recorded; ``None`` where that record is lost.
        seconds: From its beginning to the last record.
        ended: Whether it was written to its end.
        turns: By outcome; one that is cut off is ``open``.
        voice_s: Sound of the avatar that arrived.
        microphone_s: Sound of the person.
        frames: Poses and pictures.
        events: By wire name.
        missing: Records that could not be written at the time.
        damaged_bytes: What of the file cannot be read, the broken end included.
        unknown: Records of a kind that only a newer version knows.
    """

    head: Head | None = None
    seconds: float = 0.0
    ended: bool = False
    turns: Counter[str] = field(default_factory=Counter)
    voice_s: float = 0.0
    microphone_s: float = 0.0
    frames: int = 0
    events: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    damaged_bytes: int = 0
    unknown: int = 0

    def take(self, found: Record | Damage | Unknown) -> None:
        """Count one more."""
        if isinstance(found, Damage):
            self.damaged_bytes += found.bytes
        elif isinstance(found, Unknown):
            self.unknown += 1
        else:
            self.seconds = max(self.seconds, found.at_us / 1e6)
            self._count(found)

    def _count(self, record: Record) -> None:
        match record.value:
            case Head():
                self.head = record.value
            case AudioChunk(data, rate_hz, channels):
                self.microphone_s += len(data) / 2 / channels / rate_hz
            case Gap():
                self.missing += record.value.records
            case End():
                self.ended = True
            case Event():
                self._event(record.value)

    def _event(self, event: Event) -> None:
        self.events[wire_name(type(event).__name__)] += 1
        match event:
            case AudioChunkEvent():
                self.voice_s += event.duration_ms / 1000
            case FaceFrameEvent() | VideoFrameEvent():
                self.frames += 1
            case TurnStartedEvent():
                self.turns["open"] += 1
            case TurnCompleteEvent() | TurnInterruptedEvent() | TurnFailedEvent():
                self.turns["open"] -= 1
                self.turns[_ENDINGS[type(event)]] += 1

    def told(self) -> dict[str, Any]:
        """The summary as one JSON object."""
        head = self.head
        return {
            "session": head.session_id if head else "",
            "profile": head.profile if head else "",
            "persona": head.persona if head else "",
            "began": head.began if head else None,
            "program": head.program if head else "",
            "seconds": round(self.seconds, 3),
            "ended": self.ended,
            "turns": {outcome: count for outcome, count in sorted(self.turns.items()) if count > 0},
            "voice_s": round(self.voice_s, 3),
            "microphone_s": round(self.microphone_s, 3),
            "frames": self.frames,
            "events": dict(sorted(self.events.items())),
            "missing": self.missing,
            "damaged_bytes": self.damaged_bytes,
            "unknown": self.unknown,
        }


class Recording:
    """A file that was recorded, read through once.

    Attributes:
        path: The file.
        summary: What is in it.

    Raises:
        RecordingError: It is no recording, or nothing of it can be played.
        OSError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._data = _mapped(path)
        self.summary = Summary()
        for found in read_records(self._data):
            self.summary.take(found)
        if not self.summary.events:
            raise RecordingError(f"{path}: nothing can be played: no event of a session is whole in it")

    def records(self) -> Iterator[Record]:
        """Every whole record, in the order of its writing."""
        return (found for found in read_records(self._data) if isinstance(found, Record))

    @property
    def head(self) -> Head:
        """What was recorded; made up where that record is lost."""
        return self.summary.head or Head(session_id="", profile=self.path.stem, persona="", began=0.0)


def _mapped(path: Path) -> memoryview:
    with path.open("rb") as file:
        begin = file.read(len(MAGIC))
        if not begin:
            raise RecordingError(f"{path}: it is empty; no recording was written there")
        if begin != MAGIC:
            if begin.startswith(_FAMILY_NAME):
                raise RecordingError(f"{path}: a recording of a newer tth; use that version to play it")
            raise RecordingError(f"{path}: no recording of tth; record one with 'tth ask --record FILE TEXT'")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

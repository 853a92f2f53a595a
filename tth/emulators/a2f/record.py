"""What the service remembers: one record for each clip, and counts of all of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tth.wire.a2f.messages_pb2 import AudioStreamHeader, EmotionWithTimeCode

Ending = Literal["complete", "cancelled", "refused", "cut"]
"""How a clip ended: whole; by the client; by the service, for what the client did; by a fault or a stop."""


@dataclass(slots=True, eq=False)
class ClipRecord:
    """One call of ``ProcessAudioStream``.

    Attributes:
        number: From 1 on, over the server's life.
        peer: Where the call came from, as gRPC writes it.
        metadata: What came with the call.
        header: The client's; ``None`` before it has come.
        emotions: The emotions sent, in the order they came.
        message_bytes: Sound in each message.
        audio: All of it, where sound is kept.
        frames: How many were sent.
        ended: How the clip ended; ``None`` while it runs.
        code: The status that the call was ended with, where it was not OK.
        reason: Why.
        admitted: It has one of the server's streams; while it runs, and until it is refused.
        being_cut: The server is breaking the connection off.
    """

    number: int
    peer: str
    metadata: dict[str, str]
    header: AudioStreamHeader | None = None
    emotions: list[EmotionWithTimeCode] = field(default_factory=list)
    message_bytes: list[int] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    frames: int = 0
    ended: Ending | None = None
    code: str = "OK"
    reason: str = ""
    admitted: bool = False
    being_cut: bool = False

    @property
    def rate_hz(self) -> int:
        """Of the sound; 0 before the header has come."""
        return self.header.audio_header.samples_per_second if self.header is not None else 0

    @property
    def audio_bytes(self) -> int:
        """How much sound came."""
        return sum(self.message_bytes)

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.audio_bytes / 2 / self.rate_hz if self.rate_hz else 0.0


class Ledger:
    """Every clip of a server.

    Args:
        recording: Keep the records of clips that have ended, with their sound. Without it only counts are kept.
        on_end: Called with the record of each clip when it ends.

    Attributes:
        records: One for each clip, in the order they began; kept only where ``recording`` is set.
        endings: How many clips ended in which way.
        clips: How many there were.
        frames: How many were sent, in all clips that have ended.
    """

    def __init__(self, *, recording: bool = False, on_end: Callable[[ClipRecord], None] | None = None) -> None:
        self.recording = recording
        self.records: list[ClipRecord] = []
        self.endings: Counter[Ending] = Counter()
        self.clips = 0
        self.frames = 0
        self._on_end = on_end
        self._open: set[ClipRecord] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def open(self) -> int:
        """How many calls run now."""
        return len(self._open)

    @property
    def taken(self) -> int:
        """How many clips have one of the server's streams; one that is refused has none."""
        return sum(record.admitted for record in self._open)

    async def settled(self) -> None:
        """Return once no clip runs."""
        await self._quiet.wait()

    def begin(self, peer: str, metadata: dict[str, str]) -> ClipRecord:
        """The record of a new clip."""
        self.clips += 1
        record = ClipRecord(self.clips, peer, metadata)
        self._open.add(record)
        self._quiet.clear()
        if self.recording:
            self.records.append(record)
        return record

    def admit(self, record: ClipRecord, streams: int) -> bool:
        """Give a clip one of so many streams; says whether there was one left."""
        record.admitted = self.taken < streams
        return record.admitted

    def release(self, record: ClipRecord) -> None:
        """A clip gives its stream back before it is over."""
        record.admitted = False

    def end(self, record: ClipRecord, ended: Ending, code: str = "OK", reason: str = "") -> None:
        """A clip is over. Told once; what comes later changes nothing."""
        if record.ended is not None:
            return
        record.ended, record.code, record.reason = ended, code, reason
        self._open.discard(record)
        if not self._open:
            self._quiet.set()
        self.endings[ended] += 1
        self.frames += record.frames
        if self._on_end is not None:
            self._on_end(record)

    def cutting(self, peer: str | None = None) -> None:
        """The server is about to break off one client's connection, or every one: its clips end as ``cut``."""
        for record in self._open:
            if peer in (None, record.peer):
                record.being_cut = True

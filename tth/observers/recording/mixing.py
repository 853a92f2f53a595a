"""Both voices of a recording on one time line: what the person said, and what they heard of the avatar."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from tth.audio.pcm import mono
from tth.audio.resample import StreamResampler
from tth.core.events import AudioChunkEvent, TurnInterruptedEvent, TurnStartedEvent
from tth.core.media import MEDIA_RATE_HZ, AudioChunk
from tth.observers.recording.records import Record
from tth.wire.native import Flushed, PlayheadReport

Samples: TypeAlias = npt.NDArray[np.int16]

STALL = MEDIA_RATE_HZ * 15 // 100
"""A playhead that lags so far behind its time line has stood still; what is less is the jitter of reports."""

PAUSE = MEDIA_RATE_HZ // 4
"""Between two pieces of a microphone's sound; with less they belong together."""

BLOCK = 10 * MEDIA_RATE_HZ
"""Samples that are mixed at once."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Sound at a place of the time line, 24 kHz."""

    start: int
    samples: Samples


@dataclass(slots=True)
class _Run:
    """Sound of one rate without a gap, from media unit ``start`` on."""

    start: int
    rate_hz: int
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    @property
    def end(self) -> int:
        return self.start + (self.size >> 1) * MEDIA_RATE_HZ // self.rate_hz

    def add(self, pcm: bytes) -> None:
        self.pieces.append(pcm)
        self.size += len(pcm)

    def placed(self) -> Placed:
        resampler = StreamResampler(self.rate_hz, MEDIA_RATE_HZ)
        pcm = b"".join(self.pieces)
        pcm = pcm[: len(pcm) & ~1]
        return Placed(self.start, np.frombuffer(resampler.feed(pcm) + resampler.flush(), "<i2"))


@dataclass(slots=True)
class _Speech:
    """The sound of one turn, and when its parts were heard.

    Attributes:
        begun: When its first sound came.
        anchors: From that media unit on it was heard at that time.
        reported: Whether a client said so.
        cut: Media unit at which it was stopped.
    """

    begun: int | None = None
    runs: list[_Run] = field(default_factory=list)
    anchors: list[tuple[int, int]] = field(default_factory=list)
    reported: bool = False
    cut: int | None = None

    def take(self, at: int, chunk: AudioChunkEvent) -> None:
        if chunk.sample == 0 and self.runs:
            self.runs.clear()  # the voice was replaced before anything was heard
        if self.begun is None:
            self.begun = at
        if not self.runs or self.runs[-1].rate_hz != chunk.sample_rate or abs(self.runs[-1].end - chunk.sample) > 1:
            self.runs.append(_Run(chunk.sample, chunk.sample_rate))
        self.runs[-1].add(chunk.data)

    def play(self, at: int, sample: int) -> None:
        if not self.reported:
            self.reported = True
            self.anchors = [(0, max(at - sample, self.begun or 0))]
        since, when = self.anchors[-1]
        if at - (when + sample - since) > STALL:
            self.anchors.append((sample, at))

    def placed(self, after: int) -> Iterator[Placed]:
        """Its parts; where nobody said when it was heard, at once and ``after`` what came before."""
        anchors = self.anchors if self.reported else [(0, max(self.begun or 0, after))]
        ends = [sample for sample, _ in anchors[1:]] + [self.cut if self.cut is not None else 1 << 60]
        for run in (run.placed() for run in self.runs):
            for (since, when), until in zip(anchors, ends, strict=True):
                part = run.samples[max(0, since - run.start) : max(0, until - run.start)]
                if part.size:
                    yield Placed(when + max(run.start, since) - since, part)


@dataclass(slots=True)
class Voices:
    """What was heard of both.

    Attributes:
        person: The microphone's sound.
        avatar: What was played, without what an interruption took.
    """

    person: list[Placed]
    avatar: list[Placed]

    @property
    def end(self) -> int:
        """Samples of the whole."""
        return max((each.start + each.samples.size for each in (*self.person, *self.avatar)), default=0)

    def write(self, file: BinaryIO) -> None:
        """Write a WAV file of two channels, 24 kHz: the person left, the avatar right.

        Raises:
            OSError: It cannot be written.
        """
        size = self.end * 4
        layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, MEDIA_RATE_HZ, MEDIA_RATE_HZ * 4, 4, 16)
        file.write(struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + layout + struct.pack("<4sI", b"data", size))
        for start in range(0, self.end, BLOCK):
            both = np.zeros((min(BLOCK, self.end - start), 2), "<i2")
            for channel, voice in enumerate((self.person, self.avatar)):
                _lay(both[:, channel], start, voice)
            file.write(both.tobytes())


def mix(records: Iterable[Record]) -> Voices:
    """Both voices of ``records``, each piece at the time when it was heard."""
    speeches: dict[str, _Speech] = {}
    turns: dict[int, str] = {}
    microphone: list[_Run] = []
    for record in records:
        at = record.at_us * MEDIA_RATE_HZ // 1_000_000
        match record.value:
            case AudioChunk():
                _hear(microphone, at, record.value)
            case TurnStartedEvent(turn_id=turn_id, turn=turn):
                turns[turn] = turn_id
                speeches.setdefault(turn_id, _Speech())
            case AudioChunkEvent(turn_id=turn_id):
                speeches.setdefault(turn_id, _Speech()).take(at, record.value)
            case PlayheadReport(turn=turn, state="playing", sample=sample) if turns.get(turn) in speeches:
                speeches[turns[turn]].play(at, sample)
            case Flushed(turn=turn, sample=sample) if turns.get(turn) in speeches:
                speeches[turns[turn]].cut = sample
            case TurnInterruptedEvent(turn_id=turn_id, samples=samples) if turn_id in speeches:
                speeches[turn_id].cut = samples
    avatar: list[Placed] = []
    for speech in speeches.values():
        after = max((each.start + each.samples.size for each in avatar[-1:]), default=0)
        avatar.extend(speech.placed(after))
    return Voices([run.placed() for run in microphone], avatar)


def _hear(runs: list[_Run], at: int, chunk: AudioChunk) -> None:
    pcm = mono(chunk.data, chunk.channels)
    start = max(0, at - (len(pcm) >> 1) * MEDIA_RATE_HZ // chunk.sample_rate)
    if not runs or runs[-1].rate_hz != chunk.sample_rate or start - runs[-1].end > PAUSE:
        runs.append(_Run(max(start, runs[-1].end if runs else 0), chunk.sample_rate))
    runs[-1].add(pcm)


def _lay(channel: Samples, start: int, voice: Iterable[Placed]) -> None:
    """Put what of ``voice`` falls into ``channel``, which begins at ``start``."""
    for piece in voice:
        first = max(start, piece.start)
        last = min(start + channel.size, piece.start + piece.samples.size)
        if first < last:
            channel[first - start : last - start] = piece.samples[first - piece.start : last - piece.start]

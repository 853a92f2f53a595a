"""What is to be sent of one clip: sans I/O, so that every decision can be tried on its own."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from tth.builtins.a2f.pace import Pace
from tth.core.media import MEDIA_RATE_HZ
from tth.wire.a2f.clip import END, ClipSettings, Feeling, audio, header

MESSAGE_S = 1.0
"""Longest sound in one message."""

LATE_S = 0.5
"""A frame this far beyond all sound is no frame of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How clips are cut.

    Attributes:
        settings: What is said in each clip's header.
        packet_bytes: Each message but the last is a whole number of packets.
        tail_packets: Packets of silence at a clip's end.
        idle_s: A clip ends when no sound came for so long.
        clip_s: A clip that is older ends at the next silence.
        feels: Whether emotions are sent at all.
    """

    settings: ClipSettings
    packet_bytes: int
    tail_packets: int
    idle_s: float
    clip_s: float
    feels: bool = True

    def units(self, size: int) -> int:
        """Media units that ``size`` bytes of sound last."""
        return (size >> 1) * MEDIA_RATE_HZ // self.settings.rate_hz

    def seconds(self, size: int) -> float:
        """Seconds that ``size`` bytes of sound last."""
        return (size >> 1) / self.settings.rate_hz


@dataclass(frozen=True, slots=True)
class Mood:
    """From media unit ``sample`` on the face feels ``emotions``, by the service's names; none is neutral."""

    sample: int
    emotions: Mapping[str, float]


class Upload:
    """One clip on its way to the service: sound goes in, messages come out, each with all that waits.

    Args:
        start: Media unit of its first sample.
        mood: What the face feels there.
        now: The time; the clip's pace is measured from here.

    Attributes:
        ended: It takes no more sound.
        abandoned: The service takes none.
    """

    def __init__(self, measures: Measures, start: int, mood: Mapping[str, float], now: float) -> None:
        self.start = start
        self.begun = now
        self.ended = self.abandoned = False
        self._measures = measures
        self._pace = Pace(now, measures.idle_s)
        self._pending: list[bytes] = []
        self._waiting = 0
        self._sound = 0
        self._taken = 0
        self._moods = [Mood(start, mood)] if measures.feels else []
        self._most = max(1, int(MESSAGE_S * 2 * measures.settings.rate_hz) // measures.packet_bytes)
        self._headed = self._closed = False

    @property
    def end(self) -> int:
        """Media unit after its last sound, the tail not counted."""
        return self.start + self._measures.units(self._sound)

    @property
    def seconds(self) -> float:
        """Length of its sound, the tail not counted."""
        return self._measures.seconds(self._sound)

    @property
    def waiting_s(self) -> float:
        """Length of what was not yet taken."""
        return self._measures.seconds(self._waiting)

    @property
    def latest_s(self) -> float:
        """Time code beyond which no frame can belong to it."""
        return self._measures.seconds(self._taken) + LATE_S

    @property
    def ends_at(self) -> float:
        """When it is to be ended unless sound comes before."""
        return self._pace.ends_at

    @property
    def ready(self) -> bool:
        """Whether there is a message to take."""
        return bool(self._waiting) or not self._headed or (self.ended and not self._closed)

    @property
    def finished(self) -> bool:
        """Whether its last message was taken."""
        return self._closed

    def add(self, pcm: bytes, now: float) -> None:
        """There is more sound."""
        self._sound += len(pcm)
        self._put(pcm)
        self._pace.sent(now, self._measures.seconds(len(pcm)))

    def feel(self, mood: Mood) -> None:
        """The face is going to feel otherwise; it is told with the sound that reaches there."""
        if self._measures.feels and not self.ended:
            insort(self._moods, mood, key=attrgetter("sample"))

    def finish(self) -> None:
        """No more sound comes: silence in which the mouth closes and the mood goes, then the end. Idempotent."""
        if not self.ended:
            end = self.end
            self._moods = [mood for mood in self._moods if mood.sample < end]
            if self._measures.feels:
                self._moods.append(Mood(end, {}))
            self.ended = True
            self._put(bytes(self._measures.tail_packets * self._measures.packet_bytes))

    def abandon(self) -> None:
        """The service wants no more of it: only the end is left to be sent."""
        self.ended = self.abandoned = self._headed = True
        self._pending.clear()
        self._waiting = 0

    def take(self) -> bytes | None:
        """The next message; ``None`` while there is none, and after the last."""
        if not self._headed:
            self._headed = True
            return header(self._measures.settings)
        if self._waiting:
            pcm = self._next_piece()
            return audio(pcm, self._feelings(len(pcm)))
        if self.ended and not self._closed:
            self._closed = True
            return END
        return None

    def _put(self, pcm: bytes) -> None:
        if pcm:
            self._pending.append(pcm)
            self._waiting += len(pcm)

    def _next_piece(self) -> bytes:
        pcm = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
        self._pending.clear()
        most = self._most * self._measures.packet_bytes
        if len(pcm) > most:
            self._pending.append(pcm[most:])
            pcm = pcm[:most]
        self._waiting -= len(pcm)
        return pcm

    def _feelings(self, size: int) -> Sequence[Feeling]:
        """The moods that begin in the next ``size`` bytes; one that should have begun before begins with them."""
        begins = self._measures.seconds(self._taken)
        self._taken += size
        if not self._moods:
            return ()
        until = self.start + self._measures.units(self._taken)
        told: list[Feeling] = []
        while self._moods and self._moods[0].sample < until:
            mood = self._moods.pop(0)
            at = max(begins, (mood.sample - self.start) / MEDIA_RATE_HZ)
            told.append(Feeling(at, mood.emotions))
        return told

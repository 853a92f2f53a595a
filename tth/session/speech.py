"""The sound of one response, from the playhead to what was received, with its marks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tth.core.media import MEDIA_RATE_HZ, SpeechMark

MAX_SPEECH_UNITS = 5 * 60 * MEDIA_RATE_HZ
"""No response may hold more sound than this beyond the playhead."""


@dataclass(slots=True)
class SpokenItem:
    """One item of the response.

    Attributes:
        id: The voice's id of it.
        start: Media unit of the response at which it begins.
        text: Its words as written so far.
        end: Unit after its last sample received.
    """

    id: str
    start: int
    text: str = ""
    end: int = 0
    marks: list[SpeechMark] = field(default_factory=list)


class _Chunk:
    __slots__ = ("data", "end", "rate_hz", "start")

    def __init__(self, start: int, end: int, data: bytes, rate_hz: int) -> None:
        self.start = start
        self.end = end
        self.data = data
        self.rate_hz = rate_hz


class Speech:
    """PCM and marks shared by the client's credit, the avatar's rungs and the conversation.

    Attributes:
        id: The turn's id; frames carry it.
        received: Media units received so far; the next chunk starts there.
        rate_hz: Rate of the newest sound, 0 while there is none.
        finished: Whether nothing more will come.
        whole: Whether, moreover, the sound reaches to the end of the text.
        sound_over: Whether an avatar need not wait for more sound, though more may come after all.
        marks: All marks, in media units of the response.
        chars: Size of text and marks so far, in characters.
    """

    def __init__(self, speech_id: str) -> None:
        self.id = speech_id
        self.received = 0
        self.finished = False
        self.whole = False
        self.sound_over = False
        self.chars = 0
        self.marks: list[SpeechMark] = []
        self.items: dict[str, SpokenItem] = {}
        self._chunks: deque[_Chunk] = deque()
        self._first = 0
        self.rate_hz = 0
        self._base = 0
        self._samples = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of PCM in memory."""
        return sum(len(chunk.data) for chunk in self._chunks)

    def append(self, data: bytes, rate_hz: int) -> int:
        """Take whole samples of mono PCM16; returns the media unit of the first.

        The bytes are kept, not copied.
        """
        if rate_hz != self.rate_hz:
            self.rate_hz, self._base, self._samples = rate_hz, self.received, 0
        start = self.received
        self._samples += len(data) >> 1
        self.received = end = self._base + self._samples * MEDIA_RATE_HZ // rate_hz
        self._chunks.append(_Chunk(start, end, data, rate_hz))
        return start

    def finish(self, *, whole: bool) -> None:
        """Nothing more will come; ``whole`` where all of its text has sound."""
        self.finished = True
        self.whole = whole

    def trim(self, before: int) -> None:
        """Let go of chunks that end at or before media unit ``before``."""
        chunks = self._chunks
        while chunks and chunks[0].end <= before:
            chunks.popleft()
            self._first += 1

    def drop(self) -> None:
        """Let go of all sound; text and marks stay."""
        self._first += len(self._chunks)
        self._chunks.clear()

    def item(self, item_id: str) -> SpokenItem:
        """The item of that id; a new one starts at what was received so far."""
        item = self.items.get(item_id)
        if item is None:
            item = self.items[item_id] = SpokenItem(item_id, self.received)
        return item

    def reader(self, at: int = 0) -> SpeechReader:
        """A place to read from, at media unit ``at`` or the first unit still held after it."""
        return SpeechReader(self, at)


class SpeechReader:
    """One reader's place in a ``Speech``. What was trimmed meanwhile is skipped."""

    def __init__(self, speech: Speech, at: int) -> None:
        self.speech = speech
        self._chunk = speech._first
        self._offset = 0
        for chunk in speech._chunks:
            if chunk.end > at:
                if at > chunk.start:
                    self._offset = 2 * -(-(at - chunk.start) * chunk.rate_hz // MEDIA_RATE_HZ)
                break
            self._chunk += 1

    def read(self, until: int, most_units: int) -> tuple[int, bytes, int] | None:
        """The next piece of at most ``most_units`` that starts before media unit ``until``, or ``None``.

        Returns:
            Media unit of its first sample, PCM16 bytes (the very chunk where it is read whole), and its rate in Hz.
        """
        speech = self.speech
        if self._chunk < speech._first:
            self._chunk, self._offset = speech._first, 0
        index = self._chunk - speech._first
        if index >= len(speech._chunks):
            return None
        chunk = speech._chunks[index]
        if self._offset == 0 and chunk.start < until and chunk.end - chunk.start <= most_units:
            self._chunk += 1
            return chunk.start, chunk.data, chunk.rate_hz
        start = chunk.start + (self._offset >> 1) * MEDIA_RATE_HZ // chunk.rate_hz
        if start >= until:
            return None
        most = 2 * max(1, most_units * chunk.rate_hz // MEDIA_RATE_HZ)
        piece = chunk.data[self._offset : self._offset + most]
        self._offset += len(piece)
        if self._offset >= len(chunk.data):
            self._chunk, self._offset = self._chunk + 1, 0
        return start, piece, chunk.rate_hz

    @property
    def at_end(self) -> bool:
        """Whether everything received was read."""
        speech = self.speech
        return self._chunk >= speech._first + len(speech._chunks)

    @property
    def drained(self) -> bool:
        """Whether everything was read and nothing more will come."""
        return self.speech.finished and self.at_end

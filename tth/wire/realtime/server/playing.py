"""The output audio buffer of a session whose sound goes by a media track: what was said waits here to be played.

The track takes it as it plays, so the position is known to the sample, and so is what was never heard.

Source: OpenAI's Realtime API, server events ``output_audio_buffer.*``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from tth.wire.realtime.server.items import Item
from tth.wire.realtime.server.sound import RATE_HZ, ms_of

MOST_WAITING = 600 * RATE_HZ
"""Samples that may wait; a response that makes more is ended as incomplete."""

Send: TypeAlias = Callable[..., None]


@dataclass(slots=True, eq=False)
class Line:
    """The sound of one spoken item.

    Attributes:
        waiting: Samples that are still to be played.
        played: Samples that were.
        closed: Whether no more will come.
        dropped: Whether what comes is not wanted any more.
    """

    response_id: str
    item: Item
    waiting: int = 0
    played: int = 0
    closed: bool = False
    dropped: bool = False
    _chunks: deque[bytes] = field(default_factory=deque)

    def put(self, pcm: bytes) -> None:
        """Whole samples of it."""
        if pcm and not self.dropped:
            self._chunks.append(pcm)
            self.waiting += len(pcm) // 2

    def take(self, samples: int) -> bytes:
        """Up to so many of those that wait, no further than the chunk they came in."""
        chunk = self._chunks.popleft()
        taken, rest = chunk[: 2 * samples], chunk[2 * samples :]
        if rest:
            self._chunks.appendleft(rest)
        self.waiting -= len(taken) // 2
        self.played += len(taken) // 2
        return taken

    @property
    def cut_ms(self) -> int | None:
        """Where the item is to be cut if nothing more of it is played; ``None``: all of it was."""
        whole = not self.waiting and self.closed and self.item.status == "completed"
        return None if whole else ms_of(self.played)


@dataclass(slots=True)
class _Progress:
    """How far a response is."""

    lines: int = 0
    started: bool = False
    ended: bool = False


Cut: TypeAlias = tuple[Item, int]
"""An item, and the milliseconds of it that were played."""


class Playing:
    """Sound of all responses, one after another.

    Args:
        send: Tells the client, as ``State.send`` does.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lines: deque[Line] = deque()
        self._responses: dict[str, _Progress] = {}

    @property
    def sounding(self) -> bool:
        """Whether something is played, or is about to be."""
        return bool(self._responses)

    def has_room(self, samples: int) -> bool:
        """Whether so many samples more may wait."""
        return sum(line.waiting for line in self._lines) + samples <= MOST_WAITING

    def begin(self, response_id: str, item: Item) -> Line:
        """An item that will be spoken after all that waits; it is closed, and its response ended, by the caller."""
        line = Line(response_id, item)
        self._lines.append(line)
        self._responses.setdefault(response_id, _Progress()).lines += 1
        return line

    def end(self, response_id: str) -> None:
        """Nothing more will come of a response; it may have said nothing."""
        progress = self._responses.get(response_id)
        if progress is not None:
            progress.ended = True
            self._settle(response_id, progress)

    def play(self, samples: int) -> bytes:
        """What is heard next, PCM16 at 24 kHz: so many samples, silence where nothing is said."""
        taken = bytearray()
        while self._lines and len(taken) < 2 * samples:
            line = self._lines[0]
            if line.waiting:
                self._start(line.response_id)
                taken += line.take(samples - len(taken) // 2)
            elif line.closed:
                self._lines.popleft()
                progress = self._responses[line.response_id]
                progress.lines -= 1
                self._settle(line.response_id, progress)
            else:
                break
        return bytes(taken.ljust(2 * samples, b"\0"))

    def clear(self) -> list[Cut]:
        """Play nothing more of what waits; gives the items that were not played to their end.

        Their responses are over: the caller has cancelled what was running.
        """
        cuts = [(line.item, ms) for line in self._lines if (ms := line.cut_ms) is not None]
        for response_id, progress in self._responses.items():
            if progress.started:
                self._send("output_audio_buffer.cleared", response_id=response_id)
        for line in self._lines:
            line.dropped = True
        self._lines.clear()
        self._responses.clear()
        return cuts

    def _start(self, response_id: str) -> None:
        progress = self._responses[response_id]
        if not progress.started:
            progress.started = True
            self._send("output_audio_buffer.started", response_id=response_id)

    def _settle(self, response_id: str, progress: _Progress) -> None:
        if not progress.ended or progress.lines:
            return
        del self._responses[response_id]
        if progress.started:
            self._send("output_audio_buffer.stopped", response_id=response_id)

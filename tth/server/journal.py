"""What a client was told, for as long as it may have to be told again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from tth.core.events import Event
from tth.wire.native import encode_event

EVENTS = 2048
"""Text frames that are kept at most; with more between, a client cannot come back."""

FRAMES = 10_000
"""Faces that are kept at most: five minutes ahead of the playhead."""


class Journal:
    """Numbers the text frames of one session and keeps the newest; of faces it keeps those that are still to be shown.

    Args:
        lasting: Whether its client may come back; else nothing is kept.

    Attributes:
        seq: Number of the last text frame; they count from 1.
    """

    def __init__(self, *, lasting: bool) -> None:
        self.seq = 0
        self._lasting = lasting
        self._texts: deque[tuple[int, bytes]] = deque(maxlen=EVENTS)
        self._faces: deque[tuple[int, int, bytes]] = deque(maxlen=FRAMES)

    def number(self) -> int:
        """The next frame's number, for one that is not kept."""
        self.seq += 1
        return self.seq

    def note(self, event: Event) -> bytes | None:
        """The frame that tells ``event``, or ``None`` for what clients do not need."""
        text = encode_event(event, self.seq + 1)
        if text is not None:
            self.seq += 1
        if text is not None and self._lasting:
            self._texts.append((self.seq, text))
        return text

    def note_face(self, turn: int, sample: int, frame: bytes, *, played: int) -> None:
        """Keep a face of ``turn`` that is due at ``sample``, and let go of those before ``played``."""
        faces = self._faces
        while faces and (faces[0][0] != turn or faces[0][1] < played):
            faces.popleft()
        if turn and self._lasting:
            faces.append((turn, sample, frame))

    def texts_after(self, seq: int) -> list[bytes] | None:
        """The frames that a client lacks which has had all up to number ``seq``; ``None`` where some are gone."""
        if seq > self.seq or (self._texts and seq + 1 < self._texts[0][0] and self.seq > seq):
            return None
        return [text for number, text in self._texts if number > seq]

    def faces_of(self, turn: int) -> Iterator[bytes]:
        """The faces of ``turn`` that are still to be shown, and those of the last moment."""
        return (frame for of, _, frame in self._faces if of == turn)

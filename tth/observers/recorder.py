"""Writes a session into a file while it happens, and never stands in its way."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tth.core.bus import EventBus
from tth.core.events import AudioChunkEvent, Event, FaceFrameEvent, Family, VideoFrameEvent, WarningEvent
from tth.core.media import AudioChunk
from tth.observers.recording.records import MAGIC, End, Gap, Head, Value, encode_record
from tth.wire.native import Flushed, PlayheadReport

log = logging.getLogger(__name__)

HELD_BYTES = 32 << 20
"""What may wait to be written; beyond it nothing is taken and a gap is marked. The sound is shared, not copied."""

RECORD_BYTES = 256
"""What a record without media counts for."""

GATHER_S = 0.1
"""How long records are gathered before they are written: no more than that is lost when the process is killed."""

BATCH_BYTES = 1 << 20
"""What is written at once, so that little is made twice."""

CLOSE_S = 5.0
"""How long the end of a session waits for the last write; then the writing is left to itself."""

OPEN_S = 0.5
"""Longest wait for a file before the session begins without knowing whether it can be written."""

OpenFile = Callable[[], BinaryIO]


class Recorder:
    """Takes what a session does and hands it to a thread of its own, which makes records of it and writes them.

    The session pays for a place in a queue; a disk that is slow, full or gone costs it nothing more. The first failure
    ends the recording and is told once, as a warning of the session and in the log.

    Args:
        open_file: Opens the file; called in the thread.
        head: What is recorded.

    Attributes:
        failure: What was told when the recording failed; ``None`` while it has not.
    """

    def __init__(self, open_file: OpenFile, head: Head) -> None:
        self._open_file = open_file
        self._head = head
        self._waiting: deque[tuple[float, Value, int]] = deque()
        # Each is written by one side alone, so that neither needs a lock.
        self._taken = 0
        self._written = 0
        self._missed = self._missed_bytes = 0
        self._missed_at = 0.0
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._opened = threading.Event()
        self._over = False
        self._began = 0.0
        self._thread: threading.Thread | None = None
        self.failure: WarningEvent | None = None
        self._bus: EventBus
        self._loop: asyncio.AbstractEventLoop
        self._now: Callable[[], float]

    def start(self, bus: EventBus) -> None:
        """Record everything on ``bus`` from here on."""
        self._bus, self._loop = bus, asyncio.get_running_loop()
        self._now = self._loop.time
        self._began = self._now()
        bus.observe(self.take, frozenset(Family))
        self._thread = threading.Thread(target=self._work, name=f"{self._head.session_id} recorder", daemon=True)
        self._thread.start()

    async def opened(self) -> None:
        """Return once the file is there, or is known not to come, or a disk takes too long to say so."""
        await asyncio.to_thread(self._opened.wait, OPEN_S)

    def take(self, event: Event) -> None:
        """One event of the bus."""
        if isinstance(event, AudioChunkEvent):
            self._put(event, len(event.data) + RECORD_BYTES)
        elif isinstance(event, FaceFrameEvent):
            self._put(event, 2 * RECORD_BYTES)
        elif isinstance(event, VideoFrameEvent):
            self._put(event, len(event.frame.data) + RECORD_BYTES)
        else:
            self._put(event, RECORD_BYTES)

    def hear(self, chunk: AudioChunk) -> None:
        """A piece of what the microphone heard."""
        self._put(chunk, len(chunk.data) + RECORD_BYTES)

    def report(self, report: PlayheadReport | Flushed) -> None:
        """What the client said of its playhead."""
        self._put(report, RECORD_BYTES)

    @property
    def waiting(self) -> int:
        """Bytes that wait to be written."""
        return self._taken - self._written

    def _put(self, value: Value, size: int) -> None:
        if self._over:
            return
        if self.waiting + size > HELD_BYTES:
            if not self._missed:
                self._missed_at = self._now()
            self._missed += 1
            self._missed_bytes += size
            return
        if self._missed:
            self._mark_gap()
        self._hand_over(value, size)

    def _mark_gap(self) -> None:
        gap = Gap(records=self._missed, bytes=self._missed_bytes, since_us=self._us(self._missed_at))
        self._missed = self._missed_bytes = 0
        self._hand_over(gap, RECORD_BYTES)

    def _hand_over(self, value: Value, size: int) -> None:
        self._waiting.append((self._now(), value, size))
        self._taken += size
        if not self._wake.is_set():
            self._wake.set()

    async def close(self) -> None:
        """Write what waits and the end; return when that is done or takes too long. Idempotent.

        Cancelling leaves the thread to do it.
        """
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if not self._over:
            if self._missed:
                self._mark_gap()
            self._hand_over(End(), RECORD_BYTES)
        self._over = True
        self._ending.set()
        self._wake.set()
        await asyncio.to_thread(thread.join, CLOSE_S)
        if thread.is_alive():
            log.warning("%s: the recording is still being written after %g s", self._head.session_id, CLOSE_S)

    # In the thread

    def _work(self) -> None:
        try:
            with self._open_file() as file:
                file.write(MAGIC + encode_record(0, self._head))
                self._opened.set()
                self._write(file)
        except OSError as error:
            self._fail(error.strerror or str(error))
        except Exception as error:  # whatever is wrong here must not take the session with it
            log.exception("%s: the recorder broke", self._head.session_id)
            self._fail(type(error).__name__)

    def _write(self, file: BinaryIO) -> None:
        while True:
            file.flush()
            self._wake.wait()
            last = self._ending.wait(GATHER_S)
            self._wake.clear()
            while batch := self._batch():
                file.write(batch)
            if last:
                return

    def _batch(self) -> bytes:
        """Records of what waits, as much as is written at once."""
        records, size = [], 0
        while self._waiting and size < BATCH_BYTES:
            at, value, held = self._waiting.popleft()
            records.append(self._encoded(self._us(at), value))
            size += held
            self._written += held
        return b"".join(records)

    def _encoded(self, at_us: int, value: Value) -> bytes:
        try:
            return encode_record(at_us, value)
        except Exception:  # a stranger's event; it is missed, and the rest goes on
            log.exception("%s: %s cannot be recorded", self._head.session_id, type(value).__name__)
            return encode_record(at_us, Gap(records=1, bytes=0, since_us=at_us))

    def _us(self, at: float) -> int:
        return max(0, round((at - self._began) * 1_000_000))

    def _fail(self, reason: str) -> None:
        self._over = True
        self._waiting.clear()
        with suppress(RuntimeError):  # the loop is closed: there is nobody left to tell
            self._loop.call_soon_threadsafe(self._tell, reason)
        self._opened.set()

    def _tell(self, reason: str) -> None:
        log.warning("the recording ends here: %s", reason, extra={"session": self._head.session_id})
        message = f"the recording of this conversation ends here: {reason}"
        self.failure = WarningEvent(code="recording_failed", message=message)
        self._bus.publish(self.failure)


def new_file(path: Path) -> OpenFile:
    """Opens ``path`` for writing, made anew, with its folder; for its owner's eyes alone."""

    def open_file() -> BinaryIO:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    return open_file

"""Sessions that are recorded, and the folder of their files."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import tth
from tth.core.events import Event
from tth.core.media import AudioChunk
from tth.observers.recorder import Recorder, new_file
from tth.observers.recording.records import Head
from tth.session.cast import Cast
from tth.session.session import Observing, Session
from tth.wire.native import Flushed, PlayheadReport

SUFFIX = ".tthrec"
"""How the name of a recording ends."""

_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{1,64}\.tthrec\Z")


class RecordedSession(Session):
    """Like ``Session``; everything on its bus, the microphone's sound and the client's reports go into a file.

    Args:
        file: Which; made anew.
    """

    def __init__(
        self,
        cast: Cast,
        file: Path,
        *,
        session_id: str | None = None,
        observing: Observing | None = None,
        voice: str | None = None,
    ) -> None:
        super().__init__(cast, session_id=session_id, observing=observing, voice=voice)
        head = Head(
            session_id=self.id,
            profile=cast.profile,
            persona=cast.persona,
            began=time.time(),
            details=dict(cast.details),
            program=f"tth {tth.__version__}",
        )
        self._recorder = Recorder(new_file(file), head)

    async def __aenter__(self) -> Self:
        """Begin to record, then connect voice and face.

        Raises:
            AdapterError: No voice of the profile could be reached.
        """
        self._recorder.start(self.bus)
        try:
            session = await super().__aenter__()
            # Who opens the session finds it told where nothing can be recorded.
            await self._recorder.opened()
            return session
        except BaseException:
            await self._recorder.close()
            raise

    def standing(self) -> list[Event]:
        """Like a session's, and that the recording has failed, if it has."""
        failure = self._recorder.failure
        return [*super().standing(), *([failure] if failure is not None else [])]

    def hear(self, chunk: AudioChunk) -> None:
        """What the person says aloud; what comes while the microphone is off is not recorded either."""
        super().hear(chunk)
        if self._microphone.state != "off":
            self._recorder.hear(chunk)

    def report_playhead(self, turn: int, sample: int, *, playing: bool, ended: bool = False) -> None:
        """The client has played turn number ``turn`` up to media unit ``sample``."""
        state: Literal["playing", "blocked", "ended"] = "ended" if ended else "playing" if playing else "blocked"
        self._recorder.report(PlayheadReport(turn=turn, sample=sample, state=state))
        super().report_playhead(turn, sample, playing=playing, ended=ended)

    def report_flush(self, turn: int, sample: int) -> None:
        """The client's sound of the interrupted turn number ``turn`` stopped at media unit ``sample``."""
        self._recorder.report(Flushed(turn=turn, sample=sample))
        super().report_flush(turn, sample)

    async def close(self, reason: str = "") -> None:
        """End everything, the recording last. Idempotent."""
        try:
            await super().close(reason)
        finally:
            await self._recorder.close()


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a folder that are recordings; it need not be there."""

    path: Path

    def entries(self) -> list[dict[str, Any]]:
        """Name, size and time of each, the newest first."""
        found = []
        for path in sorted(self._files(), reverse=True):
            told = path.stat()
            found.append({"name": path.name, "bytes": told.st_size, "written": round(told.st_mtime, 3)})
        return found

    def new(self, session_id: str) -> Path:
        """Where a session that begins now is recorded: named by its time, in UTC, and its id."""
        return self.path / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{session_id}{SUFFIX}"

    def find(self, name: str) -> Path | None:
        """The file of that name; ``None`` where there is none."""
        return next((path for path in self._files() if path.name == name), None)

    def _files(self) -> list[Path]:
        try:
            return [path for path in self.path.iterdir() if _NAME.match(path.name) and _is_plain(path)]
        except OSError:
            return []


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()

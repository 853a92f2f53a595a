"""The avatar stage: which rung of the ladder is in use, and what of its frames may pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tth.adapters.avatar import AvatarAdapter
from tth.core.bus import EventBus
from tth.core.clock import Clock
from tth.core.controls import TurnControl
from tth.core.events import DegradedEvent, FaceFrameEvent, VideoFrameEvent
from tth.core.media import EmotionMark, FaceFrame, VideoFrame
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.session.foreign import close_adapter, explain
from tth.session.playhead import Playhead
from tth.session.rung import Act, LiveRung
from tth.session.speech import Speech

STALL_S = 0.25
"""An avatar that takes longer to accept what it is sent has failed."""

CONNECT_S = 5.0
EMOTIONS = 1000
"""Changes of mood in one speech that are passed on."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One avatar of the ladder, made when its turn comes."""

    name: str
    make: Callable[[], AvatarAdapter]


class AvatarStage:
    """Feeds the avatar in use, filters its frames, and hands over to the next rung when it fails.

    The sound never waits for any of it.

    Args:
        rungs: Best first; none at all is a voice without a face.
        bus: Where frames and hand-overs are told.
        playhead: Where a rung that takes over in mid-speech begins.
        first_frame: Called at the first frame of each speech.
    """

    def __init__(
        self,
        rungs: Sequence[Rung],
        bus: EventBus,
        playhead: Playhead,
        clock: Clock,
        watchdog: Watchdog,
        first_frame: Callable[[], None],
    ) -> None:
        self._rungs = rungs
        self._bus = bus
        self._playhead = playhead
        self._clock = clock
        self._watchdog = watchdog
        self._first_frame = first_frame
        self._tasks = Tasks(self._handing_over_failed)
        self._act: Act | None = None
        self._live: LiveRung | None = None
        self._running: list[asyncio.Task[None]] = []
        self._next = 0
        self._framed = False

    @property
    def name(self) -> str:
        """The avatar in use, empty where there is none."""
        return self._live.name if self._live is not None else ""

    async def open(self) -> None:
        """Bring up the first rung that works."""
        await self._hand_over("", "")

    def start(self, speech: Speech, control: TurnControl, *, turn_id: str, generation: int) -> None:
        """Put ``speech`` on the stage."""
        self._framed = False
        self._act = Act(speech, control, turn_id, generation)
        if self._live is not None:
            self._live.play(self._act)

    def emotion(self, mark: EmotionMark) -> None:
        """From ``mark.start`` on the face feels that."""
        if self._act is not None and len(self._act.emotions) < EMOTIONS:
            self._act.emotions.append(mark)
            self.wake()

    def wake(self) -> None:
        """There is more to feed: sound, marks, an end, or room before the playhead."""
        if self._live is not None:
            self._live.wake()

    def interrupt(self) -> None:
        """Forget the speech: nothing more of it is sent, and no frame of it passes from here on."""
        self._act = None
        if self._live is not None:
            self._live.interrupt()

    def leave(self) -> None:
        """The speech was played to its end; what the avatar still makes of it is not wanted."""
        self._act = None
        if self._live is not None:
            self._live.leave()

    async def close(self) -> None:
        """Release the avatar. Idempotent."""
        live, self._live = self._live, None
        await self._tasks.close()
        if live is not None:
            await close_adapter(live.adapter, live.name)

    def _take(self, live: LiveRung, frame: FaceFrame | VideoFrame) -> None:
        if live is not self._live:
            return
        act, turn_id, generation = self._act, "", self._bus.generation
        if frame.speech_id:
            if act is None or frame.speech_id != act.speech.id:
                return
            turn_id, generation = act.turn_id, act.generation
            if not self._framed:
                self._framed = True
                self._first_frame()
        if isinstance(frame, FaceFrame):
            self._bus.publish(FaceFrameEvent(frame=frame, turn_id=turn_id, generation=generation))
        else:
            self._bus.publish(VideoFrameEvent(frame=frame, turn_id=turn_id, generation=generation))

    def _fail(self, live: LiveRung, reason: str) -> None:
        if live is self._live:
            self._live = None
            self._tasks.start(self._replace(live, reason), "avatar hand-over")

    async def _replace(self, live: LiveRung, reason: str) -> None:
        for task in self._running:
            await self._tasks.stop(task)
        live.watch.close()
        await self._hand_over(live.name, reason)
        await close_adapter(live.adapter, live.name)

    async def _hand_over(self, was: str, reason: str) -> None:
        while self._next < len(self._rungs):
            rung = self._rungs[self._next]
            self._next += 1
            try:
                live = await self._connect(rung)
            except Exception as error:  # foreign code; the next rung is tried
                was, reason = was or rung.name, reason or explain(error)
                continue
            self._live = live
            self._running = [
                self._tasks.start(live.pump(), f"avatar pump {rung.name}"),
                self._tasks.start(live.read_frames(self._take), f"avatar frames {rung.name}"),
            ]
            if self._act is not None:
                live.play(self._act)
            break
        if was:
            self._bus.publish(DegradedEvent(component="avatar", was=was, now=self.name, reason=reason))

    async def _connect(self, rung: Rung) -> LiveRung:
        adapter = rung.make()
        try:
            async with asyncio.timeout(CONNECT_S):
                await adapter.connect()
            watch = self._watchdog.watch(STALL_S, lambda: None)
            watch.pause()
            live = LiveRung(rung.name, adapter, self._playhead, self._clock, watch, self._fail)
        except BaseException:
            await close_adapter(adapter, rung.name)
            raise
        watch.expired = lambda: self._fail(live, f"it took nothing for {STALL_S * 1000:.0f} ms")
        return live

    def _handing_over_failed(self, error: Exception) -> None:
        self._bus.publish(DegradedEvent(component="avatar", was=self.name, now="", reason=explain(error)))

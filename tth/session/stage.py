"""The avatar stage: which rung of the ladder is in use, and what of its frames may pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tth.adapters.avatar import AvatarAdapter
from tth.core.bus import EventBus
from tth.core.clock import Clock, Timer
from tth.core.controls import TurnControl
from tth.core.events import DegradedEvent, FaceFrameEvent, RecoveredEvent, VideoFrameEvent, WarningEvent
from tth.core.media import MEDIA_RATE_HZ, EmotionMark, FaceFrame, VideoFrame
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.face.seam import Seam
from tth.session.act import Act
from tth.session.foreign import close_adapter, explain
from tth.session.ladder import Ladder, Rung
from tth.session.meters import Meters
from tth.session.pauses import PauseFinder
from tth.session.playhead import Playhead
from tth.session.rung import LiveRung
from tth.session.sound_end import SoundEnd
from tth.session.speech import Speech

STALL_S = 0.25
"""An avatar that takes longer to accept what it is sent has failed."""

CONNECT_S = 5.0
OPEN_S = 1.5
"""A session that opens waits no longer than this for an avatar below which there is another."""

LOOK_S = 0.1
"""How often the avatar of a running speech is looked after."""

STUCK_S = 1.0
FRAME_UNITS = MEDIA_RATE_HZ // 30
"""A frame is taken to last so long: who takes over begins after it."""
EMOTIONS = 1000
"""Changes of mood in one speech that are passed on."""


class AvatarStage:
    """Feeds the best avatar that works, filters its frames, and changes it for another when it must or can.

    Down the ladder at once, from what was shown last; up again at the next pause or response. The sound never waits
    for any of it.

    Args:
        rungs: Best first; none at all is a voice without a face.
        bus: Where frames and hand-overs are told.
        playhead: Where a rung that takes over in mid-speech begins.
        first_frame: Called at the first frame of each speech.
        meters: Where what passes is counted.
    """

    def __init__(
        self,
        rungs: Sequence[Rung],
        bus: EventBus,
        playhead: Playhead,
        clock: Clock,
        watchdog: Watchdog,
        first_frame: Callable[[], None],
        meters: Meters | None = None,
    ) -> None:
        self._ladder = Ladder(rungs, clock)
        self._bus = bus
        self._playhead = playhead
        self._clock = clock
        self._watchdog = watchdog
        self._first_frame = first_frame
        self.meters = meters or Meters()
        self._tasks = Tasks(self._broke)
        self._act: Act | None = None
        self._end: SoundEnd | None = None
        self._live: LiveRung | None = None
        self._waiting: LiveRung | None = None
        """A better one, connected, for the next pause or speech."""
        self._leaving: LiveRung | None = None
        """The one before, which makes the frames up to the pause where ``_live`` begins."""
        self._retired: set[LiveRung] = set()
        self._at = 0
        """The rung in use; while there is none, the one below the last."""
        self._told = 0
        """The rung that is known to be in use."""
        self._seam = Seam()
        self._splice: int | None = None
        self._finder: PauseFinder | None = None
        self._looking: Timer | None = None
        self._descending = self._climbing = self._closed = False
        self._unheard_s = 0.0
        self._uploaded = 0

    @property
    def name(self) -> str:
        """The avatar in use, empty where there is none."""
        return self._live.name if self._live is not None else ""

    async def open(self) -> None:
        """Bring up the first rung that works."""
        await self._descend(0, "")

    async def close(self) -> None:
        """Release every avatar. Idempotent."""
        self._closed = True
        self._clear()
        left = {live for live in (self._live, self._waiting, self._leaving) if live is not None} | self._retired
        self._live = self._waiting = self._leaving = None
        await self._tasks.close()
        for live in left:
            live.watch.close()
            await close_adapter(live.adapter, live.name)

    # The speech

    def start(self, speech: Speech, control: TurnControl, *, turn_id: str, generation: int) -> None:
        """Put ``speech`` on the stage."""
        self._clear()
        act = self._act = Act(speech, control, turn_id, generation)
        self._end = SoundEnd(self._clock, self._sound_over)
        self._seam.join(None)
        if self._waiting is not None:
            self._rise(None)
        elif self._live is not None:
            self._live.play(act)
        self._unheard_s, self._uploaded = 0.0, self.meters.upload_bytes
        if len(self._ladder):
            self._looking = self._clock.call_later(LOOK_S, self._look)

    def sound(self, item_id: str) -> None:
        """There is more sound, of that item."""
        if self._end is not None and self._act is not None:
            if self._end.ended:
                self._act.speech.sound_over = False
            self._end.sound(item_id)
        self.wake()

    def sound_done(self, item_id: str) -> None:
        """The voice calls that item's sound whole."""
        if self._end is not None:
            self._end.done(item_id)

    def output_over(self) -> None:
        """The response has sounded to its end, or all of it is there."""
        if self._end is not None:
            self._end.over()

    def _sound_over(self) -> None:
        if self._act is not None:
            self._act.speech.sound_over = True
            self.wake()

    def emotion(self, mark: EmotionMark) -> None:
        """From ``mark.start`` on the face feels that."""
        if self._act is not None and len(self._act.emotions) < EMOTIONS:
            self._act.emotions.append(mark)
            self.wake()

    def wake(self) -> None:
        """There is more to feed: sound, marks, an end, or room before the playhead."""
        if self._live is not None:
            self._live.wake()
            if self._leaving is not None:
                self._leaving.wake()

    def interrupt(self) -> None:
        """Forget the speech: nothing more of it is sent, and no frame of it passes from here on."""
        self._clear()
        if self._live is not None:
            self._live.interrupt()

    def leave(self) -> None:
        """The speech was played to its end; what the avatar still makes of it is not wanted."""
        self._clear()
        if self._live is not None:
            self._live.leave()

    def _clear(self) -> None:
        self._act = self._finder = self._splice = None
        if self._end is not None:
            self._end.close()
            self._end = None
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._see_off()

    # Frames

    def _take(self, live: LiveRung, frame: FaceFrame | VideoFrame) -> None:
        turn_id, generation = "", self._bus.generation
        if frame.speech_id:
            act = self._act
            if act is None or frame.speech_id != act.speech.id or not self._may_show(live, frame):
                self.meters.dropped_frames += 1
                return
            turn_id, generation = act.turn_id, act.generation
            frame = self._shown(live, act, frame)
        elif live is not self._live:
            return
        self.meters.frames += 1
        if isinstance(frame, FaceFrame):
            self._bus.publish(FaceFrameEvent(frame=frame, turn_id=turn_id, generation=generation))
        else:
            self._bus.publish(VideoFrameEvent(frame=frame, turn_id=turn_id, generation=generation))

    def _may_show(self, live: LiveRung, frame: FaceFrame | VideoFrame) -> bool:
        if live is self._live:
            return frame.sample >= live.begin
        if live is not self._leaving:
            return False
        if self._live is None or frame.sample < self._live.begin:
            return True
        self._see_off()
        return False

    def _shown(self, live: LiveRung, act: Act, frame: FaceFrame | VideoFrame) -> FaceFrame | VideoFrame:
        if not act.framed_to:
            self._first_frame()
        if self._splice is not None and live is self._live:
            # At rest on both sides, unless the one before came close.
            self._seam.join(act.pose if act.framed_to >= self._splice - FRAME_UNITS else None)
            self._splice = None
        if frame.sample + FRAME_UNITS > act.framed_to:
            act.framed_to = frame.sample + FRAME_UNITS
        live.lag.frame(frame.sample)
        live.framed = True
        meters = self.meters
        meters.frame_unit = frame.sample
        if live is self._live:
            if live.index < self._told:
                self._recovered(live)
            if isinstance(frame, FaceFrame):
                frame = self._seam.blend(frame)
        if isinstance(frame, FaceFrame):
            meters.tail_frames += frame.tail
            act.pose = frame.weights
        return frame

    # Looking after the avatar of a running speech

    def _look(self) -> None:
        act = self._act
        if act is None:
            return
        self._looking = self._clock.call_later(LOOK_S, self._look)
        live = self._live
        if live is not None:
            complaint = live.lag.complaint(self._playhead.position(), live.fed) if live.judged else ""
            if complaint:
                self._fail(live, complaint)
            elif self._waiting is not None:
                self._look_for_pause(act)
        self._check_upload(act)

    def _look_for_pause(self, act: Act) -> None:
        if self._finder is None:
            self._finder = PauseFinder(act.speech, act.framed_to)
        at = self._finder.after(max(act.framed_to, self._playhead.position()))
        if at is not None:
            self._rise(at)

    def _check_upload(self, act: Act) -> None:
        """Say it once when the avatar gets nothing of what the voice says."""
        if not act.speech.received or self.meters.upload_bytes > self._uploaded:
            return
        before, self._unheard_s = self._unheard_s, self._unheard_s + LOOK_S
        if before < STUCK_S <= self._unheard_s:
            text = f"the voice speaks, and for {STUCK_S:g} s nothing of it has reached an avatar"
            self._bus.publish(WarningEvent(code="upload_stuck", message=text, turn_id=act.turn_id))

    # The ladder

    def _fail(self, live: LiveRung, error: Exception | str) -> None:
        if self._closed or live not in (self._live, self._waiting, self._leaving):
            return
        self._ladder.failed(live.index, error, framed=live.framed)
        if live is self._live:
            self._live, self._at, self._descending = None, live.index + 1, True
            self._see_off()
            if self._act is not None:
                self._seam.join(self._act.pose)
            reason = error if isinstance(error, str) else explain(error)
            self._tasks.start(self._descend(live.index + 1, reason), "avatar hand-over")
        elif live is self._waiting:
            self._waiting = None
        else:
            self._leaving = None
        self._retire(live)
        self._climb()

    async def _descend(self, index: int, reason: str) -> None:
        """Put the best rung from ``index`` on in use; tell it if it is another than was known."""
        self._descending = True
        live: LiveRung | None = None
        while live is None and index < len(self._ladder):
            patient = self._act is not None or index == len(self._ladder) - 1
            try:
                live = await self._connect(index, CONNECT_S if patient else OPEN_S)
            except Exception as error:  # foreign code; the next rung is tried
                reason = reason or explain(error)
                index += 1
        self._descending = False
        if self._waiting is not None:  # a better one came meanwhile
            if live is not None:
                self._retire(live)
            live, self._waiting = self._waiting, None
        self._use(live)
        if self._at > self._told:
            self._degraded(reason)
        self._climb()

    def _use(self, live: LiveRung | None, at: int | None = None) -> None:
        """From here on that rung makes the frames."""
        self._live = live
        self._at = len(self._ladder) if live is None else live.index
        if live is not None and self._act is not None:
            live.play(self._act, at)

    def _rise(self, at: int | None) -> None:
        """Put the better rung in use: from media unit ``at``, in a pause, or for what is still to be shown."""
        before, live, self._finder = self._live, self._waiting, None
        self._waiting = None
        if before is not None:
            if at is None:
                self._retire(before)
            else:
                self._leaving, self._splice = before, at
        self._use(live, at)

    def _climb(self) -> None:
        """Try to get back to a better rung, for as long as there is one to try."""
        if not self._climbing and not self._closed and self._ladder.next_above(self._top) is not None:
            self._climbing = True
            self._tasks.start(self._try_above(), "avatar ladder")

    @property
    def _top(self) -> int:
        return self._at if self._waiting is None else min(self._at, self._waiting.index)

    async def _try_above(self) -> None:
        try:
            while (found := self._ladder.next_above(self._top)) is not None:
                index, wait_s = found
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                    continue
                try:
                    live = await self._connect(index, CONNECT_S)
                except Exception:  # foreign code; that it is away is known, and it is tried again
                    continue
                if self._waiting is not None:
                    self._retire(self._waiting)
                self._waiting = live
                if not self._descending and (self._act is None or self._live is None):
                    self._rise(None)
        finally:
            self._climbing = False

    async def _connect(self, index: int, limit_s: float) -> LiveRung:
        rung = self._ladder.rungs[index]
        try:
            adapter = rung.make()
            try:
                async with asyncio.timeout(limit_s):
                    await adapter.connect()
                live = self._enlist(index, rung.name, adapter)
            except BaseException:
                await close_adapter(adapter, rung.name)
                raise
        except Exception as error:
            self.meters.refused_connects += 1
            self._ladder.unreachable(index, error)
            raise
        self.meters.connects += 1
        return live

    def _enlist(self, index: int, name: str, adapter: AvatarAdapter) -> LiveRung:
        watch = self._watchdog.watch(STALL_S, lambda: None)
        watch.pause()
        live = LiveRung(
            index,
            name,
            adapter,
            playhead=self._playhead,
            clock=self._clock,
            watch=watch,
            meters=self.meters,
            failed=self._fail,
        )
        watch.expired = lambda: self._fail(live, f"it took nothing for {STALL_S * 1000:.0f} ms")
        live.tasks = [
            self._tasks.start(live.pump(), f"avatar pump {name}"),
            self._tasks.start(live.read_frames(self._take), f"avatar frames {name}"),
        ]
        return live

    def _see_off(self) -> None:
        leaving, self._leaving = self._leaving, None
        if leaving is not None:
            self._retire(leaving)

    def _retire(self, live: LiveRung) -> None:
        live.watch.close()
        self._retired.add(live)
        self._tasks.start(self._end_of(live), f"avatar end {live.name}")

    async def _end_of(self, live: LiveRung) -> None:
        for task in live.tasks:
            await self._tasks.stop(task)
        await close_adapter(live.adapter, live.name)
        self._retired.discard(live)

    # What is told of it

    def _degraded(self, reason: str) -> None:
        was = self._ladder.rungs[self._told].name
        self._told = self._at
        self.meters.degrades += 1
        self._bus.publish(DegradedEvent(component="avatar", was=was, now=self.name, reason=reason))

    def _recovered(self, live: LiveRung) -> None:
        self._told = live.index
        self.meters.recoveries += 1
        self._bus.publish(RecoveredEvent(component="avatar", now=live.name))

    def _broke(self, error: Exception) -> None:
        self._bus.publish(DegradedEvent(component="avatar", was=self.name, now="", reason=explain(error)))

"""The avatar stage: which rung of the ladder is in use, and what of its frames may pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tth.core.bus import EventBus
from tth.core.clock import Clock, Timer
from tth.core.controls import TurnControl
from tth.core.events import FaceFrameEvent, VideoFrameEvent, WarningEvent
from tth.core.media import MEDIA_RATE_HZ, EmotionMark, FaceFrame, VideoFrame
from tth.core.watchdog import Watchdog
from tth.face.seam import Seam
from tth.session.act import Act
from tth.session.ladder import Rung
from tth.session.meters import Meters
from tth.session.pauses import PauseFinder, sounding
from tth.session.playhead import Playhead
from tth.session.rung import LiveRung
from tth.session.rungs import Rungs
from tth.session.sound_end import SoundEnd
from tth.session.speech import Speech

LOOK_S, RARELY_S = 0.1, 1.0
"""How often the avatar of a running speech is looked after, and while it is well ahead."""

STUCK_S = 1.0
STILL_FRAMES = 90
"""So many poses in a row that are the same are worth a word: no mouth speaks so."""

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
        self.meters = meters or Meters()
        self._bus = bus
        self._playhead = playhead
        self._clock = clock
        self._first_frame = first_frame
        self._rungs = Rungs(
            rungs,
            bus,
            playhead=playhead,
            clock=clock,
            watchdog=watchdog,
            meters=self.meters,
            take=self._take,
            lost=self._lost,
        )
        self._end: SoundEnd | None = None
        self._seam = Seam()
        self._splice: int | None = None
        self._finder: PauseFinder | None = None
        self._looking: Timer | None = None
        self._unheard_s = 0.0
        self._uploaded = 0
        self._still_told = False

    @property
    def name(self) -> str:
        """The avatar in use, empty where there is none."""
        return self._rungs.name

    async def open(self) -> None:
        """Bring up the first rung that works."""
        await self._rungs.open()

    async def close(self) -> None:
        """Release every avatar. Idempotent."""
        self._clear()
        await self._rungs.close()

    # The speech

    def start(self, speech: Speech, control: TurnControl, *, turn_id: str, generation: int) -> None:
        """Put ``speech`` on the stage."""
        self._clear()
        if self._rungs.waiting is not None:
            self._rungs.rise(None)
        act = self._rungs.act = Act(speech, control, turn_id, generation)
        self._end = SoundEnd(self._clock, self._sound_over)
        self._seam.join(None)
        if self._rungs.live is not None:
            # From its first sample, though some of it may have been heard by the time the pump is there.
            self._rungs.live.play(act, 0)
        self._unheard_s, self._uploaded = 0.0, self.meters.upload_bytes
        if len(self._rungs):
            self._looking = self._clock.call_later(LOOK_S, self._look)

    def sound(self, item_id: str) -> None:
        """There is more sound, of that item."""
        end, rungs = self._end, self._rungs
        if end is not None and rungs.act is not None:
            if end.ended:
                rungs.act.speech.sound_over = False
            end.sound(item_id)
        if rungs.live is not None:
            rungs.live.wake()
            if rungs.leaving is not None:
                rungs.leaving.wake()

    def sound_done(self, item_id: str) -> None:
        """The voice calls that item's sound whole."""
        if self._end is not None:
            self._end.done(item_id)

    def output_over(self) -> None:
        """The response has sounded to its end, or all of it is there."""
        if self._end is not None:
            self._end.over()

    def _sound_over(self) -> None:
        if self._rungs.act is not None:
            self._rungs.act.speech.sound_over = True
            self.wake()

    def emotion(self, mark: EmotionMark) -> None:
        """From ``mark.start`` on the face feels that."""
        if self._rungs.act is not None and len(self._rungs.act.emotions) < EMOTIONS:
            self._rungs.act.emotions.append(mark)
            self.wake()

    def wake(self) -> None:
        """There is more to feed: sound, marks, an end, or room before the playhead."""
        if self._rungs.live is not None:
            self._rungs.live.wake()
            if self._rungs.leaving is not None:
                self._rungs.leaving.wake()

    def interrupt(self) -> None:
        """Forget the speech: nothing more of it is sent, and no frame of it passes from here on."""
        self._clear()
        if self._rungs.live is not None:
            self._rungs.live.interrupt()

    def leave(self) -> None:
        """The speech was played to its end; what the avatar still makes of it is not wanted."""
        self._clear()
        if self._rungs.live is not None:
            self._rungs.live.leave()

    def _clear(self) -> None:
        self._rungs.act = self._finder = self._splice = None
        if self._end is not None:
            self._end.close()
            self._end = None
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._rungs.see_off()

    def _lost(self) -> None:
        """The avatar has failed: the next one leads on from its last pose."""
        self._splice = self._finder = None
        if self._rungs.act is not None:
            self._seam.join(self._rungs.act.pose)

    # Frames

    def _take(self, live: LiveRung, frame: FaceFrame | VideoFrame) -> None:
        turn_id, generation = "", self._bus.generation
        if frame.speech_id:
            act = self._rungs.act
            if act is None or frame.speech_id != act.speech.id or not self._may_show(live, frame):
                self.meters.dropped_frames += 1
                return
            turn_id, generation = act.turn_id, act.generation
            frame = self._shown(live, act, frame)
        elif live is not self._rungs.live:
            return
        if isinstance(frame, FaceFrame):
            self._bus.publish(FaceFrameEvent(frame=frame, turn_id=turn_id, generation=generation))
        else:
            self._bus.publish(VideoFrameEvent(frame=frame, turn_id=turn_id, generation=generation))

    def _may_show(self, live: LiveRung, frame: FaceFrame | VideoFrame) -> bool:
        if live is self._rungs.live:
            return frame.sample >= live.begin
        if live is not self._rungs.leaving:
            return False
        if self._rungs.live is None or frame.sample < self._rungs.live.begin:
            return True
        self._rungs.see_off()
        return False

    def _shown(self, live: LiveRung, act: Act, frame: FaceFrame | VideoFrame) -> FaceFrame | VideoFrame:
        if not act.framed_to:
            self._first_frame()
        if self._splice is not None and live is self._rungs.live:
            # At rest on both sides, unless the one before came close.
            self._seam.join(act.pose if act.framed_to >= self._splice - FRAME_UNITS else None)
            self._splice = None
        if frame.sample + FRAME_UNITS > act.framed_to:
            live.shown += min(MEDIA_RATE_HZ, frame.sample + FRAME_UNITS - act.framed_to)
            act.framed_to = frame.sample + FRAME_UNITS
        live.lag.frame(frame.sample)
        meters = self.meters
        meters.frames += 1
        meters.frame_unit = frame.sample
        if live is self._rungs.live:
            if live.index < self._rungs.told:
                self._rungs.recovered(live)
            if isinstance(frame, FaceFrame):
                frame = self._seam.blend(frame)
        if isinstance(frame, FaceFrame):
            meters.tail_frames += frame.tail
            act.still = act.still + 1 if frame.weights == act.pose else 0
            act.pose = frame.weights
        return frame

    # Looking after the avatar of a running speech

    def _look(self) -> None:
        act = self._rungs.act
        if act is None:
            return
        live, heard, delay_s = self._rungs.live, self._playhead.position(), LOOK_S
        if live is not None:
            now = self._clock.now()
            judged = live.judged and self._rungs.replaceable(live.index)
            complaint = live.lag.complaint(heard, live.fed, now) if judged else ""
            if complaint:
                self._rungs.fail(live, complaint)
            elif self._rungs.waiting is not None:
                self._look_for_pause(act, heard)
            elif self.meters.upload_bytes > self._uploaded:
                delay_s = max(LOOK_S, min(RARELY_S, live.lag.patience_s(heard) if judged else RARELY_S))
        self._looking = self._clock.call_later(delay_s, self._look)
        self._check_upload(act)
        if act.still >= STILL_FRAMES and not self._still_told:
            self._check_face(act)

    def _check_face(self, act: Act) -> None:
        """Say it once when the face does not move though the voice speaks."""
        act.still = 0
        # An avatar may be far ahead of what is heard; and where nothing is said, no mouth moves.
        if sounding(act.speech, max(self._playhead.position(), act.framed_to - STILL_FRAMES * FRAME_UNITS)):
            self._still_told = True
            text = f"{self.name} gives poses, and they have all been the same for {STILL_FRAMES // 30} s of speech"
            self._bus.publish(WarningEvent(code="still_face", message=text, turn_id=act.turn_id))

    def _look_for_pause(self, act: Act, heard: int) -> None:
        if self._finder is None:
            self._finder = PauseFinder(act.speech, act.framed_to)
        at = self._finder.after(max(act.framed_to, heard))
        if at is not None:
            self._finder, self._splice = None, at
            self._rungs.rise(at)

    def _check_upload(self, act: Act) -> None:
        """Say it once when the avatar gets nothing of what the voice says."""
        if not act.speech.received or self.meters.upload_bytes > self._uploaded:
            return
        before, self._unheard_s = self._unheard_s, self._unheard_s + LOOK_S
        if before < STUCK_S <= self._unheard_s:
            text = f"the voice speaks, and for {STUCK_S:g} s nothing of it has reached an avatar"
            self._bus.publish(WarningEvent(code="upload_stuck", message=text, turn_id=act.turn_id))

"""One speech: cut into clips that the service can bear, and its frames put together again without a seam."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from tth.audio.loudness import loudness
from tth.builtins.a2f.upload import Measures, Mood, Upload
from tth.core.media import MEDIA_RATE_HZ, FaceFrame
from tth.face.seam import Seam
from tth.wire.a2f.reply import Pose

HARD_S = 280.0
"""A clip of this length or age ends, be there silence or not: the service takes 300 s."""

QUIET_S = 0.25
"""Silence this long is a place to cut."""

GAP_UNITS = 24
"""Sound that begins further than this from where the last ended (1 ms) begins a clip of its own."""


class Clip:
    """One clip of a speech.

    Attributes:
        upload: What goes out.
        waiting: Frames that wait for the clip before it.
        through: Whether every frame of its sound has come.
        past: Whether the next clip has taken its place.
    """

    __slots__ = ("past", "through", "upload", "waiting")

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.waiting: list[FaceFrame] = []
        self.through = self.past = False


class Spoken:
    """Sound and moods in, clips out; poses in, frames out. Sans I/O: the time is told with each call.

    Args:
        speech_id: The speech's.
        mood: What the face feels at its beginning.

    Attributes:
        lost: Frames that belong to no sound that was sent.
    """

    def __init__(self, speech_id: str, measures: Measures, mood: Mapping[str, float]) -> None:
        self.id = speech_id
        self.ended = False
        self.lost = 0
        self._measures = measures
        self._moods = [Mood(0, mood)]
        self._open: Clip | None = None
        self._clips: deque[Clip] = deque()
        self._seam = Seam()
        self._latest: FaceFrame | None = None
        self._held: list[FaceFrame] = []
        self._quiet_s = 0.0

    def feed(self, pcm: bytes, start_sample: int, now: float) -> Sequence[Clip]:
        """Add sound; returns the clips that begin with it, nearly always none."""
        clip, begun = self._open, []
        if clip is not None and clip.upload.abandoned:
            # Refused: why is about to be told, and the speech is not this face's any more.
            return ()
        if clip is None or clip.upload.ended or abs(start_sample - clip.upload.end) > GAP_UNITS:
            clip = self._begin(start_sample, now)
            begun.append(clip)
        if self._measures.seconds(len(pcm)) + clip.upload.seconds < self._measures.clip_s and not self._old(clip, now):
            clip.upload.add(pcm, now)
            return begun
        for at in range(0, len(pcm), self._measures.packet_bytes):
            if self._cuts_here(clip, now):
                clip = self._begin(clip.upload.end, now)
                begun.append(clip)
            packet = pcm[at : at + self._measures.packet_bytes]
            clip.upload.add(packet, now)
            self._listen(packet)
        return begun

    def feel(self, mood: Mood) -> None:
        """From ``mood.sample`` on the face feels otherwise."""
        self._moods.append(mood)
        self._moods.sort(key=lambda each: each.sample)
        if self._open is not None:
            self._open.upload.feel(mood)

    def end(self) -> Sequence[FaceFrame]:
        """No more sound comes; returns frames of the tail that were held until this was known."""
        self.ended = True
        if self._open is not None:
            self._open.upload.finish()
        held, self._held = self._held, []
        return [self._tail(frame) for frame in held]

    def frames(self, clip: Clip, poses: Sequence[Pose]) -> Sequence[FaceFrame]:
        """What of a clip's poses is due now, in the order of the speech."""
        if clip.past:
            return ()
        clip.waiting += [frame for pose in poses if (frame := self._frame(clip, pose)) is not None]
        return self._passed()

    def over(self, clip: Clip) -> Sequence[FaceFrame]:
        """The service has said all of a clip; returns frames of the next that waited for it."""
        clip.through = True
        return self._passed()

    def _begin(self, start: int, now: float) -> Clip:
        if self._open is not None:
            self._open.upload.finish()
        # It is known now that the silence in which they were to rest is none.
        self._held.clear()
        self._quiet_s = 0.0
        before = [mood for mood in self._moods if mood.sample <= start]
        clip = self._open = Clip(Upload(self._measures, start, before[-1].emotions if before else {}, now))
        for mood in self._moods[len(before) :]:
            clip.upload.feel(mood)
        self._clips.append(clip)
        return clip

    def _old(self, clip: Clip, now: float) -> bool:
        return now - clip.upload.begun >= self._measures.clip_s

    def _cuts_here(self, clip: Clip, now: float) -> bool:
        seconds, age_s = clip.upload.seconds, now - clip.upload.begun
        if max(seconds, age_s) >= HARD_S:
            return True
        return self._quiet_s >= QUIET_S and max(seconds, age_s) >= self._measures.clip_s

    def _listen(self, packet: bytes) -> None:
        quiet = loudness(packet) == 0.0
        self._quiet_s = self._quiet_s + self._measures.seconds(len(packet)) if quiet else 0.0

    def _frame(self, clip: Clip, pose: Pose) -> FaceFrame | None:
        if pose.time_code > clip.upload.latest_s:
            self.lost += 1
            return None
        sample = clip.upload.start + round(pose.time_code * MEDIA_RATE_HZ)
        return FaceFrame(speech_id=self.id, sample=sample, weights=pose.weights, tongue=pose.extras)

    def _passed(self) -> Sequence[FaceFrame]:
        """Frames of the first clip in line, and once that is through, those of its successors."""
        passed: list[FaceFrame] = []
        while True:
            clip = self._clips[0]
            self._sort_out(clip, passed)
            if not clip.through or len(self._clips) == 1:
                return passed
            clip.past = True
            self._clips.popleft()
            self._seam.join(self._latest.weights if self._latest is not None else None)

    def _sort_out(self, clip: Clip, passed: list[FaceFrame]) -> None:
        """Which of a clip's frames may pass: of the silence after its sound only if the speech ended with it."""
        made, clip.waiting = clip.waiting, []
        upload, last = clip.upload, clip is self._clips[-1]
        for frame in made:
            if not upload.ended or frame.sample < upload.end:
                passed.append(self._body(frame))
                continue
            clip.through = True
            if last and self.ended:
                passed.append(self._tail(frame))
            elif last:
                self._held.append(frame)

    def _body(self, frame: FaceFrame) -> FaceFrame:
        self._latest = self._seam.blend(frame)
        return self._latest

    def _tail(self, frame: FaceFrame) -> FaceFrame:
        blended = self._seam.blend(frame)
        return FaceFrame(
            speech_id=frame.speech_id, sample=frame.sample, weights=blended.weights, tongue=frame.tongue, tail=True
        )

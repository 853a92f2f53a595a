"""``a2f``: a face behind NVIDIA Audio2Face-3D."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from tth.adapters.shared import Lease, Shared
from tth.builtins.a2f.address import metadata_of
from tth.builtins.a2f.call import ClipCall
from tth.builtins.a2f.checkup import examine, remarks_on
from tth.builtins.a2f.link import Link, Opener, lease_channel, open_link
from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.settings import measures_of, mix_of
from tth.builtins.a2f.speech import Clip, Spoken
from tth.builtins.a2f.trouble import NAME
from tth.builtins.a2f.upload import Mood
from tth.builtins.framing import FrameOutlet
from tth.core.clock import LoopClock
from tth.core.controls import EmotionLabel, TurnControl
from tth.core.media import AudioFormat, EmotionMark, FaceFrame, SpeechMark, VideoFrame
from tth.core.streams import Stream
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.errors import AdapterError
from tth.wire.a2f.reply import Pose

log = logging.getLogger(__name__)

WAITING_S = 3.0
"""Sound that may wait for a service that takes none; then ``send_audio`` waits, and the stage's patience counts."""


class A2F:
    """Streams each speech to the service, as one clip where it is short, and gives back the service's frames.

    A clip is opened with its first sound and never held open across a gap in speech. Any failure ends the adapter:
    ``stream_frames`` raises it, once what came before was read.

    Args:
        options: The profile's.
        shared: Holds the channel, which all sessions with the same address share.
        opener: How the way to the service is opened; another carrier than gRPC may stand here.

    Attributes:
        remarks: What was odd in the answer to a clip, the latest of which there was something to say.
    """

    wants_marks = True

    def __init__(
        self, options: A2FOptions | None = None, shared: Shared | None = None, *, opener: Opener = open_link
    ) -> None:
        self._options = options or A2FOptions()
        self._shared = shared if shared is not None else Shared()
        self._opener = opener
        self.audio_format = AudioFormat(self._options.rate_hz)
        self.packet_ms = self._options.packet_ms
        self._measures = measures_of(self._options)
        self._outlet = FrameOutlet()
        self._tasks = Tasks(self._broke)
        self._link: Link | None = None
        self._dog: Watchdog | None = None
        self._speech: Spoken | None = None
        self._control = TurnControl()
        self._calls: dict[ClipCall, asyncio.Task[None]] = {}
        self._feeding: ClipCall | None = None
        self._failure: AdapterError | None = None
        self._told = False
        self.remarks: Sequence[str] = ()

    @classmethod
    async def warm_up(cls, options: A2FOptions | None, shared: Shared) -> Lease[Any]:
        """Open the channel when the server starts; a service that is away then is found when it is there.

        Raises:
            AdapterError: No service can be there: no key, no address, no certificate.
        """
        chosen = options or A2FOptions()
        metadata_of(chosen)  # a missing key is told now, and not only when somebody speaks
        return await lease_channel(chosen, shared)

    @classmethod
    async def check_up(cls, options: A2FOptions | None) -> list[str]:
        """Ask the service whether it is well; what a person should know, for ``tth doctor``.

        Raises:
            AdapterError: It is not, or cannot be reached.
        """
        return await examine(options or A2FOptions())

    async def connect(self) -> None:
        """Ask the service whether it is well. A second call does nothing.

        Raises:
            AdapterError: It is not (``retry``: it may be later), or what was configured cannot be right (``fatal``).
        """
        if self._link is not None:
            return
        link = await self._opener(self._options, self._shared)
        try:
            await link.check()
        except BaseException:
            await link.close()
            raise
        self._link = link
        self._dog = Watchdog(LoopClock())

    async def start_speech(self, speech_id: str, *, start_sample: int, control: TurnControl) -> None:
        """Remember the speech; a call is opened with its first sound."""
        await self.end_speech()
        self._control = control
        self._speech = Spoken(speech_id, self._measures, self._mix(control.label, control.intensity))

    async def send_audio(self, pcm: bytes, start_sample: int) -> None:
        """Hand sound to the writer of its clip.

        Raises:
            AdapterError: The service has failed.
        """
        if self._failure is not None:
            raise self._failure
        speech, link, dog = self._speech, self._link, self._dog
        if speech is None or link is None or dog is None or not pcm:
            return
        begun = speech.feed(pcm, start_sample, dog.clock.now())
        if self._feeding is not None:
            self._feeding.wake()
        for clip in begun:
            self._feeding = call = ClipCall(clip.upload, self._tasks, dog)
            self._calls[call] = self._tasks.start(self._play(speech, clip, call, link), "a2f clip")
        if self._feeding is not None and self._feeding.upload.waiting_s > WAITING_S:
            await self._feeding.room(WAITING_S)

    async def send_marks(self, marks: Sequence[SpeechMark | EmotionMark]) -> None:
        """Take moods; words and phonemes are of no use here."""
        if self._speech is None:
            return
        for mark in marks:
            if isinstance(mark, EmotionMark):
                self._speech.feel(Mood(mark.start, self._mix(EmotionLabel(mark.label), mark.intensity)))

    async def end_speech(self) -> None:
        """Send the silence in which the mouth closes; its frames go on coming."""
        speech, self._speech = self._speech, None
        feeding, self._feeding = self._feeding, None
        if speech is not None:
            self._put(speech.end())
        if feeding is not None:
            feeding.wake()

    async def interrupt(self) -> None:
        """Forget the speech: no frame of it comes from here on, and its calls are cancelled."""
        self._speech = self._feeding = None
        self._outlet.clear()
        running = list(self._calls.values())
        self._calls.clear()
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def stream_frames(self) -> Stream[FaceFrame | VideoFrame]:
        """Frames, as the service makes them.

        Raises:
            AdapterError: The service has failed.
        """
        async for frame in self._outlet:
            yield frame
        if self._failure is not None:
            raise self._failure

    async def close(self) -> None:
        """End every clip and let go of the channel."""
        self._outlet.close()
        self._speech = self._feeding = None
        self._calls.clear()
        await self._tasks.close()
        if self._dog is not None:
            self._dog.close()
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    def _mix(self, label: EmotionLabel, intensity: float) -> dict[str, float]:
        return mix_of(label, intensity, self._control.expressivity, self._options.emotion_map)

    async def _play(self, speech: Spoken, clip: Clip, call: ClipCall, link: Link) -> None:
        async def take(poses: Sequence[Pose]) -> None:
            self._put(speech.frames(clip, poses))
            await self._outlet.room()

        try:
            await call.run(link, take)
            self._put(speech.over(clip))
        except AdapterError as error:
            self._fail(error)
        finally:
            self._calls.pop(call, None)
            self.remarks = remarks_on(call.replies) or self.remarks
        if (call.replies.dropped or speech.lost) and not self._told:
            self._told = True
            log.warning(
                "%s: the service sent %d frames out of order and %d beyond all sound; they are dropped",
                NAME,
                call.replies.dropped,
                speech.lost,
            )

    def _put(self, frames: Sequence[FaceFrame]) -> None:
        if not self._outlet.closed:
            for frame in frames:
                self._outlet.put_now(frame)

    def _broke(self, error: Exception) -> None:
        self._fail(AdapterError(NAME, f"{type(error).__name__}: {error}", code="adapter_broke", decision="retry"))

    def _fail(self, error: AdapterError) -> None:
        if self._failure is None:
            self._failure = error
        self._outlet.close()

"""One avatar in use: a pump that feeds it from the speech, and a reader of its frames."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from tth.adapters.avatar import AvatarAdapter
from tth.audio.packets import Packetizer
from tth.audio.resample import StreamResampler
from tth.core.clock import Clock
from tth.core.media import MEDIA_RATE_HZ, FaceFrame, VideoFrame
from tth.core.watchdog import Watch
from tth.session.act import Act
from tth.session.frames import check_frame
from tth.session.lag import Lag
from tth.session.meters import Meters
from tth.session.playhead import Playhead
from tth.session.speech import SpeechReader

LEAD_UNITS = 3 * MEDIA_RATE_HZ // 2
"""How far ahead of the playhead an avatar is fed: beyond the client's second of sound, and yet so near that a change of
mood is soon seen and little is made in vain."""

REST_S = 0.25
"""How long the pump sleeps once it is that far ahead."""

_WHOLE = 1 << 40
_ROUNDING = 2
"""Media units by which positions of sound at other rates may differ."""


class LiveRung:
    """Pulls from the speech of the current act, so that a late start, a hand-over and an interrupt are one thing.

    Args:
        index: Its place on the ladder, 0 the best.
        name: The adapter's registered name.
        adapter: Connected.
        playhead: Where to begin in a speech that is already being heard.
        watch: The deadline on sending; paused while nothing is being sent.
        meters: Where what is sent is counted.
        failed: Told when the adapter cannot go on, with what it raised or a reason.

    Attributes:
        begin: Media unit of the act from which on it makes frames.
        lag: Whether it keeps up with the act.
        judged: Whether that matters: its frames come here.
        shown: Media units of speech for which frames of it were delivered.
        tasks: Its pump and its reader, once started.
    """

    def __init__(
        self,
        index: int,
        name: str,
        adapter: AvatarAdapter,
        *,
        playhead: Playhead,
        clock: Clock,
        watch: Watch,
        meters: Meters,
        failed: Callable[[LiveRung, Exception | str], None],
    ) -> None:
        self.index = index
        self.name = name
        self.adapter = adapter
        self._playhead = playhead
        self._clock = clock
        self.watch = watch
        self._meters = meters
        self._failed = failed
        self.begin = 0
        self.lag = Lag(0, clock.now())
        self.judged = not getattr(adapter, "elsewhere", False)
        self.shown = 0
        self.tasks: list[asyncio.Task[None]] = []
        self._wish: int | None = None
        self._rate_hz = adapter.audio_format.rate_hz
        self._packet_bytes = 2 * (self._rate_hz * adapter.packet_ms // 1000)
        self._packets = Packetizer(self._packet_bytes)
        self._resampler: StreamResampler | None = None
        self._in_hz = 0
        self._act: Act | None = None
        self._begun: Act | None = None
        self._reader: SpeechReader | None = None
        self._expected = self._base = self._sent = 0
        self._marks = self._emotions = 0
        self._until = 0
        self._must_interrupt = self._over = self._fed = self._sending = False
        self._news = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def fed(self) -> int:
        """Media units of the act that it has taken from the speech."""
        return self._expected

    def play(self, act: Act, at: int | None = None) -> None:
        """Feed the speech of ``act``: from unit ``at``, else from what is being heard or was shown last."""
        self._act, self._wish, self._over, self._fed = act, at, False, False
        self.begin = self._expected = at or 0
        self.lag = Lag(self.begin, self._clock.now())
        self.wake()

    def interrupt(self) -> None:
        """Forget the act at once: after this returns nothing more of it is sent."""
        self._act = self._reader = None
        self._packets.clear()
        # Let go of, not cleared: the next speech makes its own, and soxr clears in eight times the time it frees.
        self._resampler, self._in_hz = None, 0
        self._must_interrupt = self._must_interrupt or self._begun is not None
        self.wake()

    def leave(self) -> None:
        """The act was played: the adapter is interrupted only if there is more to tell it than the end."""
        if self._begun is not self._act:
            self.interrupt()
        elif self._reader is None:
            self._act = self._begun = None
        elif self._reader.drained:
            self._over = True
            self.wake()
        else:
            self.interrupt()

    def wake(self) -> None:
        """There may be something to send."""
        self._news = True
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def pump(self) -> None:
        """Send what there is, until cancelled."""
        try:
            while True:
                if self._must_interrupt:
                    self._must_interrupt, self._begun = False, None
                    self.watch.touch()
                    await self.adapter.interrupt()
                elif self._news:
                    self._news = False
                    self._news = await self._step() or self._news
                else:
                    self.watch.pause()
                    await self._rest()
        except Exception as error:  # foreign code; the next rung takes over
            self._meters.refused_sends += self._sending
            self._failed(self, error)
        finally:
            self.watch.pause()

    async def read_frames(self, take: Callable[[LiveRung, FaceFrame | VideoFrame], None]) -> None:
        """Hand each frame to ``take``, until the adapter's stream ends."""
        try:
            async with aclosing(self.adapter.stream_frames()) as frames:
                async for frame in frames:
                    check_frame(frame)
                    take(self, frame)
        except Exception as error:  # foreign code; the next rung takes over
            self._failed(self, error)
        else:
            self._failed(self, "its frames ended")

    async def _rest(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        ahead = self._reader is not None and self._expected >= self._until
        timer = self._clock.call_later(REST_S, self.wake) if ahead else None
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    async def _step(self) -> bool:
        """Send the next thing of the act; says whether there is more to send at once."""
        act = self._act
        if act is None:
            return False
        if act is not self._begun:
            await self._begin(act)
            return True
        if self.adapter.wants_marks and self._unsent_marks(act):
            await self._send_marks(act)
            return True
        reader = self._reader
        if reader is None:
            if act.speech.received <= self._expected + _ROUNDING:
                return False
            # Its sound had been over, and more has come after all.
            self._wish = self._expected
            await self._begin(act)
            return True
        start, pcm = self._collect(reader)
        ended = reader.at_end and (act.speech.finished or act.speech.sound_over)
        if ended:
            self._reader = None
            rest = self._resampler.flush() if self._resampler is not None else b""
            pcm += self._packets.feed(rest)
            pcm += self._packets.flush()
        if pcm:
            if not self._fed:
                self._fed = True
                self.lag = Lag(self.begin, self._clock.now())
            self.watch.touch()
            self._sending = True
            await self.adapter.send_audio(pcm, start)
            self._sending = False
            meters = self._meters
            meters.sends += 1
            meters.packets += -(-len(pcm) // self._packet_bytes)
            meters.upload_bytes += len(pcm)
        if ended and act is self._act:
            self.watch.touch()
            await self.adapter.end_speech()
            if self._over:
                self._act = self._begun = None
        return False

    async def _begin(self, act: Act) -> None:
        at, self._wish = self._wish, None
        if at is None:
            at = max(self._playhead.position(), act.framed_to) if act.speech.received else 0
        self.begin, self._fed = at, False
        self.lag = Lag(at, self._clock.now())
        self._begun = act
        self._reader = act.speech.reader(at)
        self._expected = self._base = at
        self._sent = self._marks = self._emotions = 0
        self._packets.clear()
        self._resampler, self._in_hz = None, 0
        self.watch.touch()
        await self.adapter.start_speech(act.speech.id, start_sample=at, control=act.control)

    def _unsent_marks(self, act: Act) -> bool:
        return len(act.speech.marks) > self._marks or len(act.emotions) > self._emotions

    async def _send_marks(self, act: Act) -> None:
        emotions = act.emotions[self._emotions :]
        marks = act.speech.marks[self._marks :]
        self._emotions += len(emotions)
        self._marks += len(marks)
        self.watch.touch()
        await self.adapter.send_marks([*emotions, *marks])

    def _collect(self, reader: SpeechReader) -> tuple[int, bytes]:
        """All whole packets that can be made now, and the media unit of their first sample."""
        self._until = until = self._playhead.position() + LEAD_UNITS
        parts: list[bytes] = []
        while (piece := reader.read(until, _WHOLE)) is not None:
            at, pcm, rate_hz = piece
            if not -1 <= at - self._expected <= 1:
                self._anchor(at)
            if rate_hz != self._in_hz:
                rest = self._change_rate(rate_hz)
                if rest:
                    parts.append(rest)
            self._expected = at + (len(pcm) >> 1) * MEDIA_RATE_HZ // rate_hz
            resampler = self._resampler
            packets = self._packets.feed(pcm if resampler is None else resampler.feed(pcm))
            if packets:
                parts.append(packets)
        data = b"".join(parts) if len(parts) != 1 else parts[0]
        start = self._base + self._sent * MEDIA_RATE_HZ // self._rate_hz
        self._sent += len(data) >> 1
        return start, data

    def _anchor(self, at: int) -> None:
        """Sound before ``at`` is gone: begin anew there."""
        self._packets.clear()
        if self._resampler is not None:
            self._resampler.clear()
        self._base, self._sent = at, 0

    def _change_rate(self, rate_hz: int) -> bytes:
        rest = self._packets.feed(self._resampler.flush()) if self._resampler is not None else b""
        self._in_hz = rate_hz
        self._resampler = None if rate_hz == self._rate_hz else StreamResampler(rate_hz, self._rate_hz)
        return rest

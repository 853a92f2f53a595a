"""A face that moves to sound which the client brings: an avatar without a voice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tth.audio.pcm import check_rate, samples_of
from tth.core.bus import EventBus
from tth.core.clock import Clock, Timer
from tth.core.controls import TurnControl, merge
from tth.core.media import MEDIA_RATE_HZ, EmotionMark
from tth.core.watchdog import Watchdog
from tth.errors import MediaError
from tth.session.ladder import Rung
from tth.session.playhead import Playhead
from tth.session.speech import MAX_SPEECH_UNITS, Speech
from tth.session.stage import AvatarStage

LOOK_S = 0.1
"""How often it is looked whether a speech was played to its end."""

AFTER_UNITS = MEDIA_RATE_HZ // 2
"""The last frames of a speech may come so long after its sound was played."""

GAP_UNITS = 10 * MEDIA_RATE_HZ
"""Longest silence that a client may leave out of its sound."""

ROUNDING_UNITS = 3
"""Positions at rates that do not divide the media clock's are rounded by their senders."""


class AudioDrivenFace:
    """Shows one speech after another; speeches are numbered by the client, and never go back.

    Use it as ``async with AudioDrivenFace(...) as face``.

    Args:
        rungs: Avatars, best first.
        control: How the face feels.
        bus: Where frames, hand-overs and warnings are told; a frame's ``turn_id`` is the speech's number.
    """

    def __init__(
        self, rungs: Sequence[Rung], control: TurnControl, bus: EventBus, clock: Clock, watchdog: Watchdog
    ) -> None:
        self._control = control
        self._bus = bus
        self._clock = clock
        self._playhead = Playhead(clock)
        self._reports = False
        self._stage = AvatarStage(rungs, bus, self._playhead, clock, watchdog, lambda: None)
        self._speech: Speech | None = None
        self._number = 0
        self._over_at: float | None = None
        self._look_due: Timer | None = None
        self._rest = asyncio.Event()
        self._rest.set()

    async def __aenter__(self) -> AudioDrivenFace:
        """Bring up the first avatar that works; where none does, it is told on the bus."""
        await self._stage.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._leave()
        await self._stage.close()

    @property
    def name(self) -> str:
        """The avatar in use, empty where there is none."""
        return self._stage.name

    @property
    def speech(self) -> Speech | None:
        """The one that is shown."""
        return self._speech

    async def rest(self) -> None:
        """Return when no speech is shown."""
        await self._rest.wait()

    def sound(self, number: int, sample: int, pcm: bytes, rate_hz: int, *, last: bool) -> None:
        """Take the next sound of speech ``number``; that of one that is over is passed over.

        A higher number than before begins a new speech and ends the one before it.

        Args:
            number: From 1.
            sample: Media unit of the first sample; what lies between it and the sound before is silence.
            pcm: Whole samples of PCM16 mono; may be empty.
            rate_hz: 8000 to 48000.
            last: Whether it is the speech's last sound.

        Raises:
            MediaError: It is no sound of speech, does not follow what came before, or is more than can be held.
        """
        check_rate(rate_hz)
        samples = len(samples_of(pcm))
        if number < 1:
            raise MediaError("speeches are numbered from 1 in 'turn'")
        if number < self._number or (number == self._number and self._speech is None):
            return
        received = self._speech.received if self._speech is not None and number == self._number else 0
        self._check(number, sample, received, samples * MEDIA_RATE_HZ // rate_hz)
        if number > self._number:
            self._begin(number)
        assert self._speech is not None
        if sample > received + ROUNDING_UNITS:
            self._add(bytes(2 * ((sample - received) * rate_hz // MEDIA_RATE_HZ)), rate_hz)
        if pcm:
            self._add(pcm, rate_hz)
        if last:
            self._speech.finish(whole=True)
            self._stage.output_over()
            self._stage.wake()

    def _check(self, number: int, sample: int, received: int, units: int) -> None:
        if self._speech is not None and number == self._number and self._speech.finished:
            raise MediaError(f"speech {number} has had its last sound; begin the next with {number + 1}")
        if sample < received - ROUNDING_UNITS:
            raise MediaError(f"sample {sample} was sent before; the next is {received}")
        if sample - received > GAP_UNITS:
            most_s = GAP_UNITS // MEDIA_RATE_HZ
            raise MediaError(f"a gap from {received} to {sample}; leave out {most_s} s of silence at the most")
        played = self._playhead.position() if received else 0
        if max(sample, received) + units - played > MAX_SPEECH_UNITS:
            raise MediaError(f"more than {MAX_SPEECH_UNITS // MEDIA_RATE_HZ} s of sound wait to be played")

    def _begin(self, number: int) -> None:
        self.interrupt()
        self._number = number
        generation = self._bus.begin()
        speech = self._speech = Speech(f"speech_{number}")
        self._rest.clear()
        self._playhead.start(speech)
        self._stage.start(speech, self._control, turn_id=str(number), generation=generation)
        self._look_due = self._clock.call_later(LOOK_S, self._look)

    def _add(self, pcm: bytes, rate_hz: int) -> None:
        assert self._speech is not None
        before = self._speech.append(pcm, rate_hz)
        self._playhead.received_more(before)
        self._stage.wake()

    def played(self, number: int, sample: int, *, playing: bool) -> None:
        """The client has played speech ``number`` up to media unit ``sample``, and goes on or stands still.

        Until it says so for the first time, sound counts as played as fast as it comes.
        """
        if not self._reports:
            self._reports = True
            self._playhead.attach()
        if self._speech is not None and number == self._number:
            self._playhead.report(sample, playing=playing)
            self._stage.wake()

    def interrupt(self) -> None:
        """Forget the speech: when this returns, no more frames of it are delivered."""
        if self._speech is not None:
            self._bus.interrupt()
            self._stage.interrupt()
            self._leave()

    def control(self, control: TurnControl) -> None:
        """Lay ``control`` over the face's, from now on."""
        self._control = merge(self._control, control)
        if self._speech is not None and control.emotion.label is not None:
            feels, now = self._control, self._playhead.position()
            self._stage.emotion(EmotionMark(start=now, label=feels.label.value, intensity=feels.intensity))

    def _look(self) -> None:
        speech, at = self._speech, self._playhead.position()
        if speech is None:
            return
        self._playhead.check_client()
        speech.trim(at)
        if not speech.finished or at < speech.received:
            self._over_at = None
        elif self._over_at is None:
            self._over_at = self._clock.now()
        elif self._clock.now() - self._over_at >= AFTER_UNITS / MEDIA_RATE_HZ:
            self._stage.leave()
            self._leave()
            return
        self._look_due = self._clock.call_later(LOOK_S, self._look)

    def _leave(self) -> None:
        self._speech = self._over_at = None
        self._playhead.stop()
        if self._look_due is not None:
            self._look_due.cancel()
            self._look_due = None
        self._rest.set()

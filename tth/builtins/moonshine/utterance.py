"""What a person says, as it comes, and which part of it is to be written down next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tth.audio.pcm import SampleAligner, mono, samples_of
from tth.audio.resample import StreamResampler
from tth.builtins.moonshine.model import LONGEST_S, RATE_HZ, Sound, Written
from tth.builtins.moonshine.quiet import FRAME, Levels
from tth.core.media import AudioChunk

_FRAMES_A_SECOND = RATE_HZ // FRAME

LEAD_FRAMES = _FRAMES_A_SECOND // 2
"""Quiet that is kept from before the first word."""

SETTLED_S = 12.0
"""What is longer than this at a pause is done with: what follows is written down by itself."""

_SEARCHED_FRAMES = 10 * _FRAMES_A_SECOND
_CUT_FRAMES = _FRAMES_A_SECOND // 5
"""Where there is no pause, the cut is made at the quietest fifth of a second of the last ten seconds."""

FULL_S = 60.0
"""No more is taken until some of it is written down."""


@dataclass(frozen=True, slots=True)
class Work:
    """A sound to write down.

    Attributes:
        sound: 16 kHz, -1 to 1.
        frames: How many frames of the utterance it covers.
        settled: Whether it is wanted for good; else it is a guess in the middle of a sentence.
        done: Whether no more is to be written together with it.
    """

    sound: Sound
    frames: int
    settled: bool
    done: bool = False


class Utterance:
    """One utterance: sound goes in, work comes out, and what was made of the work goes in again.

    Args:
        quiet_ms: Quiet after which what was said is written down for good.
        partial_ms: New sound after which a guess is made; ``None``: there are no guesses.
    """

    def __init__(self, *, quiet_ms: int, partial_ms: int | None) -> None:
        self.ended = False
        """Whether no more sound comes."""
        self._quiet_frames = quiet_ms * _FRAMES_A_SECOND // 1000
        self._partial_frames = None if partial_ms is None else partial_ms * _FRAMES_A_SECOND // 1000
        self._aligner = SampleAligner()
        self._resampler: StreamResampler | None = None
        self._rate_hz = 0
        self._pieces = list[Sound]()
        self._samples = 0
        self._levels = Levels()
        self._done = list[str]()
        self._newest = ""
        self._settled = -1
        self._guessed = 0

    def feed(self, chunk: AudioChunk) -> None:
        """Take a chunk of any format.

        Raises:
            MediaError: Nothing can be sound of that rate or so many channels.
        """
        if chunk.sample_rate != self._rate_hz:
            self._drain()
            self._resampler = StreamResampler(chunk.sample_rate, RATE_HZ)
            self._rate_hz = chunk.sample_rate
        assert self._resampler is not None
        self._take(self._resampler.feed(mono(self._aligner.feed(chunk.data, chunk.channels), chunk.channels)))
        if self._levels.nothing and len(self._levels.frames) > LEAD_FRAMES:
            self._forget(len(self._levels.frames) - LEAD_FRAMES)

    def end(self) -> None:
        """No more sound comes."""
        self._drain()
        self.ended = True

    def _drain(self) -> None:
        if self._resampler is not None:
            self._take(self._resampler.flush())

    def _take(self, pcm: bytes) -> None:
        sound = samples_of(pcm).astype(np.float32) / np.float32(32768)
        self._levels.feed(sound)
        self._pieces.append(sound)
        self._samples += len(sound)

    def _sound(self) -> Sound:
        """What is not done with, in one piece."""
        self._pieces = [np.concatenate(self._pieces)]
        return self._pieces[0]

    def _forget(self, frames: int) -> None:
        self._levels.forget(frames)
        self._pieces = [self._sound()[frames * FRAME :]]
        self._samples -= frames * FRAME
        self._settled = self._guessed = 0

    @property
    def full(self) -> bool:
        """Whether no more can be taken now."""
        return self._samples > FULL_S * RATE_HZ

    @property
    def text(self) -> str:
        """What was said, as understood so far."""
        return " ".join(filter(None, [*self._done, self._newest]))

    @property
    def pausing(self) -> bool:
        """Whether it is quiet, and what was said before is not written down for good."""
        levels = self._levels
        return levels.quiet >= self._quiet_frames and not self._is_settled and not levels.nothing

    @property
    def _is_settled(self) -> bool:
        """Whether all is written down but what is quiet."""
        return self._settled >= len(self._levels.frames) - self._levels.quiet

    def work(self) -> Work | None:
        """What to do next; ``None`` while there is nothing, and for good once it has ended."""
        frames = len(self._levels.frames)
        if self._levels.nothing or (self.ended and self._is_settled):
            return None
        if self._samples > LONGEST_S * RATE_HZ:
            longest = int(LONGEST_S * _FRAMES_A_SECOND)
            return self._piece(self._levels.quietest(longest - _SEARCHED_FRAMES, longest, _CUT_FRAMES), done=True)
        if self.ended:
            return Work(self._spoken(None), frames, settled=True, done=True)
        if self.pausing:
            return self._piece(frames, done=frames > SETTLED_S * _FRAMES_A_SECOND)
        if self._partial_frames is None or self._levels.quiet:
            return None
        # Less often the longer it gets, so that the work of a second of speech does not grow.
        if frames - self._guessed < max(self._partial_frames, frames // 4):
            return None
        return Work(self._spoken(None), frames, settled=False)

    def _piece(self, frames: int, *, done: bool) -> Work:
        return Work(self._spoken(frames * FRAME), frames, settled=True, done=done)

    def _spoken(self, end: int | None) -> Sound:
        """Up to sample ``end``, without a long quiet before the first word: after one the model understands nothing."""
        return self._sound()[max(0, self._levels.lead - LEAD_FRAMES) * FRAME : end]

    def took(self, work: Work, written: Written | None) -> None:
        """Take what was made of ``work``; ``None``: nobody had time for a guess."""
        self._guessed = work.frames
        if written is None:
            return
        self._newest = written.text if work.settled else written.text.rstrip(".,?! ")
        if work.done:
            self._done.append(self._newest)
            self._newest = ""
            self._forget(work.frames)
        elif work.settled:
            self._settled = work.frames

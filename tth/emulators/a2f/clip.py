"""One clip: sound in, frames out, without sockets and without time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tth.emulators.a2f.feelings import Emotions, Feelings, look
from tth.emulators.a2f.lips import Lips
from tth.emulators.a2f.shaping import Shaping
from tth.face.blendshapes import Weights
from tth.face.emotions import blend
from tth.face.lipsync.model import Model
from tth.wire.a2f.messages_pb2 import AudioStreamHeader
from tth.wire.a2f.methods import FRAMES_A_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a client gets for a thirtieth of a second.

    Attributes:
        number: From 0 on.
        time_code: Seconds from the clip's start.
        values: One for each blendshape.
        audio: The sound that it shows, filled up with silence at the clip's end.
        sent: The emotions that the client set, as they stand then.
        shown: Each of ``EMOTIONS`` as the face shows it.
    """

    number: int
    time_code: float
    values: Weights
    audio: bytes
    sent: Emotions
    shown: Weights


class Clip:
    """Frames of a clip, made when they are asked for.

    Args:
        header: Of the clip; checked.
        names: The blendshapes.
        model: What reads the lips.
        look_ahead_ms: So much sound after a frame must have come before it is ready, at least.

    Attributes:
        samples: How many have come.
        ended: Whether more will come.
    """

    def __init__(
        self, header: AudioStreamHeader, names: Sequence[str], model: Model, look_ahead_ms: float = 0.0
    ) -> None:
        self.rate_hz = header.audio_header.samples_per_second
        self.samples = 0
        self.ended = False
        self.feelings = Feelings(header)
        self._ahead = round(look_ahead_ms * self.rate_hz / 1000)
        self._lips = Lips(model, self.rate_hz)
        self._shaping = Shaping(header, names)
        self._waiting = bytearray()
        self._made = 0

    def feed(self, pcm: bytes) -> None:
        """Take whole samples."""
        self._waiting += pcm
        self._lips.feed(pcm)
        self.samples += len(pcm) // 2

    def end(self) -> None:
        """No more sound comes."""
        if not self.ended:
            self.ended = True
            self._lips.end()

    @property
    def total(self) -> int:
        """How many frames there are for the sound that has come."""
        return -(-self.samples * FRAMES_A_SECOND // self.rate_hz)

    @property
    def ready(self) -> int:
        """How many frames can be made now."""
        if self.ended:
            return self.total - self._made
        known = max(0, self.samples - self._ahead) * FRAMES_A_SECOND // self.rate_hz
        return min(known - self._made, self._lips.ready)

    @property
    def over(self) -> bool:
        """Whether every frame was made."""
        return self.ended and not self.ready

    def next(self) -> Frame:
        """The next frame; ask only for one that is ready."""
        number = self._made
        size = 2 * ((number + 1) * self.rate_hz // FRAMES_A_SECOND - number * self.rate_hz // FRAMES_A_SECOND)
        audio = bytes(self._waiting[:size]).ljust(size, b"\0")
        del self._waiting[:size]
        lips = self._lips.next()
        time_code = number / FRAMES_A_SECOND
        shown = self.feelings.at(time_code)
        pose = blend(lips.weights, look(shown), lips.speaking, lips.closure)
        self._made += 1
        return Frame(
            number=number,
            time_code=time_code,
            values=self._shaping.values(pose),
            audio=audio,
            sent=self.feelings.sent,
            shown=shown,
        )

"""What a client sends in one call: its order, the limits on it, and how fast it comes."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import DecodeError

from tth.emulators.a2f.clip import Clip
from tth.emulators.a2f.options import Limits
from tth.emulators.a2f.parameters import check_header, refused
from tth.emulators.a2f.record import ClipRecord
from tth.errors import ProtocolError
from tth.wire.a2f.messages_pb2 import AudioStream, AudioStreamHeader, AudioWithEmotion


class Pace:
    """Whether sound comes fast enough: from the first of it on, ``Limits.pace`` times real time.

    What came early counts for later. Times are those of any clock that does not go back.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lasts_until: float | None = None
        self._behind_since: float | None = None

    def take(self, seconds: float, now: float) -> None:
        """So much sound has come."""
        if self._lasts_until is None:
            self._lasts_until = now
        elif self._behind_since is None and self._lasts_until < now:
            self._behind_since = self._lasts_until
        self._lasts_until += seconds / self._limits.pace
        if self._lasts_until >= now:
            self._behind_since = None

    def pause(self, seconds: float) -> None:
        """For so long none could come."""
        if self._lasts_until is not None:
            self._lasts_until += seconds
        if self._behind_since is not None:
            self._behind_since += seconds

    @property
    def deadline(self) -> float:
        """When a client of which no more comes is cut off; infinite before the first sound."""
        if self._lasts_until is None:
            return float("inf")
        since = self._lasts_until if self._behind_since is None else self._behind_since
        return since + self._limits.slow_s


class Intake:
    """Takes a client's messages.

    Args:
        limits: Where it is refused.
        make_clip: Called with the checked header.
        record: Where what comes is written down.
        now: When the call began.
        keep_audio: Whether the sound is written down too.

    Attributes:
        clip: Made by the header; ``None`` before it has come.
    """

    def __init__(
        self,
        limits: Limits,
        make_clip: Callable[[AudioStreamHeader], Clip],
        record: ClipRecord,
        now: float,
        *,
        keep_audio: bool,
    ) -> None:
        self.clip: Clip | None = None
        self._limits = limits
        self._make_clip = make_clip
        self._record = record
        self._keep_audio = keep_audio
        self._pace = Pace(limits)
        self._heard_at = now

    @property
    def ended(self) -> bool:
        """Whether ``end_of_audio`` has come."""
        return self.clip is not None and self.clip.ended

    def take(self, raw: bytes, now: float) -> None:
        """Take one message.

        Raises:
            ProtocolError: The service does not take it.
        """
        self._heard_at = now
        try:
            message = AudioStream.FromString(raw)
        except DecodeError as error:
            raise refused(f"a message of {len(raw)} bytes is no AudioStream") from error
        match message.WhichOneof("stream_part"):
            case "audio_stream_header":
                self._begin(message.audio_stream_header)
            case "audio_with_emotion":
                self._feed(message.audio_with_emotion, now)
            case "end_of_audio":
                self._begun("end_of_audio").end()
            case _:
                raise refused("a message without a part; send audio_stream_header, audio_with_emotion or end_of_audio")

    def _begin(self, header: AudioStreamHeader) -> None:
        if self.clip is not None:
            raise refused("a second audio_stream_header; a call has one, and a new clip is a new call")
        self._record.header = header
        check_header(header)
        self.clip = self._make_clip(header)

    def _begun(self, part: str) -> Clip:
        if self.clip is None:
            raise refused(f"{part} before audio_stream_header; the header comes first")
        return self.clip

    def _feed(self, message: AudioWithEmotion, now: float) -> None:
        clip = self._begun("audio_with_emotion")
        pcm = message.audio_buffer
        self._record.message_bytes.append(len(pcm))
        self._record.emotions.extend(message.emotions)
        if self._keep_audio:
            self._record.audio += pcm
        if len(pcm) % 2:
            raise refused(f"audio_buffer holds {len(pcm)} bytes; a sample has two, and whole ones are sent")
        seconds = len(pcm) / 2 / clip.rate_hz
        if seconds > self._limits.message_s:
            raise refused(f"{seconds:g} s of sound in one message; the most is {self._limits.message_s:g} s")
        if clip.samples / clip.rate_hz + seconds > self._limits.clip_s:
            raise refused(f"the clip is longer than {self._limits.clip_s:g} s; begin another call")
        clip.feelings.add(message.emotions)
        clip.feed(pcm)
        if pcm:
            self._pace.take(seconds, now)

    def half_close(self) -> None:
        """The client sends no more, and the clip has not ended.

        Raises:
            ProtocolError: Always.
        """
        raise refused("the stream was closed without end_of_audio")

    def held_back(self, seconds: float) -> None:
        """The client was not read for so long, which does not count against it."""
        self._heard_at += seconds
        self._pace.pause(seconds)

    @property
    def deadline(self) -> float:
        """When the client is cut off unless more comes."""
        return min(self._heard_at + self._limits.idle_s, self._pace.deadline)

    def overdue(self) -> ProtocolError:
        """Why the client is cut off at the deadline."""
        if self._pace.deadline < self._heard_at + self._limits.idle_s:
            pace, slow_s = self._limits.pace, self._limits.slow_s
            return ProtocolError(
                "ABORTED", f"sound came more slowly than {pace:.3f} times real time for more than {slow_s:g} s"
            )
        return ProtocolError("ABORTED", f"nothing came for {self._limits.idle_s:g} s")

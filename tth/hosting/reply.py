"""One response of a voice, on its way to a client."""

from __future__ import annotations

from dataclasses import dataclass, field

from tth.audio.pcm import SampleAligner, check_format, mono
from tth.audio.resample import StreamResampler
from tth.core.events import AudioChunkEvent, ToolCallEvent
from tth.core.media import MEDIA_RATE_HZ
from tth.session.speech import SpokenItem
from tth.wire.realtime.server.orders import Respond


@dataclass(slots=True, eq=False)
class Reply:
    """What is known of it until it is over.

    Attributes:
        id: The engine's id of it.
        order: What was asked for.
        items: In how many it is told where the adapter has one.
        tries: How often a voice was asked for it.
        theirs: The adapter's id, once it has one.
        item: The adapter's item that is being written or spoken.
        wire_item: The same by the client's id, once the client was told of it.
        spoken: Its items by the adapter's id.
        calls: Adapter's item ids by call id.
        held_calls: Calls that are told when the sound before them has been.
        sent: Whether anything of it went to the client.
        ended: How the adapter ended it; empty while it goes on.
        hushed: Whether nothing more of it may be heard.
        samples: Media units of sound that did.
    """

    id: str
    order: Respond | None = None
    items: int = 1
    tries: int = 0
    theirs: str = ""
    item: str = ""
    wire_item: str = ""
    spoken: dict[str, SpokenItem] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    held_calls: list[ToolCallEvent] = field(default_factory=list)
    held_text: str = ""
    held_sound: bytearray = field(default_factory=bytearray)
    sent: bool = False
    ended: str = ""
    hushed: bool = False
    samples: int = 0
    _aligner: SampleAligner = field(default_factory=SampleAligner)
    _resampler: StreamResampler | None = None
    _rate_hz: int = MEDIA_RATE_HZ

    @property
    def has_sound(self) -> bool:
        """Whether it is made as sound."""
        return self.order is None or self.order.modality == "audio"

    @property
    def out_of_band(self) -> bool:
        """Whether it leaves no trace in the conversation."""
        return self.order is not None and self.order.out_of_band

    def at_24_khz(self, event: AudioChunkEvent) -> bytes:
        """Whole samples of mono PCM16 at 24 kHz that can be given out now.

        Raises:
            MediaError: It is no sound.
        """
        pcm = mono(self._aligner.feed(event.data, event.channels), event.channels)
        if event.sample_rate == self._rate_hz:
            return pcm if self._resampler is None else self._resampler.feed(pcm)
        check_format(event.sample_rate, event.channels)
        before = self.rest()
        self._rate_hz = event.sample_rate
        same = event.sample_rate == MEDIA_RATE_HZ
        self._resampler = None if same else StreamResampler(event.sample_rate, MEDIA_RATE_HZ)
        return before + (pcm if self._resampler is None else self._resampler.feed(pcm))

    def rest(self) -> bytes:
        """What the resampler still holds of it at its end."""
        return b"" if self._resampler is None else self._resampler.flush()

"""The person's microphone: open, held open for one utterance, or off."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from tth.adapters.realtime import Hearing, RealtimeCapabilities
from tth.audio.pcm import SampleAligner, check_format, mono
from tth.config.settings import Listening
from tth.core.events import Event, ListeningEvent, ListeningUpdateEvent, MicrophoneEvent, MicrophoneState
from tth.core.media import AudioChunk
from tth.errors import MediaError
from tth.session.ears import Ears
from tth.session.finders import Found, find
from tth.session.reference import RATE_HZ, Reference
from tth.session.spotter import LONGEST, Spotter
from tth.session.turn_taking import TurnTaking
from tth.session.voice import Voice

WAITING_S = 5.0
"""Of the sound that waits while the finder of speech is loaded."""

BRIEF_S = 0.2
"""A button that is held for less says nothing."""


class Microphone:
    """Makes utterances of what the microphone hears, as its state and the settings say.

    Args:
        settings: How to listen.
        ears: Where utterances go.
        taking: Told where they begin and end.
        reference: What the loudspeaker plays meanwhile.
        voice: Who hears; it may find speech by itself.
        publish: Told what can and cannot be heard.

    Attributes:
        state: What it does now; ``None`` before it was first used.
    """

    def __init__(
        self,
        settings: Listening,
        *,
        ears: Ears,
        taking: TurnTaking,
        reference: Reference,
        voice: Voice,
        publish: Callable[[Event], None],
        finders: Callable[[Listening], Found] = find,
    ) -> None:
        self._settings = settings
        self._ears = ears
        self._taking = taking
        self._reference = reference
        self._voice = voice
        self._publish = publish
        self._finders = finders
        self._found: Found | None = None
        self._spotter: Spotter | None = None
        self._aligner = SampleAligner()
        self._format = (0, 0)
        self._waiting: deque[AudioChunk] = deque()
        self._waiting_s = 0.0
        self._held_s = 0.0
        self._used = asyncio.Event()
        self.state: MicrophoneState | None = None

    # What the person does

    def hear(self, chunk: AudioChunk) -> None:
        """More of its sound. One that was never switched counts as open; one that is off is passed over.

        Raises:
            MediaError: It is no sound of speech.
        """
        if not isinstance(chunk, AudioChunk):
            raise MediaError(f"{type(chunk).__name__} is no sound; give an AudioChunk")
        check_format(chunk.sample_rate, chunk.channels)
        if self.state is None:
            self.switch(MicrophoneEvent(state="open"))
        if (chunk.sample_rate, chunk.channels) != self._format:
            self._format = chunk.sample_rate, chunk.channels
            self._aligner.clear()
        pcm = mono(self._aligner.feed(chunk.data, chunk.channels), chunk.channels)
        if pcm:
            self._take(AudioChunk(pcm, chunk.sample_rate))

    def switch(self, event: MicrophoneEvent) -> None:
        """Open it, hold it open for one utterance, or switch it off."""
        was, self.state = self.state, event.state
        self._used.set()
        if was == "held":
            self._release(discard=event.discard)
        elif was == "open" and event.state != "open":
            self._leave_open()
        self._agree()
        if event.state == "held":
            self._held_s = 0.0
            self._taking.began(pressed=True)

    def configure(self, event: ListeningUpdateEvent) -> None:
        """Listen like this from here on; an utterance that is being said is judged by it too."""
        asked = {"threshold": event.threshold, "silence_ms": event.silence_ms, "barge_in": event.barge_in}
        self._settings = self._settings.model_copy(update={k: v for k, v in asked.items() if v is not None})
        self._taking.barge_in = self._settings.barge_in
        if self._found is not None:
            self._found.configure(self._settings)
        if self.state is not None:
            self._agree()
        self._publish(self.listening())

    def listening(self) -> ListeningEvent:
        """Whether it is heard, and how."""
        can = self._can
        detector = "voice" if self._voice_finds else self._found.name if self._found is not None else ""
        return ListeningEvent(
            hears=can.audio_in,
            why="" if can.audio_in else can.deaf or "this profile's voice does not hear; type instead",
            detector=detector,
            threshold=self._settings.threshold,
            silence_ms=self._settings.silence_ms,
            barge_in=self._settings.barge_in,
        )

    # How it is heard

    @property
    def _can(self) -> RealtimeCapabilities:
        return self._voice.adapter.capabilities if self._voice.alive else RealtimeCapabilities(deaf="there is no voice")

    @property
    def _voice_finds(self) -> bool:
        return self._settings.detector in ("auto", "voice") and self._can.detects

    def _agree(self) -> None:
        """Tell the voice who finds where speech begins and ends."""
        finds = self._voice_finds and self.state != "held"
        self._taking.named_by_voice = finds
        settings = self._settings
        # What nobody has set is left to the voice's own options.
        said = settings.model_fields_set
        self._ears.configure(
            Hearing(
                ends="voice" if finds else "caller",
                answers=finds and settings.barge_in == "stop",
                threshold=settings.threshold if "threshold" in said else None,
                silence_ms=settings.silence_ms if "silence_ms" in said else None,
            )
        )

    async def work(self) -> None:
        """Load what finds speech once it is needed, then return."""
        await self._used.wait()
        if self._voice_finds or not self._can.audio_in:
            return
        # Reading a network takes a while: other sessions must not wait for it.
        self._found = found = await asyncio.to_thread(self._finders, self._settings)
        found.configure(self._settings)
        self._spotter = Spotter(
            found.finder,
            self._ears,
            self._taking,
            self._reference,
            prefix_ms=self._settings.prefix_ms,
            late=found.late,
        )
        self._publish(self.listening())
        while self._waiting:
            self._spot(self._waiting.popleft())

    def _take(self, chunk: AudioChunk) -> None:
        if self.state == "held":
            self._hold(chunk)
        elif self.state == "open" and not self._can.audio_in:
            self._ears.hear(chunk)  # which says why
        elif self.state == "open" and self._voice_finds:
            if not self._taking.closed:
                self._ears.hear(chunk)
        elif self.state == "open":
            self._spot(chunk)

    def _spot(self, chunk: AudioChunk) -> None:
        if self._spotter is not None:
            self._spotter.feed(chunk.data, chunk.sample_rate)
            return
        self._waiting.append(chunk)
        self._waiting_s += _seconds(chunk)
        while self._waiting_s > WAITING_S:
            self._waiting_s -= _seconds(self._waiting.popleft())

    def _hold(self, chunk: AudioChunk) -> None:
        self._ears.hear(chunk)
        self._held_s += _seconds(chunk)
        if self._held_s * RATE_HZ >= LONGEST:
            self._release(discard=False)
            self._held_s = 0.0
            self._taking.began(pressed=True)

    def _release(self, *, discard: bool) -> None:
        if discard or self._held_s < BRIEF_S:
            self._ears.end(discard=True)
            self._taking.cancelled()
        else:
            self._ears.end()
            self._taking.ended()

    def _leave_open(self) -> None:
        if self._spotter is not None:
            self._spotter.reset()
        self._waiting.clear()
        self._waiting_s = 0.0
        if self._taking.named_by_voice:
            # The voice hears no silence behind it: what was being said ends here.
            self._ears.end()
            self._taking.ended()


def _seconds(chunk: AudioChunk) -> float:
    return len(chunk.data) / 2 / chunk.sample_rate

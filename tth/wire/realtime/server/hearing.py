"""The user's side: sound comes in, turns are found in it, utterances become items and are transcribed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tth.wire.realtime.server.buffer import InputBuffer
from tth.wire.realtime.server.errors import Refusal
from tth.wire.realtime.server.items import Item, Part
from tth.wire.realtime.server.orders import Transcribe
from tth.wire.realtime.server.sound import RATE_HZ, SoundDecoder, ms_of
from tth.wire.realtime.server.state import State
from tth.wire.realtime.server.usage import text_tokens
from tth.wire.realtime.server.vad import EnergyVad

_LEAST_COMMIT_MS = 100
_QUIET_SAMPLES = 30 * RATE_HZ
"""Kept in front of a speech that has not begun."""
_SLICE_BYTES = 2**16
_MOST_AWAITED = 256
_BY_DURATION = ("whisper-1", "gpt-realtime-whisper")
"""Transcription models that are billed by time."""

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Hearing:
    """Listens for one connection.

    Args:
        state: The connection's.
        on_speech: Called when the user begins to speak.
        on_turn: Called when the user's turn is over and in the conversation.
    """

    def __init__(self, state: State, on_speech: Callable[[], None], on_turn: Callable[[], None]) -> None:
        self._state = state
        self._on_speech = on_speech
        self._on_turn = on_turn
        self._buffer = InputBuffer()
        self._format = state.settings.input_format
        self._decoder = SoundDecoder(self._format)
        self._vad: EnergyVad | None = None
        self._begin = 0
        self._item_id: str | None = None
        self._awaited: dict[str, dict[str, Any]] = {}
        self.configure()

    @property
    def speaking(self) -> bool:
        """Whether the user is speaking, as far as is known."""
        return self._vad is not None and self._vad.speaking

    @property
    def reserved_id(self) -> str | None:
        """Id that the next utterance has been promised."""
        return self._item_id

    def configure(self) -> None:
        """The session has changed."""
        settings = self._state.settings
        if settings.input_format != self._format:
            self._format = settings.input_format
            self._decoder = SoundDecoder(self._format)
        if settings.turn_detection is None:
            self._vad = None
        elif self._vad is None:
            self._vad = EnergyVad(settings.turn_detection, self._buffer.written)
        else:
            self._vad.configure(settings.turn_detection)

    def append(self, data: bytes) -> None:
        """Sound in the session's input format."""
        for at in range(0, len(data), _SLICE_BYTES):
            self.hear(self._decoder.feed(data[at : at + _SLICE_BYTES]))

    def hear(self, pcm: bytes) -> None:
        """Whole samples, PCM16 at 24 kHz."""
        self._buffer.append(pcm)
        if self._vad is not None:
            self._watch(self._vad, pcm)

    def _watch(self, vad: EnergyVad, pcm: bytes) -> None:
        for begins, sample in vad.feed(pcm):
            if begins:
                self._speech_begins(max(self._buffer.start, sample - vad.prefix))
            else:
                self._speech_ends(sample)
        if not vad.speaking:
            self._buffer.keep(_QUIET_SAMPLES)

    def _speech_begins(self, begin: int) -> None:
        self._begin = begin
        item_id = self._promised_id()
        self._state.send("input_audio_buffer.speech_started", audio_start_ms=ms_of(begin), item_id=item_id)
        self._on_speech()

    def _speech_ends(self, end: int) -> None:
        item_id = self._promised_id()
        self._state.send("input_audio_buffer.speech_stopped", audio_end_ms=ms_of(end), item_id=item_id)
        self._commit(self._buffer.take(self._begin, end))
        self._on_turn()

    def commit(self) -> None:
        """Make an item of all that is in the buffer.

        Raises:
            Refusal: It is less than 100 ms.
        """
        length = self._buffer.ms
        if length < _LEAST_COMMIT_MS:
            message = (
                f"Error committing input audio buffer: buffer too small. Expected at least {_LEAST_COMMIT_MS}ms of "
                f"audio, but buffer only has {length}ms of audio."
            )
            raise Refusal("input_audio_buffer_commit_empty", message)
        self._commit(self._buffer.take(0, self._buffer.written))
        self._reset()

    def clear(self) -> None:
        """Forget the buffer."""
        self._buffer.clear()
        self._reset()
        self._item_id = None
        self._state.send("input_audio_buffer.cleared")

    def time_out(self) -> None:
        """The user has been silent for too long: the silence becomes an item."""
        buffer = self._buffer
        self._state.send(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=ms_of(buffer.start),
            audio_end_ms=ms_of(buffer.written),
            item_id=self._promised_id(),
        )
        self._commit(buffer.take(0, buffer.written))
        self._reset()
        self._on_turn()

    def _reset(self) -> None:
        if self._vad is not None:
            self._vad.reset()

    def _promised_id(self) -> str:
        if self._item_id is None:
            self._item_id = self._state.new_item_id()
        return self._item_id

    def _commit(self, pcm: bytes) -> None:
        state = self._state
        item_id, self._item_id = self._promised_id(), None
        item = Item(id=item_id, role="user", parts=[Part("input_audio", None, bytearray(pcm), len(pcm) // 2)])
        previous = state.conversation.last_id()
        state.send("input_audio_buffer.committed", previous_item_id=previous, item_id=item_id)
        state.place(item)
        wanted = state.settings.transcription
        if wanted is not None:
            self._awaited[item_id] = wanted
            if len(self._awaited) > _MOST_AWAITED:
                del self._awaited[next(iter(self._awaited))]
        state.orders.append(Transcribe(item_id=item_id, previous_item_id=previous, pcm=pcm, wanted=wanted))
        state.settle(item)

    def transcript_delta(self, item_id: str, delta: str) -> None:
        """A piece of an awaited transcript."""
        if item_id in self._awaited and item_id in self._state.conversation:
            self._state.send(f"{_TRANSCRIPTION}.delta", item_id=item_id, content_index=0, delta=delta)

    def transcript(self, item_id: str, text: str) -> None:
        """The whole of an awaited transcript."""
        wanted = self._awaited.pop(item_id, None)
        item = self._state.conversation.get(item_id)
        if wanted is None or item is None:
            return
        part = item.parts[0]
        part.text = text
        self._state.conversation.weigh(item)
        usage: dict[str, Any] = {"type": "duration", "seconds": part.ms / 1000}
        if wanted.get("model") not in _BY_DURATION:
            heard, written = part.tokens().audio, text_tokens(text)
            usage = {
                "type": "tokens",
                "total_tokens": heard + written,
                "input_tokens": heard,
                "output_tokens": written,
                "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
            }
        self._state.send(f"{_TRANSCRIPTION}.completed", item_id=item_id, content_index=0, transcript=text, usage=usage)

    def transcript_failed(self, item_id: str, code: str, message: str) -> None:
        """An awaited transcript will not come."""
        if self._awaited.pop(item_id, None) is None or item_id not in self._state.conversation:
            return
        error = {"type": "transcription_error", "code": code, "message": message, "param": None}
        self._state.send(f"{_TRANSCRIPTION}.failed", item_id=item_id, content_index=0, error=error)

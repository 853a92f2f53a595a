"""Voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tth.core.controls import TurnControl
from tth.core.media import AudioChunk, SpeechMark
from tth.core.streams import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechContext:
    """What a voice may want to know beside the words.

    Attributes:
        response_id: The response that the sentence belongs to.
        voice: The voice asked for, by persona or emotion. One the adapter lacks: its nearest.
        previous_text: The sentence before, empty at the start of a response.
        last: Whether no sentence follows.
    """

    response_id: str = ""
    voice: str | None = None
    previous_text: str = ""
    last: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A control that was not honoured as asked: the person is told once for each ``field`` and ``message``."""

    field: str
    message: str


Synthesized: TypeAlias = AudioChunk | SpeechMark | Notice


class TTSAdapter(Protocol):
    """Speaks one sentence at a time.

    An adapter class is called with its validated options and a ``Shared``.
    """

    @property
    def voices(self) -> Sequence[str]:
        """Names that ``SpeechContext.voice`` may ask for; empty where there is one voice without a name."""

    def synthesize(self, text: str, *, control: TurnControl, context: SpeechContext) -> Stream[Synthesized]:
        """Stream the sound of one sentence.

        Args:
            text: Plain words, without markup; never empty.
            control: Pace, pitch and emotion. What cannot be honoured is clamped and told by a ``Notice``.
            context: The voice asked for, and the sentence's place.

        Yields:
            Chunks, all of one rate; marks in media units from this call's start, with the span of ``text``. A mark
            may come before or after the sound that it is about, never out of order among its own kind.

        Raises:
            AdapterError: The sentence cannot be spoken, or not to its end.
        """

    async def close(self) -> None:
        """Release everything. Idempotent, safe at any moment."""

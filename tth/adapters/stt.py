"""Recognisers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from tth.core.media import AudioChunk
from tth.core.streams import Stream


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was understood so far.

    Attributes:
        text: The whole utterance as understood now.
        final: Whether it will not change any more.
        end_of_turn: Whether the person seems to have finished.
    """

    text: str
    final: bool = False
    end_of_turn: bool = False


class STTAdapter(Protocol):
    """Writes down what a person says."""

    def transcribe(self, audio: AsyncIterator[AudioChunk]) -> Stream[Transcript]:
        """Stream the transcript of one utterance, which ends with ``audio``.

        Raises:
            AdapterError: The utterance cannot be understood.
        """

    async def close(self) -> None:
        """Release everything. Idempotent, safe at any moment."""

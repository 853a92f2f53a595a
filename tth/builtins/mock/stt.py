"""A recogniser that understands what it is told to."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict, Field

from tth.adapters.shared import Shared
from tth.adapters.stt import Transcript
from tth.core.media import AudioChunk
from tth.core.streams import Stream

WORD_S = 0.3
"""Sound that makes a word."""

_NUMBERS = "one two three four five six seven eight nine ten".split()


class MockSTTOptions(BaseModel):
    """What is understood."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: tuple[str, ...] = Field((), description="Understood one after another, then again; none: it counts words.")


class MockSTT:
    """Writes a word for each 0.3 s of sound, at once and the same every time: of its texts, or numbers.

    What it hears makes no difference, only how long it lasts; where there is no sound at all, nothing was said.
    """

    def __init__(self, options: MockSTTOptions | None, shared: Shared) -> None:
        texts = (options or MockSTTOptions()).texts
        self._texts = itertools.cycle(texts) if texts else None

    async def transcribe(self, audio: AsyncIterator[AudioChunk]) -> Stream[Transcript]:
        """A transcript for each word as its sound comes, then the whole text."""
        text: list[str] | None = None
        seconds, said = 0.0, list[str]()
        async for chunk in audio:
            seconds += len(chunk.data) / 2 / chunk.channels / chunk.sample_rate
            if text is None and self._texts is not None and seconds:
                text = next(self._texts).split()
            while len(said) + 1 <= round(seconds / WORD_S, 6) and (text is None or len(said) < len(text)):
                said.append(_NUMBERS[len(said) % len(_NUMBERS)] if text is None else text[len(said)])
                yield Transcript(" ".join(said))
        whole = said if text is None else text
        yield Transcript(" ".join(whole), final=True, end_of_turn=True)

    async def close(self) -> None:
        """Nothing to release."""

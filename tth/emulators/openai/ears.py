"""What the emulator understands of an utterance: what is said in it, or what a script says."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from tth.adapters.shared import Lease, Shared
from tth.adapters.stt import STTAdapter
from tth.core.media import AudioChunk


class Ears(Protocol):
    """Understands utterances."""

    async def hear(self, sound: AudioChunk) -> str:
        """What is said in ``sound``.

        Raises:
            AdapterError: It cannot be told.
        """

    async def close(self) -> None:
        """Release everything. Idempotent."""


class ScriptedEars:
    """Whatever the sound, understands ``texts``, one after another, then again."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = itertools.cycle(texts or ("Hello.",))

    async def hear(self, sound: AudioChunk) -> str:
        """The next text."""
        return next(self._texts)

    async def close(self) -> None:
        """Nothing to release."""


class MoonshineEars:
    """Understands English with the offline recogniser."""

    def __init__(self, recogniser: STTAdapter, lease: Lease[Any]) -> None:
        self._recogniser = recogniser
        self._lease = lease

    @classmethod
    async def load(cls, shared: Shared) -> MoonshineEars:
        """Load the recogniser.

        Raises:
            AdapterUnavailable: It is not installed.
        """
        from tth.builtins.moonshine.options import MoonshineOptions
        from tth.builtins.moonshine.stt import MoonshineSTT

        options = MoonshineOptions(partials=False)
        recogniser = MoonshineSTT(options, shared)
        return cls(recogniser, await MoonshineSTT.warm_up(options, shared))

    async def hear(self, sound: AudioChunk) -> str:
        """What is said in it; cancelling ends the work."""
        text = ""
        async with aclosing(self._recogniser.transcribe(_once(sound))) as transcripts:
            async for transcript in transcripts:
                text = transcript.text
        return text

    async def close(self) -> None:
        """Give the recogniser back."""
        await self._recogniser.close()
        await self._lease.close()


async def _once(sound: AudioChunk) -> AsyncIterator[AudioChunk]:
    yield sound

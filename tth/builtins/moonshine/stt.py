"""The ``moonshine`` adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from importlib.util import find_spec

import numpy as np

from tth.adapters.shared import LateLease, Lease, Shared
from tth.adapters.stt import Transcript
from tth.builtins.moonshine.engine import Engine, lease_engine
from tth.builtins.moonshine.hearing import Hearing
from tth.builtins.moonshine.model import NAME, RATE_HZ, model_folder
from tth.builtins.moonshine.options import MoonshineOptions
from tth.core.media import AudioChunk
from tth.core.streams import Stream
from tth.errors import AdapterUnavailable


class MoonshineSTT:
    """Writes down English, and writes along while one speaks.

    At every pause what was said is written down for good, so that the final text is there as soon as the sound ends,
    where it ends with quiet. Silence and noise alone give an empty text.

    Raises:
        AdapterUnavailable: Its package is not installed.
    """

    def __init__(self, options: MoonshineOptions | None, shared: Shared) -> None:
        if find_spec("onnxruntime") is None:
            raise AdapterUnavailable(NAME, "the package onnxruntime is not installed; run: pip install 'tth[ears]'")
        model_folder()
        self._options = options or MoonshineOptions()
        self._shared = shared
        self._lease: LateLease[Engine] = LateLease(lambda: lease_engine(self._shared))
        self._hearings = set[Hearing]()

    @classmethod
    async def warm_up(cls, options: MoonshineOptions | None, shared: Shared) -> Lease[Engine]:
        """Load the model and run it once, so that the first utterance need not wait.

        Raises:
            AdapterUnavailable: Its package is not installed.
        """
        cls(options, shared)
        lease = await lease_engine(shared)
        await lease.value.write(np.zeros(RATE_HZ, np.float32))
        return lease

    async def transcribe(self, audio: AsyncIterator[AudioChunk]) -> Stream[Transcript]:
        """What one utterance says: guesses while it is spoken, what was said at each pause, then the final text.

        A transcript at a pause has ``end_of_turn`` where it ends like a sentence. Closing the stream ends the work
        within a few milliseconds.
        """
        engine = await self._lease.value()
        if engine is None:
            return
        hearing = Hearing(engine, self._options)
        self._hearings.add(hearing)
        try:
            async with aclosing(hearing.transcripts(audio)) as transcripts:
                async for transcript in transcripts:
                    yield transcript
        finally:
            self._hearings.discard(hearing)

    async def close(self) -> None:
        """End what is being listened to and give the model back; the last session's use ends it."""
        for hearing in tuple(self._hearings):
            hearing.stop()
        await self._lease.close()

"""What the person says aloud, on its way to the voice: whichever adapter that is, and however often it changes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from tth.audio.pcm import SampleAligner, check_format
from tth.core.media import AudioChunk
from tth.errors import AdapterError, MediaError
from tth.session.voice import Voice

KEPT_S = 30.0
"""Of an utterance that was not answered yet; a voice that takes over is told it again."""


class Ears:
    """Passes the microphone's sound on, and keeps what was not answered yet.

    Args:
        voice: Whichever adapter hears.
        deaf: Told why the voice hears nothing, where it does not.
    """

    def __init__(self, voice: Voice, deaf: Callable[[str], None]) -> None:
        self._voice = voice
        self._deaf = deaf
        self._kept: deque[AudioChunk] = deque()
        self._kept_s = 0.0
        self._sent = 0
        self._over = 0
        self._aligner = SampleAligner()
        self._format = (0, 0)
        self._news: asyncio.Future[None] | None = None

    def hear(self, chunk: AudioChunk) -> None:
        """More of what the microphone hears.

        Raises:
            MediaError: It is no sound of speech.
        """
        if not isinstance(chunk, AudioChunk):
            raise MediaError(f"{type(chunk).__name__} is no sound; give an AudioChunk")
        check_format(chunk.sample_rate, chunk.channels)
        if (chunk.sample_rate, chunk.channels) != self._format:
            self._format = chunk.sample_rate, chunk.channels
            self._aligner.clear()
        pcm = self._aligner.feed(chunk.data, chunk.channels)
        if not pcm:
            return
        chunk = AudioChunk(pcm, chunk.sample_rate, chunk.channels)
        self._kept.append(chunk)
        self._kept_s += _seconds(chunk)
        while self._kept_s > KEPT_S:
            self._kept_s -= _seconds(self._kept.popleft())
            self._sent = max(0, self._sent - 1)
        self._wake()

    def finish(self) -> None:
        """The utterance is over, where the voice does not hear that by itself."""
        self._over += 1
        self._wake()

    def answered(self) -> None:
        """What was passed on was answered: it need not be said again."""
        for _ in range(self._sent):
            self._kept_s -= _seconds(self._kept.popleft())
        self._sent = 0

    async def work(self) -> None:
        """Pass on what there is, until cancelled. Nothing is lost while the voice is replaced."""
        told = None
        while True:
            adapter = await self._voice.after(None)
            if adapter is not told:
                told, self._sent = adapter, 0
            try:
                while self._sent < len(self._kept):
                    self._sent += 1
                    await adapter.send_user_audio(self._kept[self._sent - 1])
                while self._over:
                    self._over -= 1
                    await adapter.end_user_audio()
            except AdapterError as error:
                if error.decision == "ignore":  # it cannot hear
                    self._deaf(error.problem)
                    self.answered()
                    continue
                told = None
                await self._voice.after(adapter)
                continue
            self._news = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._news}, timeout=LOOK_S)

    def _wake(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)


LOOK_S = 0.25
"""How often it is looked whether another voice has taken over, while nothing is heard."""


def _seconds(chunk: AudioChunk) -> float:
    return len(chunk.data) / 2 / chunk.channels / chunk.sample_rate

"""What every voice must do."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from tth.adapters.shared import Shared
from tth.adapters.tts import Notice, SpeechContext, Synthesized, TTSAdapter
from tth.core.controls import CharacterControl, TurnControl
from tth.core.media import MEDIA_RATE_HZ, AudioChunk, SpeechMark
from tth.testing.conformance.leaks import in_time, nothing_left

SENTENCE = "Peter bought a big blue boat on Monday."
MARK_SLACK = MEDIA_RATE_HZ // 10
"""A mark may reach so far beyond the sound: engines round."""


class TTSConformance:
    """Derive from it and say how to make the voice."""

    def make(self, shared: Shared) -> TTSAdapter:
        """A fresh adapter.

        Raises:
            NotImplementedError: The deriving class does not say how.
        """
        raise NotImplementedError("say how to make the voice: def make(self, shared): return ...")

    async def speak(self, text: str = SENTENCE, control: TurnControl | None = None) -> list[Synthesized]:
        """Everything that one sentence gives."""
        voice = self.make(Shared())
        try:
            stream = voice.synthesize(text, control=control or TurnControl(), context=SpeechContext())
            async with in_time("the sentence was not spoken"), aclosing(stream) as pieces:
                return [piece async for piece in pieces]
        finally:
            await voice.close()

    @staticmethod
    def seconds(pieces: Sequence[Synthesized]) -> float:
        """How long the sound lasts."""
        chunks = [piece for piece in pieces if isinstance(piece, AudioChunk)]
        return sum(len(chunk.data) / 2 / chunk.channels / chunk.sample_rate for chunk in chunks)

    async def test_a_sentence_gives_sound_of_one_format(self) -> None:
        """Chunks are not empty, whole samples in all, and alike."""
        chunks = [piece for piece in await self.speak() if isinstance(piece, AudioChunk)]
        assert chunks, "no sound came"
        assert all(chunk.data for chunk in chunks), "an empty chunk came"
        assert len({(chunk.sample_rate, chunk.channels) for chunk in chunks}) == 1, "rate or channels changed"
        assert sum(len(chunk.data) for chunk in chunks) % (2 * chunks[0].channels) == 0, "half a sample is left over"
        assert any(any(chunk.data) for chunk in chunks), "the sound is silence"

    async def test_marks_are_in_order_within_sound_and_text(self) -> None:
        """Each kind's marks begin one after another, and none reaches beyond the sound or the text."""
        pieces = await self.speak()
        end = self.seconds(pieces) * MEDIA_RATE_HZ + MARK_SLACK
        for kind in ("phoneme", "word"):
            marks = [piece for piece in pieces if isinstance(piece, SpeechMark) and piece.kind == kind]
            starts = [mark.start for mark in marks]
            assert starts == sorted(starts), f"{kind} marks are out of order"
            for mark in marks:
                assert 0 <= mark.start <= mark.end <= end, f"{mark} lies outside the sound"
                assert 0 <= mark.text_start <= mark.text_end <= len(SENTENCE), f"{mark} lies outside the text"

    async def test_words_are_where_their_marks_say(self) -> None:
        """A word's span holds the word."""
        for piece in await self.speak():
            if isinstance(piece, SpeechMark) and piece.kind == "word":
                span = SENTENCE[piece.text_start : piece.text_end]
                assert piece.value.strip(".,") in span or span.strip(".,") in piece.value, f"{piece} names {span!r}"

    async def test_pace_follows_speech_rate_or_is_told(self) -> None:
        """Twice the rate is about half the length; a voice that cannot do it says so."""
        slow = await self.speak(control=TurnControl(character=CharacterControl(speech_rate=0.5)))
        quick = await self.speak(control=TurnControl(character=CharacterControl(speech_rate=2.0)))
        told = any(isinstance(piece, Notice) and piece.field == "speech_rate" for piece in (*slow, *quick))
        ratio = self.seconds(slow) / self.seconds(quick)
        assert told or 3.2 <= ratio <= 4.8, f"rate 0.5 lasts {ratio:.2f} times as long as rate 2, and nothing was said"

    async def test_a_stream_left_early_stops_and_leaves_nothing(self) -> None:
        """Closing the stream is enough."""
        async with nothing_left():
            voice = self.make(Shared())
            stream = voice.synthesize(SENTENCE * 4, control=TurnControl(), context=SpeechContext())
            async with in_time("no sound came"), aclosing(stream) as pieces:
                async for piece in pieces:
                    if isinstance(piece, AudioChunk):
                        break
            await voice.close()

    async def test_odd_text_does_no_harm(self) -> None:
        """Digits, other scripts and signs alone are spoken or passed over."""
        for text in ("42", "¿?", "naïve café", "你好", "a" * 300):
            await self.speak(text)

    async def test_closing_twice_is_nothing_new(self) -> None:
        """``close`` is safe before, after and again."""
        voice = self.make(Shared())
        await voice.close()
        await voice.close()

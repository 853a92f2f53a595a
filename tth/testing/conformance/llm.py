"""What every model must do."""

from __future__ import annotations

from contextlib import aclosing

from tth.adapters.llm import Generated, LLMAdapter
from tth.adapters.shared import Shared
from tth.core.controls import TurnControl
from tth.core.conversation import Item, message
from tth.testing.conformance.leaks import in_time, nothing_left

MESSAGES = (message("s", "system", "You are brief."), message("u1", "user", "Hello, who are you?"))


class LLMConformance:
    """Derive from it and say how to make the model."""

    def make(self, shared: Shared) -> LLMAdapter:
        """A fresh adapter.

        Raises:
            NotImplementedError: The deriving class does not say how.
        """
        raise NotImplementedError("say how to make the model: def make(self, shared): return ...")

    async def generate(self, *messages: Item) -> list[Generated]:
        """Everything that one answer gives."""
        model = self.make(Shared())
        try:
            stream = model.generate(messages or MESSAGES, control=TurnControl())
            async with in_time("the answer did not end"), aclosing(stream) as pieces:
                return [piece async for piece in pieces]
        finally:
            await model.close()

    async def test_it_answers_in_words(self) -> None:
        """Some text comes."""
        text = "".join(piece for piece in await self.generate() if isinstance(piece, str))
        assert text.strip(), "no text came"

    async def test_it_takes_a_conversation(self) -> None:
        """Earlier turns do no harm."""
        answered = message("a1", "assistant", "I am an avatar.")
        pieces = await self.generate(*MESSAGES, answered, message("u2", "user", "And what can you do?"))
        assert any(isinstance(piece, str) and piece for piece in pieces)

    async def test_a_stream_left_early_stops_and_leaves_nothing(self) -> None:
        """Closing the stream is enough."""
        async with nothing_left():
            model = self.make(Shared())
            stream = model.generate(MESSAGES, control=TurnControl())
            async with in_time("no words came"), aclosing(stream) as pieces:
                async for _ in pieces:
                    break
            await model.close()

    async def test_two_answers_at_once_do_not_mix(self) -> None:
        """The same question twice, taken in turns, gives the same as one after the other."""
        model = self.make(Shared())
        try:
            one = model.generate(MESSAGES, control=TurnControl())
            two = model.generate(MESSAGES, control=TurnControl())
            texts = ["", ""]
            async with in_time("the answers did not end"), aclosing(one) as first, aclosing(two) as second:
                async for piece in first:
                    texts[0] += piece if isinstance(piece, str) else ""
                    other = await anext(second, "")
                    texts[1] += other if isinstance(other, str) else ""
                async for piece in second:
                    texts[1] += piece if isinstance(piece, str) else ""
            assert all(text.strip() for text in texts)
        finally:
            await model.close()

    async def test_closing_twice_is_nothing_new(self) -> None:
        """``close`` is safe before, after and again."""
        model = self.make(Shared())
        await model.close()
        await model.close()

"""Texts that nobody would speak: answered all the same, and without holding anybody up."""

from __future__ import annotations

import pytest

from tth.adapters.shared import Shared
from tth.builtins.scripted.mind import LONGEST, ScriptedMind, shortened
from tth.core.controls import TurnControl
from tth.core.conversation import message
from tth.testing.clock import run

ODD = {
    "one word": "x" * 8000,
    "many words": "banana apple " * 600,
    "many questions": "why? " * 1600,
    "a long sum": "1+" * 3999 + "1",
    "open brackets": "(" * 4000,
    "a long number": "9" * 8000,
    "powers": "what is 9^9^9^9^9",
    "commas": ",a" * 4000,
    "factorials": "what is 9!!!!!!!",
}


async def answer(*texts: str) -> str:
    mind = ScriptedMind(None, Shared())
    said = [message(f"u{n}", "user", text) for n, text in enumerate(texts)]
    pieces = [piece async for piece in mind.generate(said, control=TurnControl())]
    await mind.close()
    return "".join(piece for piece in pieces if isinstance(piece, str))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_text_is_answered(name):
    assert run(answer(ODD[name])).strip()


def test_a_conversation_of_odd_texts_is_remembered_in_part_and_answered():
    assert "Ada" in run(answer("my name is Ada", *ODD.values(), "what is my name?"))


def test_a_long_text_is_read_at_its_beginning_and_its_end():
    text = "I like boats. " + "word " * 2000 + "What time is it?"
    short = shortened(text)
    assert len(short) <= LONGEST
    assert short.startswith("I like boats.")
    assert short.endswith("What time is it?")
    assert shortened("Hello") == "Hello"

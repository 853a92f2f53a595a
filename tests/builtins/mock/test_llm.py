from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from tth.adapters.shared import Shared
from tth.builtins.mock.llm import MockLLM, MockLLMOptions
from tth.core.controls import TurnControl
from tth.core.conversation import message
from tth.testing.clock import run

SYSTEM = message("s", "system", "You are brief.")


async def answer(*items, **options):
    model = MockLLM(MockLLMOptions(**options), Shared())
    async with aclosing(model.generate(items, control=TurnControl())) as tokens:
        return [token async for token in tokens]


async def test_the_template_takes_what_the_person_said_last():
    items = (SYSTEM, message("u1", "user", "one"), message("a1", "assistant", "1"), message("u2", "user", "two  three"))
    assert "".join(await answer(*items, reply="{text}, {text}!")) == "two  three, two  three!"


async def test_the_template_shows_what_the_model_remembers():
    items = (SYSTEM, message("u1", "user", "one"), message("a1", "assistant", "You sa"), message("u2", "user", "two"))
    assert "".join(await answer(*items, reply="{count}|{heard}|{text}")) == "3|You sa|two"


async def test_braces_in_what_was_said_are_only_words():
    items = (message("u1", "user", "{count} {text} {other}"),)
    assert "".join(await answer(*items, reply="{text} {unknown}")) == "{count} {text} {other} {unknown}"


async def test_nothing_said_leaves_the_places_empty():
    assert "".join(await answer(SYSTEM, reply="[{text}{heard}{count}]")) == "[0]"


async def test_a_token_is_a_word_with_the_space_before_it():
    assert await answer(message("u", "user", "a\n b "), reply="So: {text}") == ["So:", " a", "\n b", " "]


@pytest.mark.parametrize("begun", ["", "You", "You said", "You said: one t", "You said: one two"])
async def test_an_answer_that_was_begun_is_gone_on_with(begun):
    asked = message("u", "user", "one two")
    part = replace(message("a", "assistant", begun), complete=False)
    assert begun + "".join(await answer(SYSTEM, asked, part)) == "You said: one two"


async def test_what_it_remembers_is_the_same_when_an_answer_is_gone_on_with():
    items = (message("u1", "user", "one"), message("a1", "assistant", "yes"), message("u2", "user", "two"))
    template = "{count}, {heard} and {text}"
    whole = "".join(await answer(*items, reply=template))
    part = replace(message("a2", "assistant", whole[:9]), complete=False)
    assert whole[:9] + "".join(await answer(*items, part, reply=template)) == whole


async def test_a_complete_answer_is_not_gone_on_with():
    items = (message("u", "user", "one"), message("a", "assistant", "You said:"))
    assert "".join(await answer(*items)) == "You said: one"


def test_words_come_as_slowly_as_asked():
    async def main():
        began = asyncio.get_running_loop().time()
        words = await answer(message("u", "user", "b c"), reply="a {text}", token_delay_s=0.25)
        return len(words), asyncio.get_running_loop().time() - began

    assert run(main()) == (3, pytest.approx(0.75))

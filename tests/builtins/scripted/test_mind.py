"""The adapter: streaming, going on, determinism, sharing."""

import asyncio
import time
from contextlib import aclosing

import pytest

from tests.builtins.scripted.talk import Talk
from tth.adapters.shared import Shared
from tth.builtins.scripted.mind import ScriptedMind
from tth.builtins.scripted.options import ScriptedOptions
from tth.core.controls import EmotionControl, TurnControl
from tth.core.conversation import Item, TextPart, message
from tth.plugins.loader import load_plugins
from tth.testing import clock


async def test_each_token_is_a_word_with_the_space_before_it():
    said = await Talk().say("tell me a story")
    assert not said.tokens[0].startswith(" ")
    assert all(token.startswith(" ") and len(token.split()) == 1 for token in said.tokens[1:])


async def test_an_answer_begun_is_gone_on_with_after_its_words():
    talk = Talk()
    whole = (await talk.say("show me every emotion")).text
    for length in (0, 1, 17, len(whole) // 2, len(whole) - 1, len(whole)):
        talk.items[-1] = Item(id="begun", role="assistant", parts=(TextPart(whole[:length]),), complete=False)
        rest = [piece async for piece in talk.mind.generate(talk.items, control=talk.control)]
        assert whole[:length] + "".join(piece for piece in rest if isinstance(piece, str)) == whole
        assert not rest or isinstance(rest[0], EmotionControl)


async def test_what_another_mind_began_is_begun_again_with_a_word_of_excuse():
    talk = Talk()
    talk.items += [
        message("u", "user", "what is 2 plus 2"),
        Item(id="begun", role="assistant", parts=(TextPart("Well, as a large"),), complete=False),
    ]
    said = await talk.generate()
    assert said.text.startswith(" ")
    assert "begin again" in said.text or "my own words" in said.text
    assert "4" in said.text


async def test_the_same_conversation_gets_the_same_answers_and_another_seed_others():
    words = ["hello", "tell me a joke", "tell me a fact", "asdf qwer", "tell me a riddle", "flip a coin"]
    first, same = Talk(), Talk()
    others = [Talk(seed=seed) for seed in range(1, 4)]
    answers = [[await talk.hear(word) for word in words] for talk in (first, same, *others)]
    assert answers[0] == answers[1]
    assert all(other != answers[0] for other in answers[2:])


async def test_silence_at_the_start_is_answered_with_a_greeting():
    talk = Talk()
    assert (await talk.generate()).text


async def test_an_empty_message_later_gets_an_answer():
    talk = Talk()
    await talk.say("hello")
    assert (await talk.say("   ")).text


async def test_sessions_share_one_dialogue_and_the_last_to_close_drops_it():
    shared = Shared()
    one, two = (ScriptedMind(None, shared) for _ in range(2))
    items = [message("u", "user", "hi")]
    for mind in (one, two):
        async with aclosing(mind.generate(items, control=TurnControl())) as stream:
            await anext(stream)
    assert len(shared) == 1
    await one.close()
    assert len(shared) == 1
    await two.close()
    await two.close()
    assert len(shared) == 0


async def test_warming_up_reads_the_dialogue_that_the_first_session_then_uses():
    shared = Shared()
    lease = await ScriptedMind.warm_up(None, shared)
    mind = ScriptedMind(ScriptedOptions(), shared)
    async with aclosing(mind.generate([message("u", "user", "hi")], control=TurnControl())) as stream:
        await anext(stream)
    assert mind._lease.value is lease.value
    await mind.close()
    await lease.close()


def test_a_delay_comes_before_each_word_and_on_no_other_piece():
    async def talk() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        conversation = Talk(token_delay_s=0.25)
        await conversation.mind.warm_up(None, conversation.mind._shared)
        began = loop.time()
        said = await conversation.say("tell me a fact")
        return len(said.tokens), loop.time() - began

    words, elapsed = clock.run(talk())
    assert elapsed == pytest.approx(words * 0.25)


def test_it_is_offered_as_a_language_model():
    plugins = {plugin.name: plugin for plugin in load_plugins().plugins}
    assert plugins["scripted"].problem == ""
    assert [offer.name for offer in plugins["scripted"].offers] == ["scripted"]


async def test_a_long_conversation_is_still_answered_and_remembered():
    talk = Talk()
    await talk.say("my name is Ada")
    for number in range(400):
        talk.items += [message(f"a{number}", "user", "go on"), message(f"b{number}", "assistant", f"Line {number}.")]
    began = time.process_time()
    assert "Ada" in await talk.hear("what is my name")
    assert time.process_time() - began < 5  # a runaway pattern would take minutes

"""What the voice remembers, shown by its next answer."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from tests.builtins.mock.talk import ask, connected, until_complete, words
from tth.adapters.realtime import Heard, ResponseRequest
from tth.builtins.mock.memory import ITEMS
from tth.core.conversation import message
from tth.core.events import SpeechMarkEvent

STORY = "one two three"
TELL = f"{STORY} ({{count}}: {{heard}})"


async def remembered(voice):
    """How many messages the voice knows, and what it says it was heard to say."""
    await voice.respond(ResponseRequest(modality="text"))
    count, _, heard = words(await until_complete(voice)).removeprefix(f"{STORY} (").removesuffix(")").partition(": ")
    return int(count), heard


def ends(events):
    marks = [mark for event in events if isinstance(event, SpeechMarkEvent) for mark in event.marks]
    return [mark.end for mark in marks if mark.kind == "word"]


async def test_every_message_and_every_answer_is_remembered():
    async with connected(reply=TELL) as voice:
        assert words(await ask(voice, "a")) == f"{STORY} (1: )"
        assert await remembered(voice) == (2, f"{STORY} (1: )")


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 24_000])
@pytest.mark.parametrize(("count", "kept"), [(1, "one"), (2, "one two"), (3, "one two three")])
async def test_without_words_an_answer_is_cut_by_its_marks(rate_hz, count, kept):
    async with connected(reply=TELL, sample_rate=rate_hz) as voice:
        events = await ask(voice, "a")
        await voice.set_heard([Heard(events[1].item_id, 0, ends(events)[count - 1])])
        assert await remembered(voice) == (2, kept)


async def test_the_words_that_are_given_outrank_the_marks():
    async with connected(reply=TELL) as voice:
        events = await ask(voice, "a")
        await voice.set_heard([Heard(events[1].item_id, 0, ends(events)[0], "one two")])
        assert await remembered(voice) == (2, "one two")


async def test_an_answer_of_which_nothing_was_heard_is_forgotten():
    async with connected(reply=TELL) as voice:
        events = await ask(voice, "a")
        await voice.set_heard([Heard(events[1].item_id, 0, 0)])
        assert await remembered(voice) == (1, "")


async def test_what_was_cut_does_not_grow_again():
    async with connected(reply=TELL) as voice:
        events = await ask(voice, "a")
        for place in (0, 2):
            await voice.set_heard([Heard(events[1].item_id, 0, ends(events)[place])])
        assert await remembered(voice) == (2, "one")


async def test_a_written_answer_is_cut_by_words_alone():
    async with connected(reply=TELL, audio=False) as voice:
        events = await ask(voice, "a")
        await voice.set_heard([Heard(events[1].item_id, 0, 100)])
        assert (await remembered(voice))[1] == f"{STORY} (1: )"
        await voice.set_heard([Heard(events[1].item_id, 0, 100, "one")])


async def test_what_was_cut_while_it_was_said_stays_cut():
    async with connected(reply=TELL) as voice:
        await voice.send_user_text("a")
        async with aclosing(voice.stream_events()) as events:
            async for event in events:
                if isinstance(event, SpeechMarkEvent):
                    await voice.set_heard([Heard(event.item_id, 0, event.marks[0].end)])
                    break
        assert (await until_complete(voice))[-1].status == "completed"
        assert await remembered(voice) == (2, "one")


async def test_deleted_items_are_not_known_any_more():
    async with connected(reply=TELL, items=[message("u1", "user", "x"), message("u2", "user", "y")]) as voice:
        events = await ask(voice, "a")
        await voice.delete_items(["u2", events[1].item_id, "no such item"])
        assert await remembered(voice) == (2, "")


async def test_items_are_added_behind_the_one_that_is_named():
    async with connected(reply="{text}", items=[message(name, "user", name) for name in "ab"]) as voice:
        await voice.add_items([message("x", "user", "x"), message("y", "user", "y")], after="a")
        for expected in "byxa":
            await voice.respond()
            events = await until_complete(voice)
            assert words(events) == expected
            await voice.delete_items([expected])


async def test_a_response_out_of_band_sees_its_items_alone_and_leaves_no_trace():
    async with connected(reply=TELL, items=[message("u1", "user", "x")]) as voice:
        await voice.respond(ResponseRequest(context=[message("a", "user", "x"), message("b", "assistant", "aside")]))
        assert words(await until_complete(voice)) == f"{STORY} (2: aside)"
        assert await remembered(voice) == (1, "")


async def test_it_remembers_a_bounded_number_of_items():
    async with connected(reply=TELL) as voice:
        for number in range(3 * ITEMS):
            await voice.add_items([message(f"u{number}", "user", "x")])
        assert (await remembered(voice))[0] == ITEMS
        await voice.add_items([message(f"v{number}", "user", "x") for number in range(3 * ITEMS)])
        assert (await remembered(voice))[0] == ITEMS

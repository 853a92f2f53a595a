from __future__ import annotations

from contextlib import aclosing

from tth.adapters.realtime import ResponseRequest
from tth.adapters.shared import Shared
from tth.builtins.mock.llm import MockLLM, MockLLMOptions
from tth.builtins.mock.tts import MockTTS
from tth.core.clock import LoopClock
from tth.core.conversation import message
from tth.core.events import TextDeltaEvent, TurnCompleteEvent
from tth.core.watchdog import Watchdog
from tth.session.cascade import ITEMS, Cascade
from tth.session.chain import Maker
from tth.testing.clock import run


async def remembered(reply, items, added, after=None):
    """The next answer of a cascade that was connected with ``items`` and then given ``added``."""
    clock, shared = LoopClock(), Shared()
    cascade = Cascade(
        [Maker("mock_llm", lambda: MockLLM(MockLLMOptions(reply=reply), shared))],
        [Maker("mock_tts", lambda: MockTTS(None, shared))],
        clock,
        Watchdog(clock),
    )
    try:
        await cascade.connect("You are brief.", items=items)
        await cascade.add_items(added, after=after)
        await cascade.respond(ResponseRequest(modality="text"))
        said = ""
        async with aclosing(cascade.stream_events()) as events:
            async for event in events:
                if isinstance(event, TextDeltaEvent):
                    said += event.token
                elif isinstance(event, TurnCompleteEvent):
                    break
        return said
    finally:
        await cascade.close()


def users(*names):
    return [message(name, "user", name) for name in names]


def test_an_item_added_behind_another_is_not_the_last_one():
    assert run(remembered("{text}", users("a", "b"), users("x", "y"), after="a")) == "b"
    assert run(remembered("{text}", users("a", "b"), users("x", "y"), after="b")) == "y"


def test_items_that_are_only_added_are_bounded_too():
    assert run(remembered("{count}", [], users(*(f"u{n}" for n in range(2 * ITEMS))))) == str(ITEMS)

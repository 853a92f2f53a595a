"""A model that repeats what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from tth.adapters.llm import Generated
from tth.adapters.shared import Shared
from tth.builtins.mock.reply import REPLY, REPLY_IS, fill, tokens
from tth.core.controls import TurnControl
from tth.core.conversation import Item
from tth.core.streams import Stream
from tth.core.tools import Tool


class MockLLMOptions(BaseModel):
    """What it says, and how slowly."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reply: str = Field(REPLY, description=REPLY_IS)
    token_delay_s: float = Field(0, ge=0, description="Seconds before each word.")


class MockLLM:
    """Answers every message with its template, a word at a time."""

    def __init__(self, options: MockLLMOptions | None, shared: Shared) -> None:
        self._options = options or MockLLMOptions()

    async def generate(
        self, messages: Sequence[Item], *, control: TurnControl, tools: Sequence[Tool] = ()
    ) -> Stream[Generated]:
        """Fill in the template; where an answer was begun, go on after it."""
        begun = ""
        if messages and messages[-1].role == "assistant" and not messages[-1].complete:
            begun, messages = messages[-1].text, messages[:-1]
        for token in tokens(fill(self._options.reply, messages).removeprefix(begun)):
            await asyncio.sleep(self._options.token_delay_s)
            yield token

    async def close(self) -> None:
        """Nothing to release."""

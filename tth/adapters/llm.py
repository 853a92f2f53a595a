"""Language models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tth.core.controls import EmotionControl, TurnControl
from tth.core.conversation import Item
from tth.core.streams import Stream
from tth.core.tools import Tool, ToolCall


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost, in the provider's own units, as in ``{"input_tokens": 12}``."""

    counts: dict[str, float]


Generated: TypeAlias = str | EmotionControl | ToolCall | Usage


class LLMAdapter(Protocol):
    """Writes the avatar's next words.

    An adapter class is called with its validated options and a ``Shared``.
    """

    def generate(
        self, messages: Sequence[Item], *, control: TurnControl, tools: Sequence[Tool] = ()
    ) -> Stream[Generated]:
        """Stream the answer to ``messages`` as it is written.

        Args:
            messages: The conversation, oldest first; a leading ``system`` item holds the instructions. Where the last
                item is the assistant's and not complete, go on after its words.
            control: What the avatar shall feel; an ``EmotionControl`` in the stream says what the model chose itself
                and holds for the text after it. A caller's own wish outranks it.
            tools: Functions the model may call.

        Raises:
            AdapterError: The answer cannot be given, or not to its end.
        """

    async def close(self) -> None:
        """Release everything. Idempotent, safe at any moment."""

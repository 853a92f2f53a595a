"""How much of a conversation a new connection is told."""

from __future__ import annotations

from collections.abc import Sequence

from tth.core.conversation import AudioPart, ImagePart, Item, ToolCallPart, ToolResultPart

CHARS_PER_TOKEN = 4
TOKENS_PER_ITEM = 8
TOKENS_PER_IMAGE = 1000
MS_PER_AUDIO_TOKEN = 100


def recent(items: Sequence[Item], budget: int) -> list[Item]:
    """The newest items that fit into ``budget`` tokens, oldest first; calls and results of tools stay together."""
    kept: list[Item] = []
    for item in reversed(items):
        budget -= tokens_of(item)
        if budget < 0:
            break
        kept.append(item)
    kept.reverse()
    return _paired(kept)


def _paired(items: list[Item]) -> list[Item]:
    """Without results whose call was left behind: the server refuses them."""
    calls = {part.call_id for item in items for part in item.parts if isinstance(part, ToolCallPart)}
    return [
        item
        for item in items
        if not any(isinstance(part, ToolResultPart) and part.call_id not in calls for part in item.parts)
    ]


def tokens_of(item: Item) -> int:
    """About how many tokens ``item`` costs to read."""
    count = TOKENS_PER_ITEM
    for part in item.parts:
        if isinstance(part, ImagePart):
            count += TOKENS_PER_IMAGE
        elif isinstance(part, ToolCallPart):
            count += (len(part.name) + len(part.arguments)) // CHARS_PER_TOKEN
        elif isinstance(part, ToolResultPart):
            count += len(part.output) // CHARS_PER_TOKEN
        elif isinstance(part, AudioPart):
            chunk = part.chunk
            count += len(chunk.data) * 500 // chunk.sample_rate // chunk.channels // MS_PER_AUDIO_TOKEN
        else:
            count += len(part.text) // CHARS_PER_TOKEN
    return count

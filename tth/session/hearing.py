"""Which words of a response were heard when it was stopped."""

from __future__ import annotations

from tth.adapters.realtime import Heard
from tth.core.bus import EventBus
from tth.core.conversation import Conversation
from tth.core.events import ItemHeardEvent
from tth.core.media import MEDIA_RATE_HZ
from tth.session.delivery import CHARS_A_SECOND
from tth.session.speech import Speech, SpokenItem


def heard_text(item: SpokenItem, speech: Speech, playhead: int) -> tuple[str, bool]:
    """The words of ``item`` that sounded before media unit ``playhead``.

    A word counts when its middle was passed. Without marks it is the proportional prefix, cut to a word.

    Returns:
        The text, and whether it is an estimate.
    """
    if playhead <= item.start:
        return "", False
    if _whole(item, speech) and playhead >= item.end:
        return item.text, False
    words = [mark for mark in item.marks if mark.kind == "word"]
    spans = words or [mark for mark in item.marks if mark.text_end > mark.text_start]
    if spans:
        passed = [mark.text_end for mark in spans if mark.start + mark.end <= 2 * playhead]
        return item.text[: max(passed, default=0)], False
    return _proportional(item, speech, playhead), True


def _whole(item: SpokenItem, speech: Speech) -> bool:
    """Whether all of the item's sound is there: the response was finished, or has gone on to another item."""
    return speech.whole or (item.id in speech.items and item.id != next(reversed(speech.items)))


def _proportional(item: SpokenItem, speech: Speech, playhead: int) -> str:
    units = min(playhead, item.end) - item.start
    if _whole(item, speech) and item.end > item.start:
        chars = len(item.text) * units // (item.end - item.start)
    else:
        chars = min(len(item.text), int(units / MEDIA_RATE_HZ * CHARS_A_SECOND))
    if chars >= len(item.text) or item.text[chars : chars + 1].isspace():
        return item.text[:chars]
    return item.text[: item.text.rfind(" ", 0, chars) + 1].rstrip()


def settle(speech: Speech, playhead: int, conversation: Conversation, bus: EventBus, turn_id: str) -> list[Heard]:
    """Cut the conversation to what was heard of ``speech`` up to media unit ``playhead``, and tell it.

    An item of which nothing was heard is forgotten.

    Returns:
        What the voice must be told; empty for items that were heard to their end.
    """
    heard: list[Heard] = []
    for item in speech.items.values():
        text, estimated = heard_text(item, speech, playhead)
        if not text:
            conversation.remove(item.id)
        elif item.id in conversation:
            conversation.set_text(item.id, text, complete=text == item.text, estimated=estimated)
        bus.publish(ItemHeardEvent(item_id=item.id, text=text, estimated=estimated, turn_id=turn_id))
        units = max(0, min(playhead, item.end) - item.start)
        if not text or text != item.text or units < item.end - item.start:
            heard.append(Heard(item.id, 0, units if text else 0, text))
    return heard

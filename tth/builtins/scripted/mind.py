"""The ``scripted`` adapter."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tth.adapters.llm import Generated
from tth.adapters.shared import Lease, Shared
from tth.builtins.scripted.dialogue import Piece
from tth.builtins.scripted.draw import Draw
from tth.builtins.scripted.memory import Memory
from tth.builtins.scripted.options import ScriptedOptions
from tth.builtins.scripted.reader import find_dialogue
from tth.builtins.scripted.reply import Reply
from tth.builtins.scripted.script import Script, load_script
from tth.core.controls import EmotionControl, TurnControl
from tth.core.conversation import Item, TextPart
from tth.core.streams import Stream
from tth.core.tools import Tool

_TOKEN = re.compile(r"\s*\S+")
_NAMED = re.compile(r"\bYou are (?P<name>[A-Z][\w-]+)")
_NAMELESS = "tth"

LONGEST = 600
"""Characters of one message that are read; longer ones are read at their beginning and their end."""


def local_time() -> datetime:
    """The machine's time, with its zone."""
    return datetime.now().astimezone()


class ScriptedMind:
    """Answers from a written dialogue.

    What it knows of a conversation it reads from the messages; of its own it keeps only the answer it wrote last, so
    that it can go on with one that was interrupted. The dialogue is read once and shared by all sessions.

    Args:
        options: Which dialogue, and how it is spoken.
        shared: Holds the dialogue.
        now: The time, for questions after it.
    """

    def __init__(
        self, options: ScriptedOptions | None, shared: Shared, *, now: Callable[[], datetime] = local_time
    ) -> None:
        self._options = options or ScriptedOptions()
        self._shared = shared
        self._now = now
        self._lease: Lease[Script] | None = None
        self._written = ""

    @staticmethod
    async def warm_up(options: ScriptedOptions | None, shared: Shared) -> Lease[Script]:
        """Read the dialogue; it stays until the lease is closed.

        Raises:
            ConfigError: A file of it cannot be used.
        """
        path = find_dialogue((options or ScriptedOptions()).dialogue)
        return await shared.lease(("scripted", path.resolve()), lambda: _load(path))

    async def generate(
        self, messages: Sequence[Item], *, control: TurnControl, tools: Sequence[Tool] = ()
    ) -> Stream[Generated]:
        """Stream the answer word by word, each emotion before the words that it holds for.

        Where an answer was begun, go on after its words, or begin again if they are another mind's.

        Raises:
            ConfigError: The dialogue cannot be used.
        """
        if self._lease is None:
            self._lease = await self.warm_up(self._options, self._shared)
        script = self._lease.value
        begun = ""
        if messages and messages[-1].role == "assistant" and not messages[-1].complete:
            begun, messages = messages[-1].text, messages[:-1]
        messages = [_readable(item) for item in messages]
        pieces = self._reply(script, messages, control)
        written = " ".join(piece.text for piece in pieces)
        if begun.strip() and not written.startswith(begun):
            resumed = Draw(self._options.seed, messages).one(script.dialogue.resumed, "resumed").fill({})
            pieces, begun = (*resumed, *pieces), ""
            spoken: Iterable[str | EmotionControl] = _spoken(pieces, " ")
        else:
            self._written = written
            spoken = _after(_spoken(pieces, ""), len(begun))
        for token in spoken:
            if self._options.token_delay_s and isinstance(token, str):
                await asyncio.sleep(self._options.token_delay_s)
            yield token

    def _reply(self, script: Script, messages: Sequence[Item], control: TurnControl) -> tuple[Piece, ...]:
        last = next((at for at in range(len(messages) - 1, -1, -1) if messages[at].role != "system"), -1)
        asked = last >= 0 and messages[last].role == "user"
        persona_id = control.character.persona_id or ""
        memory = Memory(
            messages[:last] if asked else messages,
            script.dialogue,
            script.traces,
            known_words=script.known_words,
            me=_own_name(script, messages, persona_id),
            written=self._written,
        )
        draw = Draw(self._options.seed, [item for item in messages if item.role != "system"])
        said = messages[last].text if asked else ""
        return Reply(said, script, memory, draw, persona_id=persona_id, now=self._now()).pieces()

    async def close(self) -> None:
        """Give the dialogue back. Idempotent."""
        lease, self._lease = self._lease, None
        if lease is not None:
            await lease.close()


async def _load(path: Path) -> Script:
    return await asyncio.to_thread(load_script, path)


def _own_name(script: Script, messages: Sequence[Item], persona_id: str) -> str:
    """By the dialogue's own table, else as the instructions begin, else the persona's id."""
    character = script.dialogue.characters.get(persona_id)
    if character is not None:
        return character.name
    instructions = next((item.text for item in messages if item.role == "system"), "")
    named = _NAMED.search(instructions)
    return named["name"] if named is not None else persona_id.capitalize() or _NAMELESS


def _spoken(pieces: Iterable[Piece], space: str) -> Iterator[str | EmotionControl]:
    """Emotions and words; every word but the first brings its space."""
    felt: EmotionControl | None = None
    for piece in pieces:
        if piece.emotion != felt:
            felt = piece.emotion
            yield felt
        for word in _TOKEN.findall(space + piece.text):
            yield word
            space = " "


def _after(spoken: Iterable[str | EmotionControl], skipped: int) -> Iterator[str | EmotionControl]:
    """``spoken`` without its first ``skipped`` characters; the emotion that holds there is told."""
    felt: EmotionControl | None = None
    for token in spoken:
        if isinstance(token, EmotionControl):
            felt = token
            continue
        if len(token) <= skipped:
            skipped -= len(token)
            continue
        if felt is not None:
            yield felt
            felt = None
        yield token[skipped:]
        skipped = 0


def shortened(text: str) -> str:
    """A text as far as it is read: whole, or its beginning and its end."""
    half = LONGEST // 2 - 1
    return text if len(text) <= LONGEST else f"{text[:half]} {text[-half:].lstrip()}"


def _readable(item: Item) -> Item:
    if len(item.text) <= LONGEST or item.role == "system":
        return item
    return replace(item, parts=(TextPart(shortened(item.text)),))

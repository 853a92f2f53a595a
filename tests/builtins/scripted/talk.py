"""A conversation with the scripted mind, kept as a session keeps it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tth.adapters.shared import Shared
from tth.builtins.scripted.mind import ScriptedMind
from tth.builtins.scripted.options import ScriptedOptions
from tth.core.controls import CharacterControl, EmotionControl, TurnControl
from tth.core.conversation import Item, TextPart, message

NOON = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    text: str
    emotions: tuple[EmotionControl, ...]
    tokens: tuple[str, ...]


class Talk:
    def __init__(self, persona_id: str | None = "mira", *, now: datetime = NOON, **options) -> None:
        self.mind = ScriptedMind(ScriptedOptions(**options), Shared(), now=lambda: now)
        self.items: list[Item] = [message("instructions", "system", "You are Mira: warm and curious.")]
        self.control = TurnControl(character=CharacterControl(persona_id=persona_id))

    async def say(self, text: str) -> Said:
        self.items.append(message(f"user_{len(self.items)}", "user", text))
        said = await self.generate()
        self.items.append(message(f"item_{len(self.items)}", "assistant", said.text))
        return said

    async def hear(self, *texts: str) -> str:
        """The answer to the last of ``texts``."""
        answers = [await self.say(text) for text in texts]
        return answers[-1].text

    async def generate(self) -> Said:
        pieces = [piece async for piece in self.mind.generate(self.items, control=self.control)]
        tokens = tuple(piece for piece in pieces if isinstance(piece, str))
        emotions = tuple(piece for piece in pieces if isinstance(piece, EmotionControl))
        assert isinstance(pieces[0], EmotionControl)
        return Said("".join(tokens), emotions, tokens)

    def cut(self, words: int) -> None:
        """Leave of the newest answer what was heard before an interruption."""
        heard = " ".join(self.items[-1].text.split()[:words])
        self.items[-1] = replace(self.items[-1], parts=(TextPart(heard),), complete=False)

"""Letting a page talk to a provider directly: what an adapter class may offer for it.

A realtime adapter's class that can has the classmethod ``mint(options, wish)``, a coroutine that gives a
``DirectAccess`` or raises an ``AdapterError``: with the decision ``retry`` where it may be tried again, else with words
for whoever runs the server. Neither these words nor the access may hold the provider's long-lived key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from tth.core.controls import TurnControl

NO_DIRECT_MODE = "no_direct_mode"
"""Code of the ``AdapterError`` of a class that could, at a server that cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectWish:
    """Who shall speak.

    Attributes:
        instructions: What the model is told of who it is.
        voice: The voice wished for, by the names of the profile; ``None`` for the adapter's own choice.
        control: Emotion and character.
    """

    instructions: str
    voice: str | None
    control: TurnControl


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectAccess:
    """What a page needs.

    Attributes:
        value: A secret that lives shortly; whoever has it may open sessions until it expires.
        expires_at: Unix seconds.
        calls: Address that takes an SDP offer; empty where there is none.
        socket: Address of a WebSocket that takes the secret as a subprotocol; empty where there is none.
        session_id: The provider's name for the session, where it has one already.
        model: The model that answers.
        voice: The voice it begins with, as far as is known.
        voices: Those that may be chosen; empty where it takes any.
    """

    value: str
    expires_at: int
    calls: str
    socket: str
    session_id: str = ""
    model: str = ""
    voice: str = ""
    voices: Sequence[str] = ()


@runtime_checkable
class DirectClass(Protocol):
    """A class of adapters that pages may reach the provider of."""

    async def mint(self, options: BaseModel | None, wish: DirectWish) -> DirectAccess:
        """Ask the provider for access; a classmethod of the class."""

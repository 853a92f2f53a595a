"""The hooks of tth. All are synchronous and only register; work happens behind the adapters' protocols.

A plugin is a module (or object) under the entry-point group ``tth``; it implements hooks with ``@tth.hookimpl``.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pluggy

from tth.adapters.avatar import AvatarAdapter
from tth.adapters.llm import LLMAdapter
from tth.adapters.realtime import RealtimeAdapter
from tth.adapters.stt import STTAdapter
from tth.adapters.tts import TTSAdapter

if TYPE_CHECKING:
    import click

    from tth.core.bus import EventBus

hookspec = pluggy.HookspecMarker("tth")
hookimpl = pluggy.HookimplMarker("tth")

A_contra = TypeVar("A_contra", contravariant=True)


class Register(Protocol[A_contra]):
    """What a plugin calls once for each adapter that it offers."""

    def __call__(
        self,
        name: str,
        adapter: Callable[..., A_contra] | str,
        *,
        config: type[Any] | str | None = None,
        summary: str = "",
    ) -> None:
        """Offer an adapter under ``name``.

        Args:
            name: What a profile writes after ``primary:``.
            adapter: The class, called as ``adapter(options, shared)`` for each session; or ``"module:Class"``, which is
                imported only when a profile chooses it.
            config: A pydantic model of its options, or ``"module:Class"``; ``None`` where it has none.
            summary: One line for ``tth plugins``.
        """


class SessionView(Protocol):
    """What an observing plugin sees of a session."""

    id: str
    bus: EventBus


@hookspec
def register_realtime(register: Register[RealtimeAdapter]) -> None:
    """Offer speech-to-speech adapters."""


@hookspec
def register_llm(register: Register[LLMAdapter]) -> None:
    """Offer language models."""


@hookspec
def register_tts(register: Register[TTSAdapter]) -> None:
    """Offer voices."""


@hookspec
def register_stt(register: Register[STTAdapter]) -> None:
    """Offer recognisers."""


@hookspec
def register_avatar(register: Register[AvatarAdapter]) -> None:
    """Offer faces."""


@hookspec
def register_profiles(register: Callable[[str, Traversable], None]) -> None:
    """Offer named profiles: a name and the YAML file."""


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add commands to ``tth``."""


@hookspec
def observe_session(session: SessionView) -> Coroutine[None, None, None] | None:
    """Return a coroutine to run beside a session; it is cancelled when the session closes."""

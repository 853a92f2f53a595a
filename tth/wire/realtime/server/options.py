"""What an engine is told when it is made."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from tth.wire.realtime.server.models import VOICES

Dialect = Literal["ga", "beta"]
NewId: TypeAlias = Callable[[str], str]
"""Makes a new id that begins with the given word."""

DEFAULT_INSTRUCTIONS = "You are a helpful voice assistant. Be brief and friendly, and speak the user's language."

MOST_AUDIO_BYTES = 15 * 2**20
"""Sound in one append."""
MOST_FRAME_CHARS = 24 * 2**20
"""One client event."""


def random_id(word: str) -> str:
    """``word``, ``_`` and 20 random hexadecimal digits."""
    return f"{word}_{secrets.token_hex(10)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """How one connection is served.

    Attributes:
        model: Name from the URL.
        kind: A conversation, or transcription alone.
        dialect: Names on the wire: today's, or those of the beta.
        strict: Whether what the protocol does not know is refused; else it is passed over.
        voices: Names that may be chosen; empty takes any.
        voice: The one until another is chosen.
        expires_at: Unix seconds at which the host will call ``Engine.expire``; shown to the client.
        session: Session settings that a client secret carries, as its client wrote them.
        media: How sound reaches the client: in ``events``, or by a ``track`` that ``Engine.play`` feeds.
        tokens_per_minute: Shown in ``rate_limits.updated``.
        requests_per_minute: The same of requests.
    """

    model: str = "gpt-realtime-2.1"
    kind: Literal["realtime", "transcription"] = "realtime"
    dialect: Dialect = "ga"
    strict: bool = True
    voices: tuple[str, ...] = VOICES
    voice: str = "marin"
    expires_at: int = 0
    session: dict[str, Any] = field(default_factory=dict)
    media: Literal["events", "track"] = "events"
    tokens_per_minute: int = 1_000_000
    requests_per_minute: int = 1_000

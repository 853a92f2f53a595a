"""What is known of OpenAI's Realtime models. State: November 2026.

Source: OpenAI's model pages and its announcements of shutdowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
"""Names of voices; a voice of one's own is ``{"id": "voice_…"}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a model can do.

    Attributes:
        context_tokens: Its window, input and output together.
        output_tokens: Most of one response.
        reasoning: Whether it takes ``reasoning``.
        shutdown: Day of its announced end, ``YYYY-MM-DD``.
    """

    context_tokens: int = 32_000
    output_tokens: int = 4_096
    reasoning: bool = False
    shutdown: str | None = None


_REASONING = Model(context_tokens=128_000, output_tokens=32_000, reasoning=True)
_ENDING = Model(shutdown="2027-01-20")

MODELS = {
    "gpt-realtime-2.1": _REASONING,
    "gpt-realtime-2": _REASONING,
    "gpt-realtime-2.1-mini": _REASONING,
    "gpt-realtime-1.5": Model(),
    "gpt-realtime": _ENDING,
    "gpt-realtime-2025-08-28": _ENDING,
    "gpt-realtime-mini": _ENDING,
    "gpt-realtime-mini-2025-10-06": _ENDING,
    "gpt-realtime-mini-2025-12-15": _ENDING,
    "gpt-4o-mini-realtime-preview": Model(context_tokens=16_000),
}

UNKNOWN = Model(reasoning=True)
"""A model of another maker: what it takes is not known, so nothing is refused."""


def model_named(name: str) -> Model:
    """What is known of a model, or ``UNKNOWN``."""
    return MODELS.get(name, UNKNOWN)


def models_listing(now: int, names: tuple[str, ...] = tuple(MODELS)) -> dict[str, Any]:
    """The answer to ``GET /v1/models``.

    Args:
        now: Unix seconds, told as the time each was created.
        names: The models on offer.
    """
    data = []
    for name in names:
        entry: dict[str, Any] = {"id": name, "object": "model", "created": now, "owned_by": "tth"}
        shutdown = model_named(name).shutdown
        if shutdown is not None:
            entry["shutdown_date"] = shutdown
        data.append(entry)
    return {"object": "list", "data": data}

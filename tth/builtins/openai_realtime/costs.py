"""From a response's ``usage`` to tokens by modality and dollars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tth.builtins.openai_realtime.models import Prices

MODALITIES = ("text", "audio", "image")


def counted(usage: Mapping[str, Any], prices: Prices | None) -> dict[str, float]:
    """Tokens by modality, and ``cost_usd`` where the prices are known.

    Cached tokens are part of the input tokens. A modality that is used and has no price makes the cost unknown.
    """
    given, cached, made = _inputs(usage)
    counts: dict[str, float] = {}
    for modality in MODALITIES:
        for name, table in (("input", given), ("cached", cached), ("output", made)):
            if table[modality]:
                counts[f"{name}_{modality}_tokens"] = table[modality]
    cost = _cost(given, cached, made, prices) if prices is not None else None
    if cost is not None:
        counts["cost_usd"] = cost
    return counts


def _inputs(usage: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    told = _table(usage.get("input_token_details"))
    given, made = (
        _split(told, usage.get("input_tokens")),
        _split(_table(usage.get("output_token_details")), usage.get("output_tokens")),
    )
    cached = _split(_table(told.get("cached_tokens_details")), told.get("cached_tokens"))
    # What the server says is cached and cannot be is read as not cached.
    return given, {m: min(cached[m], given[m]) for m in MODALITIES}, made


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _split(details: Mapping[str, Any], total: Any) -> dict[str, float]:
    found = {modality: _number(details.get(f"{modality}_tokens")) for modality in MODALITIES}
    if not any(found.values()):
        found["text"] = _number(total)
    return found


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0.0


def _cost(
    given: Mapping[str, float], cached: Mapping[str, float], made: Mapping[str, float], prices: Prices
) -> float | None:
    cost = 0.0
    for modality in MODALITIES:
        parts = (
            (given[modality] - cached[modality], prices.input),
            (cached[modality], prices.cached),
            (made[modality], prices.output),
        )
        for tokens, table in parts:
            if tokens and modality not in table:
                return None
            cost += tokens * table.get(modality, 0.0)
    return cost / 1_000_000

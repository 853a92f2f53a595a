"""Which of the protocol's two dialects a server speaks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Dialect(StrEnum):
    """GA is OpenAI's only one since May 2026; beta lives on at compatible servers."""

    GA = "ga"
    BETA = "beta"


_GA_KEYS = ("type", "audio", "output_modalities")
_BETA_KEYS = ("modalities", "input_audio_format")


def detect(session: Mapping[str, Any]) -> Dialect:
    """The dialect of the session that ``session.created`` describes; GA where it tells nothing."""
    if any(key in session for key in _GA_KEYS):
        return Dialect.GA
    return Dialect.BETA if any(key in session for key in _BETA_KEYS) else Dialect.GA

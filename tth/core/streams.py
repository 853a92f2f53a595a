"""The shape of everything an adapter streams."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Stream: TypeAlias = AsyncGenerator[T, None]
"""An async generator, so that it can be closed: closing one stops its work within 100 ms and frees it."""

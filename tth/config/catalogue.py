"""What configuration must know of the adapters, whoever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Literal, Protocol, get_args

if TYPE_CHECKING:
    from pydantic import BaseModel

Kind = Literal["realtime", "llm", "tts", "stt", "avatar"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds of adapters, in the order in which a turn meets them."""


class Catalogue(Protocol):
    """Adapters by kind and name, as far as a profile needs them."""

    @property
    def profiles(self) -> Mapping[str, Traversable]:
        """Profiles that plugins offer."""

    def names(self, kind: Kind) -> Sequence[str]:
        """Every adapter of a kind."""

    def options_model(self, kind: Kind, name: str) -> type[BaseModel] | None:
        """The model of an adapter's options; ``None`` where it has no options.

        Raises:
            PluginError: It cannot be loaded.
        """

    def why_missing(self, kind: Kind, name: str) -> str:
        """Why an adapter that somebody meant to offer is not there; empty where nobody did."""

"""What plugins offer, as plain data: nothing heavy is imported before it is chosen."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from tth.config.catalogue import Kind
from tth.errors import PluginError, place_of

if TYPE_CHECKING:
    from pydantic import BaseModel

_NAME = re.compile(r"\w[\w+.-]*")
_REFERENCE = re.compile(r"[\w.]+:[\w.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An adapter that can be chosen by its name.

    Attributes:
        kind: What it can be used as.
        name: What a profile writes after ``primary:``.
        adapter: The class, or ``"module:Class"``.
        config: The model of its options, or ``"module:Class"``; ``None`` where it has none.
        summary: One line about it.
        distribution: The installed package that it comes from.
        version: That package's version.
    """

    kind: Kind
    name: str
    adapter: Callable[..., Any] | str
    config: type[Any] | str | None = None
    summary: str = ""
    distribution: str = ""
    version: str = ""

    def adapter_class(self) -> Callable[..., Any]:
        """What is called as ``adapter(options, shared)``; imports it.

        Raises:
            PluginError: It cannot be imported, or cannot be called.
        """
        found = self._imported(self.adapter)
        if not callable(found):
            raise PluginError(f"{self._owner}: {self.adapter} is no class; name the adapter's class")
        return found

    def options_model(self) -> type[BaseModel] | None:
        """The pydantic model of its options, or ``None``; imports it.

        Raises:
            PluginError: It cannot be imported, or is no pydantic model.
        """
        if self.config is None:
            return None
        from pydantic import BaseModel

        model = self._imported(self.config)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise PluginError(f"{self._owner}: {self.config} is no pydantic model; derive it from pydantic.BaseModel")
        return model

    @property
    def _owner(self) -> str:
        return f"{self.kind} adapter {self.name!r} of {self.distribution}"

    def _imported(self, reference: object) -> object:
        if not isinstance(reference, str):
            return reference
        module, _, path = reference.partition(":")
        try:
            found: object = importlib.import_module(module)
            for part in path.split("."):
                found = getattr(found, part)
        except Exception as error:  # a stranger's module
            raise PluginError(f"{self._owner} cannot be imported ({said(error)})") from error
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An entry point of the group ``tth`` and what became of it.

    Attributes:
        name: The entry point's name.
        module: What it points to.
        distribution: The installed package that declares it.
        version: That package's version.
        offers: The adapters it offers.
        profiles: The profiles it offers, by name.
        hooks: Names of the hooks it implements.
        problem: Why it was set aside; empty where it works.
        refused: One reason for each offer that was not taken.
    """

    name: str
    module: str
    distribution: str
    version: str
    offers: tuple[Offer, ...] = ()
    profiles: dict[str, Traversable] = field(default_factory=dict)
    hooks: tuple[str, ...] = ()
    problem: str = ""
    refused: tuple[str, ...] = ()

    @property
    def builtin(self) -> bool:
        """Whether it came with tth."""
        return self.distribution == "tth"


def check_offer(offer: Offer) -> None:
    """Refuse what cannot be an offer, before anybody relies on it.

    Raises:
        PluginError: The name, a reference or the summary is of the wrong kind.
    """
    check_name(f"register_{offer.kind}", offer.name)
    for what, reference in (("adapter", offer.adapter), ("config", offer.config)):
        if isinstance(reference, str) and not _REFERENCE.fullmatch(reference):
            raise PluginError(f"register_{offer.kind}: {what} of {offer.name!r} is {reference!r}; write 'module:Class'")
    if not isinstance(offer.adapter, str) and not callable(offer.adapter):
        raise PluginError(f"register_{offer.kind}: adapter of {offer.name!r} is no class; give the class or its name")
    if not isinstance(offer.config, (str, type, type(None))):
        raise PluginError(f"register_{offer.kind}: config of {offer.name!r} is no class; give the class or its name")


def check_name(hook: str, name: object) -> None:
    """Refuse a name that no profile could write.

    Raises:
        PluginError: It is not text, or holds other characters than letters, digits and ``_ + . -``.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise PluginError(f"{hook}: {name!r} is no name; use letters, digits and _ + . -")


def said(error: BaseException) -> str:
    """An exception on one line, with the place where it was raised."""
    text = " ".join(str(error).split())
    told = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return told + place_of(error)

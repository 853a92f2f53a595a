import itertools
import sys
import types
from collections.abc import Callable
from importlib.metadata import EntryPoint

import pytest

from tth import hookimpl

_numbers = itertools.count()


class _Distribution:
    """What an entry point knows of its package."""

    def __init__(self, name: str, version: str) -> None:
        self.name = name
        self.version = version


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., EntryPoint]:
    """Makes an entry point of hook functions, as an installed package would declare it."""

    def make(distribution: str, *hooks: Callable[..., object], name: str = "", mark: bool = True) -> EntryPoint:
        module = types.ModuleType(f"plugin_{next(_numbers)}")
        for hook in hooks:
            setattr(module, hook.__name__, hookimpl(hook) if mark else hook)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        entry_point = EntryPoint(name=name or distribution.removeprefix("tth-"), value=module.__name__, group="tth")
        vars(entry_point)["dist"] = _Distribution(distribution, "1.2")
        return entry_point

    return make

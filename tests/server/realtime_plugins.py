"""A plugin with what the shipped profiles lack: a mind that calls tools, and a face that is missing."""

from __future__ import annotations

from importlib.metadata import EntryPoint

from tth import hookimpl
from tth.emulators.openai.mind import EmulatedMind, MindOptions
from tth.errors import AdapterUnavailable
from tth.plugins.loader import find_entry_points, load_plugins


class ToolCaller(EmulatedMind):
    """Echoes, and calls a tool that the person names."""

    def __init__(self, options, shared) -> None:
        super().__init__(MindOptions(kind="echo"), shared)


class Faceless:
    """A face whose engine is not installed."""

    def __init__(self, options, shared) -> None:
        raise AdapterUnavailable("faceless", "its engine is not installed; install it")


@hookimpl
def register_avatar(register) -> None:
    register("faceless", Faceless)


@hookimpl
def register_llm(register) -> None:
    register("tool_caller", ToolCaller)


def registry():
    plugin = EntryPoint(name="realtime_plugins", value=__name__, group="tth")
    return load_plugins([*find_entry_points(), plugin])

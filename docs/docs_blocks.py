"""The parts of these pages that are made from the code; ``make format`` writes them, ``make check`` compares them."""

from __future__ import annotations

import inspect
import json
import re
import types
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

import click
import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.parameters import Emotion, Face
from tth.builtins.a2f.tables import mixes, presets
from tth.builtins.moonshine.options import MoonshineOptions
from tth.builtins.openai_realtime.models import EMOTION_VOICES
from tth.builtins.openai_realtime.models import table as known_models
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.builtins.openai_stt.options import OpenAISTTOptions
from tth.cli.commands import COMMANDS, cli
from tth.core.controls import RANGES, TurnControl
from tth.core.events import Event, Family
from tth.core.media import SpeechMark
from tth.emulators.a2f.faults import Fault as A2FFault
from tth.emulators.openai.faults import Fault
from tth.wire import relay
from tth.wire.controls import CharacterWish, ControlWish, EmotionWish
from tth.wire.native import CloseCode, ListeningWish, client_messages, server_events

_NAMES = {str: "text", bytes: "Base64", int: "integer", float: "number", bool: "true or false", type(None): "null"}
_OBJECTS = {
    TurnControl: "[control](#controls)",
    ControlWish: "[control](#controls)",
    SpeechMark: "[mark](#words)",
    ListeningWish: "[listening](#speaking-to-it)",
}
_EVERYWHERE = ("turn_id", "generation")
_MEDIA = (Family.AUDIO, Family.PICTURES)
_WIDTH = 100
"""Columns of a command's help, whatever terminal it is made in."""


def events() -> str:
    """A table of everything that a server sends, media frames by their JSON names."""
    ordered = sorted(server_events(), key=lambda event: inspect.getsourcelines(event)[1])
    rows = [(f"`{_tag(event)}`", _first_line(event), _event_fields(event)) for event in ordered]
    return _table(("event", "meaning", "fields"), rows)


def messages() -> str:
    """A table of everything that a client may send."""
    rows = [(f"`{_tag(message)}`", _first_line(message), _fields(message)) for message in client_messages()]
    return _table(("message", "meaning", "fields"), rows)


def relay_in() -> str:
    """A table of what a client of the relay protocol may send."""
    return _relay(relay.messages()[0])


def relay_out() -> str:
    """A table of what it is sent."""
    return _relay(relay.messages()[1])


def _relay(messages: tuple[type[msgspec.Struct], ...]) -> str:
    return _table(("message", "meaning", "fields"), [(f"`{_tag(m)}`", _first_line(m), _fields(m)) for m in messages])


def controls() -> str:
    """A table of a control's fields."""
    rows = []
    for group, wish in (("emotion", EmotionWish), ("character", CharacterWish)):
        for field in msgspec.structs.fields(wish):
            low_high = RANGES.get(field.name)
            kind = f"{low_high[0]:g} to {low_high[1]:g}" if low_high else _type(_without_null(field.type))
            rows.append((f"`{group}.{field.name}`", kind))
    return _table(("field", "value"), rows)


def close_codes() -> str:
    """A table of the codes a server closes a stream with."""
    source = inspect.getsource(CloseCode)
    told = dict(re.findall(r'(\w+) = \d+\n\s+"""(.+?)"""', source))
    return _table(("code", "why"), [(f"`{code.value}`", _quoted(told[code.name])) for code in CloseCode])


def commands() -> str:
    """The help of ``tth`` and of each of its commands."""
    parts = []
    for name, command in _commands():
        context = click.Context(command, info_name=name, terminal_width=_WIDTH, **cli.context_settings)
        context.meta["tth.cli.commands"] = {}  # what plugins add on this machine is no part of the page
        parts.append(f"## `{name}`\n\n```text\n{click.unstyle(command.get_help(context)).strip()}\n```\n")
    return "\n".join(parts)


def _commands() -> Iterator[tuple[str, click.Command]]:
    yield "tth", cli
    context = cli.make_context("tth", ["doctor"])
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield f"tth {name}", command
        for inner, sub in getattr(command, "commands", {}).items():
            yield f"tth {name} {inner}", sub


def _event_fields(event: type[Event]) -> str:
    return "see [media](#media)" if event.family in _MEDIA else _fields(event)


def realtime_options() -> str:
    """A table of the options of ``openai_realtime``."""
    return _options(OpenAIRealtimeOptions)


def moonshine_options() -> str:
    """A table of the options of ``moonshine``."""
    return _options(MoonshineOptions)


def openai_stt_options() -> str:
    """A table of the options of ``openai_stt``."""
    return _options(OpenAISTTOptions)


def a2f_options() -> str:
    """A table of the options of ``a2f``."""
    return _options(A2FOptions)


def a2f_faults() -> str:
    """A table of what the emulated Audio2Face-3D service may do wrong."""
    return _options(A2FFault)


def a2f_face() -> str:
    """A table of the run-time face parameters, with what each preset has."""
    rows = [
        (
            f"`{name}`",
            _range(field),
            *(f"{getattr(preset.face, name) or 0:g}" for preset in presets().values()),
            _quoted(field.description or ""),
        )
        for name, field in Face.model_fields.items()
        if name in presets()["claire"].face.model_fields_set
    ]
    return _table(("parameter", "range", *presets(), "meaning"), rows)


def a2f_emotion() -> str:
    """A table of how the service may mix emotions."""
    rows = [
        (f"`{name}`", _range(field), _quoted(field.description or "")) for name, field in Emotion.model_fields.items()
    ]
    return _table(("setting", "range", "meaning"), rows)


def a2f_mixes() -> str:
    """A table of each emotion by the service's names."""
    rows = [
        (f"`{label.value}`", ", ".join(f"`{name}` {value:g}" for name, value in mix.items()) or "all at 0")
        for label, mix in mixes().items()
    ]
    return _table(("emotion", "in Audio2Face-3D"), rows)


def _range(field: FieldInfo) -> str:
    bounds = {type(each).__name__: each for each in field.metadata}
    if "Ge" in bounds and "Le" in bounds:
        return f"{bounds['Ge'].ge:g} to {bounds['Le'].le:g}"
    return f"above {bounds['Gt'].gt:g}" if "Gt" in bounds else "any number"


def faults() -> str:
    """A table of what a fault says: when, and what."""
    return _options(Fault)


def _options(model: type[BaseModel]) -> str:
    rows = [
        (f"`{name}`", _default(field.get_default(call_default_factory=True)), _quoted(field.description or ""))
        for name, field in model.model_fields.items()
    ]
    return _table(("key", "default", "meaning"), rows)


def _default(value: object) -> str:
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    if value in (None, {}, ()):
        return ""
    return f"`{json.dumps(value)}`"


def voices() -> str:
    """A table of the voice of each emotion."""
    return _table(("emotion", "voice"), [(f"`{label.value}`", f"`{voice}`") for label, voice in EMOTION_VOICES.items()])


def models() -> str:
    """A table of the models whose prices are known."""
    rows = []
    for name, model in known_models().models.items():
        prices = model.prices
        if prices is not None:
            shown = (prices.input.get("audio"), prices.cached.get("audio"), prices.output.get("audio"))
            rows.append((f"`{name}`", *(f"{price:g}" for price in shown), model.ends))
    return _table(("model", "audio in", "cached", "audio out", "ends"), rows)


def _fields(struct: type[msgspec.Struct]) -> str:
    parts = []
    for field in msgspec.structs.fields(struct):
        if field.name in _EVERYWHERE and issubclass(struct, Event):
            continue
        optional = "" if issubclass(struct, Event) or field.required else ", optional"
        parts.append(f"`{field.name}` ({_type(field.type)}{optional})")
    return ", ".join(parts) or "none"


def _type(hint: Any) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if hint in _NAMES or hint in _OBJECTS:
        return _NAMES.get(hint) or _OBJECTS[hint]
    if hasattr(hint, "__metadata__"):
        return _type(hint.__origin__)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in args)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(arg) for arg in args)
    if origin is tuple:
        return f"list of {_type(args[0])}s"
    if origin is dict:
        return f"object of {_type(args[1])}s"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " or ".join(f"`{each.value}`" for each in hint)
    raise TypeError(f"no word for {hint!r}; add one to docs_blocks.py")


def _without_null(hint: Any) -> Any:
    return next(arg for arg in get_args(hint) if arg is not type(None))


def _tag(struct: type[msgspec.Struct]) -> str:
    return str(struct.__struct_config__.tag)


def _first_line(struct: type[msgspec.Struct]) -> str:
    return _quoted((struct.__doc__ or "").strip().split("\n")[0])


def _quoted(text: str) -> str:
    """A docstring's double quotes of code as Markdown has them."""
    return text.replace("``", "`")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

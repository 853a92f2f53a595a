"""Options of commands that talk: who shall speak, and how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tth.core.controls import RANGES, CharacterControl, EmotionControl, EmotionLabel, TurnControl

FILE = click.Path(dir_okay=False, path_type=Path)
F = TypeVar("F", bound=Callable[..., Any])


class Emotion(click.ParamType):  # type: ignore[type-arg]  # generic in the stubs of newer releases only
    """``LABEL`` or ``LABEL:INTENSITY``."""

    name = "LABEL[:INTENSITY]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> EmotionControl:
        """The control it means."""
        if isinstance(value, EmotionControl):
            return value
        label, colon, strength = str(value).partition(":")
        if label not in tuple(EmotionLabel):
            from tth.config.nearest import suggestion

            self.fail(f"no emotion {label!r}; {suggestion(label, EmotionLabel)}", param, ctx)
        try:
            return EmotionControl(EmotionLabel(label), float(strength) if colon else None)
        except ValueError:
            fix = f"write a number from 0 to 1, as in {label}:0.5, or {label} alone"
            self.fail(f"{strength!r} is no intensity; {fix}", param, ctx)


def _range(name: str) -> click.FloatRange:
    low, high = RANGES[name]
    return click.FloatRange(low, high)


def talk_options(function: F) -> F:
    """Give a command ``server``, ``key``, ``persona``, ``emotion``, ``speech_rate``, ``pitch_shift`` and ``record``."""
    options = [
        click.option("--persona", metavar="ID", help="Who answers: mira, noor, ori, teo or your own."),
        click.option("--emotion", type=Emotion(), help="How it shall feel, as in happy or sad:0.5."),
        click.option("--speech-rate", type=_range("speech_rate"), help="Pace of the voice; 1 is its own."),
        click.option("--pitch-shift", type=_range("pitch_shift"), help="1 raises the voice by six semitones."),
        click.option("--server", metavar="URL", help="Talk to a running server instead of starting a session here."),
        click.option("--key", envvar="TTH_API_KEY", metavar="KEY", help="The server's key, where it has one."),
        click.option("--record", type=FILE, help="Record the conversation into a file, for 'tth replay'."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def turn_control(emotion: EmotionControl | None, speech_rate: float | None, pitch_shift: float | None) -> TurnControl:
    """What the options ask of a turn.

    Raises:
        click.UsageError: A number is none.
    """
    try:
        character = CharacterControl(speech_rate=speech_rate, pitch_shift=pitch_shift)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return TurnControl(emotion or EmotionControl(), character)


def readable(text: str) -> str:
    """``text`` without what a terminal passed on and no encoding knows."""
    return text.encode("utf-8", "replace").decode()

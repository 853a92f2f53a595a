"""Everything that a session is made of: who speaks, with which adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tth.adapters.llm import LLMAdapter
from tth.adapters.realtime import RealtimeAdapter
from tth.adapters.stt import STTAdapter
from tth.adapters.tts import TTSAdapter
from tth.config.settings import Budget, Deadlines, Limits, Listening
from tth.core.controls import TurnControl
from tth.session.chain import Maker
from tth.session.ladder import Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A profile, resolved to things that can be made.

    Attributes:
        profile: Its name.
        persona: The persona's id.
        instructions: What the model is told of who it is.
        control: The persona's control, with the profile's over it.
        choose_voice: The voice for a control, or ``None`` for the adapter's own choice.
        realtime: Speech-to-speech adapters, best first; empty for a cascade.
        llms: Models of a cascade, best first.
        voices: Voices of a cascade, best first.
        ears: Recognisers of a cascade, best first; without one it hears nothing.
        rungs: Avatars, best first.
        deadlines: How long adapters are waited for.
        budget: What the session may use up.
        listening: How the person is listened to.
        text_chars: Longest text that a person may send in one turn.
        details: What a client may want to know of the persona: name, look, greeting.
    """

    profile: str
    persona: str
    instructions: str = ""
    control: TurnControl = field(default_factory=TurnControl)
    choose_voice: Callable[[TurnControl], str | None] = lambda control: None
    realtime: Sequence[Maker[RealtimeAdapter]] = ()
    llms: Sequence[Maker[LLMAdapter]] = ()
    voices: Sequence[Maker[TTSAdapter]] = ()
    ears: Sequence[Maker[STTAdapter]] = ()
    rungs: Sequence[Rung] = ()
    deadlines: Deadlines = field(default_factory=Deadlines)
    budget: Budget = field(default_factory=Budget)
    listening: Listening = field(default_factory=Listening)
    text_chars: int = Limits().text_chars
    details: Mapping[str, Any] = field(default_factory=dict)

"""The voices that answer a client of the Realtime protocol, as a profile has them."""

from __future__ import annotations

from collections.abc import Sequence

from tth.adapters.realtime import Applied, RealtimeAdapter, SessionChange
from tth.core.clock import Clock
from tth.core.controls import TurnControl
from tth.core.conversation import Item
from tth.core.tools import Tool
from tth.core.watchdog import Watchdog
from tth.session.cascade import Cascade
from tth.session.cast import Cast
from tth.session.chain import Maker


class ChosenVoice(Cascade):
    """A cascade that speaks with the voice its client names; with none named, voices follow the control."""

    def __init__(self, cast: Cast, clock: Clock, watchdog: Watchdog) -> None:
        super().__init__(cast.llms, cast.voices, clock, watchdog, self._choose, cast.deadlines)
        self._cast = cast
        self._wish: str | None = None

    def _choose(self, control: TurnControl) -> str | None:
        return self._wish or self._cast.choose_voice(control)

    async def connect(
        self,
        system_instructions: str,
        voice: str | None = None,
        *,
        control: TurnControl | None = None,
        tools: Sequence[Tool] = (),
        items: Sequence[Item] = (),
    ) -> None:
        """Take ``voice``, where it is not the persona's own, and the rest as a cascade does."""
        self._take(voice)
        await super().connect(system_instructions, voice, control=control, tools=tools, items=items)

    async def configure(self, change: SessionChange) -> Applied:
        """Take the change, the voice too, from the next sentence on."""
        applied = await super().configure(change)
        if change.voice is None:
            return applied
        self._take(change.voice)
        return Applied({**applied.fields, "voice": "now"})

    def _take(self, voice: str | None) -> None:
        self._wish = None if voice == self._cast.choose_voice(self._cast.control) else voice


def makers_of(cast: Cast, clock: Clock, watchdog: Watchdog) -> Sequence[Maker[RealtimeAdapter]]:
    """Realtime adapters of ``cast``, best first; a cascade of its models and voices where it has none."""
    return cast.realtime or [Maker("cascade", lambda: ChosenVoice(cast, clock, watchdog))]


def components_of(cast: Cast, realtime: str, avatar: str) -> dict[str, str]:
    """The adapter in use for each kind, for the log."""
    named = {"realtime": realtime} if cast.realtime else {"llm": cast.llms[0].name, "tts": cast.voices[0].name}
    return {**named, "avatar": avatar} if avatar else named

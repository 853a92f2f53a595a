"""What all connections of one emulator have in common: its mind, its voice, its faults and its memory of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from tth.adapters.llm import LLMAdapter
from tth.adapters.realtime import RealtimeAdapter
from tth.adapters.shared import Lease, Shared
from tth.adapters.tts import TTSAdapter
from tth.core.clock import LoopClock
from tth.core.media import AudioChunk
from tth.core.watchdog import Watchdog
from tth.emulators.openai.ears import Ears, MoonshineEars, ScriptedEars
from tth.emulators.openai.faults import Faults
from tth.emulators.openai.mind import EmulatedMind, MindOptions
from tth.emulators.openai.saboteur import Script
from tth.errors import AdapterError
from tth.hosting.keys import Secrets, is_secret
from tth.hosting.mind import Hears
from tth.session.cascade import Cascade
from tth.session.chain import Maker

LIFE_S = 3600.0
"""How long a session lives where no fault says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorOptions:
    """What kind of server to be.

    Attributes:
        strict: Refuse what the protocol does not know.
        dialect: Names on the wire: today's, or those of the beta.
        faults: What goes wrong.
        mind: What is answered.
        voice: ``hibari`` (tones where it is not installed) or ``tones``.
        ears: Who understands what is said: ``moonshine``, ``fixed`` (the script), or ``none``.
        hears: The script: what an utterance is taken to say, one after another, then again.
        pace: How many times faster than it plays sound is sent; 0: at once.
        key: The one key that is taken; ``None`` takes any, but one there must be.
    """

    strict: bool = True
    dialect: Literal["ga", "beta"] = "ga"
    faults: Faults = field(default_factory=Faults)
    mind: MindOptions = field(default_factory=MindOptions)
    voice: Literal["hibari", "tones"] = "hibari"
    ears: Literal["moonshine", "fixed", "none"] = "fixed"
    hears: tuple[str, ...] = ("Hello there.",)
    pace: float = 8.0
    key: str | None = None


@dataclass(slots=True, eq=False)
class Record:
    """What passed over one connection, for tests to look at.

    Attributes:
        received: The client's events, in order.
        sent: The server's events by type, with their texts, as they went out.
        closed: The code it was closed with by the server; ``None`` while it is open or the client closed it.
    """

    received: list[dict[str, Any]] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    closed: int | None = None

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The server's events of one type."""
        return [msgspec.json.decode(text) for name, text in self.sent if name == kind]

    def asked(self, kind: str) -> list[dict[str, Any]]:
        """The client's events of one type."""
        return [event for event in self.received if event.get("type") == kind]


class Emulator:
    """One server's worth of state.

    Attributes:
        options: What kind of server it is.
        records: One for each connection; kept only where ``recording`` is set.
        recording: Whether what passes is kept.
        secrets: Client secrets that were given out.
    """

    def __init__(self, options: EmulatorOptions | None = None, *, recording: bool = False) -> None:
        self.options = options or EmulatorOptions()
        self.recording = recording
        self.records: list[Record] = []
        self.secrets = Secrets()
        self.script = Script(self.options.faults)
        self._shared = Shared()
        self._leases: list[Lease[Any]] = []
        self._ears: Ears = ScriptedEars(self.options.hears)
        self._voices: list[Maker[TTSAdapter]] = []

    async def warm_up(self) -> str:
        """Load the ears and the voice; says which voice it is.

        Raises:
            AdapterUnavailable: The ears are not installed.
        """
        if self.options.ears == "moonshine":
            self._ears = await MoonshineEars.load(self._shared)
        self._voices = [Maker("mock_tts", self._tones)]
        if self.options.voice == "hibari":
            try:
                await self._warm_hibari()
            except (AdapterError, ImportError) as error:
                return f"tones (hibari: {error})"
        return self._voices[0].name

    async def _warm_hibari(self) -> None:
        from tth.builtins.hibari.options import HibariOptions
        from tth.builtins.hibari.tts import HibariTTS

        options = HibariOptions()
        self._leases.append(await HibariTTS.warm_up(options, self._shared))
        self._voices.insert(0, Maker("hibari", lambda: HibariTTS(options, self._shared)))

    def _tones(self) -> TTSAdapter:
        from tth.builtins.mock.tts import MockTTS, MockTTSOptions

        return MockTTS(MockTTSOptions(), self._shared)

    async def close(self) -> None:
        """Let go of the voice and the ears. Idempotent."""
        await self._ears.close()
        while self._leases:
            await self._leases.pop().close()

    def voice(self) -> RealtimeAdapter:
        """A mind and a voice for one conversation."""
        clock = LoopClock()
        return Cascade([Maker("mind", self._mind)], self._voices, clock, Watchdog(clock))

    def _mind(self) -> LLMAdapter:
        scripted = self._scripted() if self.options.mind.kind == "scripted" else None
        return EmulatedMind(self.options.mind, self._shared, scripted, pace=self.options.pace)

    def _scripted(self) -> LLMAdapter:
        from tth.builtins.scripted.mind import ScriptedMind
        from tth.builtins.scripted.options import ScriptedOptions

        return ScriptedMind(ScriptedOptions(), self._shared)

    @property
    def hear(self) -> Callable[[AudioChunk], Awaitable[str]] | None:
        """What an utterance says; ``None`` where there are no ears."""
        return None if self.options.ears == "none" else self._ears.hear

    @property
    def hears(self) -> Hears | None:
        """The same for the sound of a Realtime session."""
        hear = self.hear
        return None if hear is None else lambda pcm: hear(AudioChunk(pcm))

    def record(self) -> Record:
        """The record of a new connection."""
        record = Record()
        if self.recording:
            self.records.append(record)
        return record

    # Keys and secrets

    def admit(self, token: str) -> dict[str, Any] | None:
        """The configuration that a key or secret brings; ``None`` where it is not taken."""
        if is_secret(token):
            return self.secrets.carried(token)
        if not token or (self.options.key is not None and token != self.options.key):
            return None
        return {}

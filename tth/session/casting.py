"""From a checked profile to a cast: adapters that can be made, and the voice for each control."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tth.adapters.shared import Lease, Shared
from tth.config.profiles import Component, Profile
from tth.config.settings import Limits
from tth.config.voices import voice_for
from tth.core.controls import EmotionLabel, TurnControl, merge
from tth.plugins.registry import Registry
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.foreign import explain
from tth.session.ladder import Rung


class Casting:
    """Makes casts of profiles, and keeps what their adapters share.

    Args:
        registry: Where adapter classes come from.
        limits: What of them concerns a session.
    """

    def __init__(self, registry: Registry, limits: Limits | None = None) -> None:
        self._registry = registry
        self._limits = limits or Limits()
        self._shared = Shared()
        self._leases: list[Lease[Any]] = []

    def cast(self, profile: Profile) -> Cast:
        """What a session of ``profile`` is made of; nothing is made yet."""
        persona = profile.persona
        made = {kind: self._makers(components) for kind, components in profile.components.items()}
        return Cast(
            profile=profile.name,
            persona=persona.id,
            instructions=persona.instructions,
            control=merge(persona.control, profile.control),
            choose_voice=self._chooser(profile),
            realtime=made.get("realtime", ()),
            llms=made.get("llm", ()),
            voices=made.get("tts", ()),
            ears=made.get("stt", ()),
            rungs=[Rung(maker.name, maker.make) for maker in made.get("avatar", ())],
            details={"id": persona.id, "name": persona.name, "greeting": persona.greeting, "look": dict(persona.look)},
            deadlines=profile.deadlines,
            budget=profile.budget,
            listening=profile.listening,
            text_chars=self._limits.text_chars,
        )

    def _chooser(self, profile: Profile) -> Callable[[TurnControl], str | None]:
        """The persona's own voice while it is calm, else its emotion's: the profile says which, or the adapter."""
        wish = profile.persona.voice
        voices = {**self._emotion_voices(profile), **profile.voice_map}

        def choose(control: TurnControl) -> str | None:
            if control.label is EmotionLabel.NEUTRAL and wish is not None:
                return wish
            return voice_for(control.label, voices)

        return choose

    def _emotion_voices(self, profile: Profile) -> Mapping[EmotionLabel, str]:
        """What the primary realtime adapter says of its voices, in its class attribute ``emotion_voices``."""
        for component in profile.components.get("realtime", ())[:1]:
            try:
                adapter_class = self._registry.resolve("realtime", component.name).adapter_class()
            except Exception:  # foreign code; the same is told with its reason where the adapter is made
                return {}
            voices: Mapping[EmotionLabel, str] = getattr(adapter_class, "emotion_voices", {})
            return voices
        return {}

    def _makers(self, components: Sequence[Component]) -> list[Maker[Any]]:
        return [Maker(component.name, self._maker(component)) for component in components]

    def _maker(self, component: Component) -> Callable[[], Any]:
        def make() -> Any:
            offer = self._registry.resolve(component.kind, component.name)
            return offer.adapter_class()(component.options, self._shared)

        return make

    async def warm_up(self, profile: Profile) -> dict[str, str]:
        """Load what the adapters in use share, so that the first turn need not wait for it.

        Of each kind the first adapter that works is warmed; what it loaded stays until ``close``.

        Returns:
            Why an adapter cannot work here, by its name.
        """
        trouble: dict[str, str] = {}
        for components in profile.components.values():
            for component in components:
                try:
                    await self._warm(component)
                except Exception as error:  # foreign code; a fallback may do
                    trouble[component.name] = explain(error)
                else:
                    break
        return trouble

    async def _warm(self, component: Component) -> None:
        adapter_class = self._registry.resolve(component.kind, component.name).adapter_class()
        warm_up = getattr(adapter_class, "warm_up", None)
        if warm_up is not None:
            lease = await warm_up(component.options, self._shared)
            if lease is not None:
                self._leases.append(lease)
        # One that cannot even be made is known here, and not only when somebody waits for its first word.
        await adapter_class(component.options, self._shared).close()

    async def close(self) -> None:
        """Let go of what was warmed. Idempotent."""
        while self._leases:
            await self._leases.pop().close()

"""The path from a question to the face, tried hop by hop: the first that fails is named."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tth.cli.checkup_avatar import feed
from tth.cli.checkup_ears import try_ears
from tth.cli.checkup_hops import judge_avatar
from tth.cli.checkup_page import look_at_page
from tth.cli.checkup_voice import judge_voice, listen
from tth.cli.findings import Finding, Path
from tth.config.profiles import Component, Profile
from tth.config.settings import Settings
from tth.plugins.registry import Registry
from tth.session.casting import Casting

if TYPE_CHECKING:
    from tth.cli.checkup import Told

ADAPTERS_S, VOICE_S, AVATAR_S, EARS_S = 2.5, 6.0, 12.0, 14.0
"""Seconds from the beginning by which each part is over, well or not; the whole takes less than 15."""


LISTEN_S = 2.0
"""What is left of the voice's time to listen to it, however long it takes to be ready."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When each part is given up, on the loop's clock."""

    adapters: float
    voice: float
    avatar: float
    ears: float

    @classmethod
    def from_now(cls, now: float) -> Self:
        """Those of a run that begins now."""
        return cls(now + ADAPTERS_S, now + VOICE_S, now + AVATAR_S, now + EARS_S)


async def try_path(profile: Profile, registry: Registry, settings: Settings, deadlines: Deadlines, told: Told) -> None:
    """Ask the voice a short question, say a clip to the avatar, speak to the recogniser, look at the open page."""
    told.begin("The path from a question to the face")
    path, casting = Path(), Casting(registry)
    cast = casting.cast(profile)
    try:
        told.doing("the voice")
        try:
            async with asyncio.timeout_at(deadlines.voice - LISTEN_S):
                await casting.warm_up(profile)
        except TimeoutError:
            pass  # what is not ready is told by the hop that needs it
        heard = await listen(cast, deadlines.voice)
        _tell(told, path.part(judge_voice(_names(profile, ("realtime", "llm", "tts")), heard)))
        if avatars := profile.components.get("avatar"):
            told.doing("the avatar, with a clip of three seconds")
            passed = await feed(cast, deadlines.avatar)
            below = avatars[1].name if len(avatars) > 1 else ""
            _tell(told, path.part(judge_avatar(avatars[0].name, below, passed)))
        else:
            told.found(Finding(name="Avatar", detail="the profile has none: a voice without a face"))
        if cast.ears:
            told.doing("the recogniser")
            told.found(await try_ears(cast, deadlines.ears))
    finally:
        await casting.close()
    told.doing("the page")
    told.found(await asyncio.to_thread(look_at_page, settings))


def _names(profile: Profile, kinds: Sequence[str]) -> str:
    """The first adapter of each kind that the profile has."""
    found: list[Sequence[Component]] = [alike for kind, alike in profile.components.items() if kind in kinds]
    return " + ".join(alike[0].name for alike in found)


def _tell(told: Told, findings: Iterable[Finding]) -> None:
    for finding in findings:
        told.found(finding)

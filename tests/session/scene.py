from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.peers import ScriptedAvatar, ScriptedVoice


async def settle() -> None:
    """Let everything that is ready run; on virtual time this costs none."""
    await asyncio.sleep(0.001)


class Scene:
    """A session with one scripted voice (and more on renewal) and one scripted avatar."""

    def __init__(self, session: Session, voices: list[ScriptedVoice], avatars: list[ScriptedAvatar]) -> None:
        self.session = session
        self.voices = voices
        self.avatars = avatars
        self.events = session.subscribe()

    @property
    def voice(self) -> ScriptedVoice:
        return self.voices[-1]

    @property
    def avatar(self) -> ScriptedAvatar:
        return self.avatars[-1]

    def seen(self, *kinds):
        found = []
        while (event := self.events.get_nowait()) is not None:
            if not kinds or isinstance(event, kinds):
                found.append(event)
        return found


@asynccontextmanager
async def scene(*, make_voice=ScriptedVoice, make_avatar=ScriptedAvatar, rungs=1, voices=1, **cast):
    made: list[ScriptedVoice] = []
    faces: list[ScriptedAvatar] = []

    def new_voice():
        made.append(make_voice())
        return made[-1]

    def new_face():
        faces.append(make_avatar())
        return faces[-1]

    whole = Cast(
        profile="test",
        persona="test",
        instructions="be brief",
        realtime=[Maker(f"voice{n}", new_voice) for n in range(voices)],
        rungs=[Rung(f"face{n}", new_face) for n in range(rungs)],
        **cast,
    )
    async with Session(whole) as session:
        yield Scene(session, made, faces)

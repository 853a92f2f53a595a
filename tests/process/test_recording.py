"""A server that is killed in the midst of a turn leaves a recording that can be played."""

import asyncio
import signal

import pytest

from tests.process.serving import served
from tests.server.peer import AUDIO
from tth.core.events import AudioChunkEvent, TurnStartedEvent
from tth.observers.recording.recording import Recording

pytestmark = pytest.mark.process


def recorded(folder):
    """The recording as it is now, ``None`` while there is none yet."""
    paths = list(folder.glob("*.tthrec"))
    return Recording(paths[0]) if paths and paths[0].stat().st_size > 4000 else None


def test_a_server_that_is_killed_in_mid_turn_leaves_a_playable_recording(tmp_path) -> None:
    talks = tmp_path / "talks"
    with served(tmp_path, "--record", str(talks)) as server:

        async def talk() -> bytes:
            async with server.site.join() as peer:
                await peer.send("user_text", text="Say something long, and then something longer, so that it lasts.")
                sound = b""
                while len(sound) < 9600 or recorded(talks) is None:
                    async with asyncio.timeout(20):
                        got = await peer.next()
                    if not isinstance(got, dict) and got.kind == AUDIO:
                        sound += got.payload
                        await peer.send("playhead", turn=got.turn, sample=got.end, state="playing")
                server.signal(signal.SIGKILL)
                await peer.closed()
                return sound

        heard = asyncio.run(talk())
        assert server.wait() == -signal.SIGKILL
    recording = recorded(talks)
    values = [record.value for record in recording.records()]
    assert not recording.summary.ended
    assert recording.summary.turns == {"open": 1}
    assert any(isinstance(value, TurnStartedEvent) for value in values)
    sound = b"".join(value.data for value in values if isinstance(value, AudioChunkEvent))
    assert sound
    assert sound.startswith(heard[: len(sound)])

"""Any profile in front of clients of the Realtime protocol: turns, tools, cancel, truncate."""

from __future__ import annotations

import pytest

from tests.server.realtime_peer import done, realtime, sound, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

BYTES_PER_S = 48_000


async def test_a_turn_of_text_is_answered_by_the_profile(site) -> None:
    async with realtime(site) as peer:
        await peer.configure(output_modalities=["text"])
        await peer.say("good morning")
        events = await peer.answer()
        assert words(events) == "You said: good morning"
        assert not sound(events)
        assert done(events)["status"] == "completed"


async def test_a_turn_of_sound_brings_the_profiles_voice_and_its_words(site) -> None:
    async with realtime(site) as peer:
        await peer.say("good morning")
        events = await peer.answer()
        assert words(events) == "You said: good morning"
        assert len(sound(events)) > BYTES_PER_S / 2
        assert done(events)["output"][0]["content"][0]["transcript"] == "You said: good morning"

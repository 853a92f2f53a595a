"""The voice that a client chooses, in the native protocol."""

import numpy as np
import pytest

from tests.server.peer import fetch
from tth.builtins.mock.tones import VOICES

pytestmark = pytest.mark.asyncio(loop_scope="module")


def pitch_of(pcm, rate_hz=24_000):
    sound = np.frombuffer(pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    return pytest.approx(float(np.argmax(spectrum)) * rate_hz / (1 << 18), rel=0.03)


def rate_of(peer, turn):
    return next(got.param for got in peer.frames(1) if got.turn == turn and got.payload)


async def heard(peer, text="hello there my friend"):
    await peer.ask(text)
    turn = peer.events("turn_started")[-1]["turn"]
    return pitch_of(peer.sound(turn), rate_of(peer, turn))


@pytest.mark.parametrize("profile", ["offline_mock", "stub_avatar"])
async def test_a_voice_is_chosen_with_the_session_changed_in_it_and_given_back(site, profile) -> None:
    async with site.join(profile=profile, voice="nova") as peer:
        ready = peer.seen[0]
        assert (ready["voice"], ready["voice_wish"]) == ("nova", "nova")
        assert ready["voices"] == list(VOICES)
        assert VOICES["nova"] == await heard(peer)
        await peer.send("voice_update", voice="onyx")
        changed = await peer.until("voice_changed")
        while changed["voice"] != "onyx":
            changed = await peer.until("voice_changed")
        assert (changed["wish"], changed["voices"]) == ("onyx", list(VOICES))
        assert VOICES["onyx"] == await heard(peer)
        await peer.send("voice_update", voice=None)
        assert VOICES["alloy"] == await heard(peer)
        assert not peer.events("error", "warning", "turn_failed")


async def test_the_choice_lies_over_the_voice_of_an_emotion(site) -> None:
    async with site.join(voice="nova", control={"emotion": {"label": "sad"}}) as peer:
        assert VOICES["nova"] == await heard(peer)
        await peer.send("voice_update", voice=None)
        assert VOICES["onyx"] == await heard(peer)


async def test_a_voice_of_another_profile_does_no_harm_and_is_told(site) -> None:
    async with site.join(voice="heart") as peer:
        warning = await peer.until("warning")
        assert warning["code"] == "control_voice"
        assert warning["message"] == "mock_tts has no voice 'heart'; it speaks as if none was chosen"
        assert VOICES["alloy"] == await heard(peer)
        assert len(peer.events("warning")) == 1


@pytest.mark.parametrize("voice", ["", "a" * 65, "no\nnews", " nova", 7, ["nova"]])
async def test_what_is_no_name_of_a_voice_is_refused(site, voice) -> None:
    refused = await fetch(site.base, "POST", "/v1/sessions", {"voice": voice})
    assert refused.status == 400
    assert refused.json["error"]["code"] == "bad_request"
    assert "voice" in refused.json["error"]["message"]
    async with site.join() as peer:
        await peer.send("voice_update", voice=voice)
        error = await peer.until("error")
        assert (error["code"], error["decision"]) == ("bad_message", "ignore")
        assert "voice" in error["message"]
        await peer.send("voice_update")
        assert (await peer.until("error"))["code"] == "bad_message"
        assert VOICES["alloy"] == await heard(peer)

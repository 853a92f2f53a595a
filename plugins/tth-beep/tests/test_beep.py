"""The plugin as it is installed: found by tth, chosen by a profile, heard."""

from array import array
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest
from tth_beep import RATE_HZ, Beep, BeepOptions

from tth.adapters import Shared, SpeechContext
from tth.config.profiles import resolve_profile
from tth.config.sources import read_sources
from tth.core.controls import CharacterControl, TurnControl
from tth.plugins.loader import load_plugins
from tth.plugins.registry import Registry


@pytest.fixture
def registry() -> Registry:
    return load_plugins()


async def speak(text: str, character: CharacterControl | None = None, **options: float) -> list[bytes]:
    voice = Beep(BeepOptions(**options), Shared())
    control = TurnControl(character=character or CharacterControl())
    async with aclosing(voice.synthesize(text, control=control, context=SpeechContext())) as stream:
        return [chunk.data async for chunk in stream]


def peak(pcm: bytes) -> int:
    return max(map(abs, array("h", pcm)))


def test_tth_finds_the_plugin(registry: Registry) -> None:
    offer = registry.resolve("tts", "beep")
    assert (offer.distribution, offer.version) == ("tth-beep", "1.0.0")
    assert offer.adapter_class() is Beep


def test_a_profile_chooses_it_with_options(registry: Registry, tmp_path: Path) -> None:
    profile = tmp_path / "beeps.yaml"
    profile.write_text("extends: offline_mock\ncomponents: {tts: {primary: beep, pitch_hz: 880}}\n")
    voices = resolve_profile(str(profile), read_sources(), registry, typed=True).components["tts"]
    assert [(voice.name, voice.options) for voice in voices] == [("beep", BeepOptions(pitch_hz=880))]


async def test_letters_sound_and_the_rest_is_silent() -> None:
    chunks = await speak("a b!")
    assert [peak(chunk) > 1000 for chunk in chunks] == [True, False, True, False]
    assert {len(chunk) for chunk in chunks} == {2 * RATE_HZ * 60 // 1000}


async def test_the_speech_rate_is_honoured() -> None:
    fast = CharacterControl(speech_rate=2.0)
    assert sum(map(len, await speak("hello", fast))) * 2 == sum(map(len, await speak("hello")))


async def test_the_pitch_shift_is_honoured() -> None:
    def crossings(pcm: bytes) -> int:
        samples = array("h", pcm)
        return sum(a < 0 <= b for a, b in pairwise(samples))

    (low,) = await speak("a", letter_ms=500)
    (high,) = await speak("a", CharacterControl(pitch_shift=1.0), letter_ms=500)
    assert crossings(high) / crossings(low) == pytest.approx(2**0.5, abs=0.02)

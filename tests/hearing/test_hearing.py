"""The smaller version of ``python -m tests.hearing``."""

from __future__ import annotations

import numpy as np
import pytest

from tests.hearing.quiet import quiet
from tests.hearing.rooms import RATE_HZ, Room, heard
from tests.hearing.scenes import interruptions, talk
from tests.hearing.trial import listen, score
from tests.hearing.voices import installed
from tth.audio.listener import Listener
from tth.audio.vad import best, silero

pytestmark = [
    pytest.mark.skipif(bool(silero.missing()), reason="needs the extra tth[ears]"),
    pytest.mark.skipif("pico:en-GB" not in installed(), reason="needs the extra tth[pico]"),
]

SECONDS = 20.0
ROOMS = {
    "loud and near": Room(echo_db=-10, delay_ms=60, rt60_s=0.3, seed=1),
    "soft, far and told late": Room(echo_db=-20, delay_ms=280, rt60_s=0.5, told_ms=80, seed=2),
    "drifting, and another device": Room(
        echo_db=-20, delay_ms=120, drift_ppm=100, jump_s=SECONDS / 2, jump_ms=120, seed=3
    ),
}


@pytest.fixture(scope="module")
def detector():
    return best("silero")


@pytest.mark.parametrize("name", ROOMS)
def test_the_avatar_hears_those_who_interrupt_it_and_never_itself(name, detector):
    room = ROOMS[name]
    avatar = talk("hibari" if "hibari" in installed() else "pico:en-US", SECONDS, room.seed)
    alone = listen(Listener(vad=detector.make()), heard(room, SECONDS, avatar))
    assert not [one for one in alone if one.edge.kind == "began"]
    person = interruptions(["pico:en-GB"], avatar, room.seed, levels_db=(-8.0, 0.0))
    found = score(listen(Listener(vad=detector.make()), heard(room, SECONDS, avatar, person)), person)
    assert person
    assert not found.missed
    assert not found.false
    assert max(found.delays_ms) < 1000


@pytest.mark.parametrize("name", ["coughs", "clicks", "breath"])
@pytest.mark.parametrize("kind", ["silero", "energy"])
def test_what_is_no_speech_begins_nothing(kind, name):
    assert quiet(kind, name).false_a_minute == 0


def test_a_simulated_room_is_the_same_each_time_and_as_loud_as_asked_for():
    avatar = talk("pico:en-GB", SECONDS, 0)
    room = Room(echo_db=-20, noise_db=-90)
    one, other = heard(room, SECONDS, avatar), heard(room, SECONDS, avatar)
    assert (one.near, one.far) == (other.near, other.far)
    near, far = (np.frombuffer(sound, "<i2").astype(float) for sound in (one.near, one.far))
    assert 10 * np.log10(np.sum(near**2) / np.sum(far**2)) == pytest.approx(-20, abs=2.5)
    assert len(one.near) == len(one.far) == 2 * len(one.playing) == 2 * int(SECONDS * RATE_HZ)

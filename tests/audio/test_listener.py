from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audio.echo.test_echo import babble, background, echo_of
from tests.audio.vad.test_activity import noise, vowel
from tth.audio.listener import CLEANED_LATE, Listener, ListenerSettings
from tth.audio.vad.energy import EnergyActivity
from tth.errors import MediaError

RATE_HZ = 16_000


def pcm(sound: np.ndarray) -> bytes:
    return np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes()


def listener(**wishes) -> Listener:
    return Listener(ListenerSettings(**wishes), vad=EnergyActivity())


def spoken(seconds: float = 5.0, at: float = 2.0, length: float = 1.5) -> np.ndarray:
    """Silence, a voice, silence."""
    sound = noise(seconds, 0.0005)
    start = int(at * RATE_HZ)
    voice = vowel(length)
    sound[start : start + len(voice)] += voice
    return sound


def hear(ears: Listener, near: bytes, far: bytes | None = None, *, sizes=(), playing: bool = False):
    far = bytes(len(near)) if far is None else far
    edges, cleaned, at = [], b"", 0
    for size in [*sizes, len(near) // 2]:
        cut = slice(2 * at, 2 * (at + size))
        edges += ears.feed(near[cut], far[cut], playing=playing)
        cleaned += ears.cleaned
        at += size
    return edges, cleaned


def test_a_voice_begins_and_ends_where_it_does():
    edges, _ = hear(listener(), pcm(spoken()))
    assert [edge.kind for edge in edges] == ["began", "ended"]
    assert edges[0].at == pytest.approx(2.0 * RATE_HZ, abs=0.1 * RATE_HZ)
    assert edges[1].at == pytest.approx(3.5 * RATE_HZ, abs=0.35 * RATE_HZ)


@given(st.lists(st.integers(0, 3000), max_size=30), st.booleans())
@settings(max_examples=8, deadline=None)
def test_any_cutting_gives_the_same_edges_and_the_same_cleaned_sound(sizes, playing):
    far = babble(4)
    near = pcm(echo_of(far, 1000) + spoken(4.0, at=2.0))
    one = hear(listener(), near, pcm(far), playing=playing)
    assert hear(listener(), near, pcm(far), sizes=sizes, playing=playing) == one


def test_the_cleaned_sound_is_what_was_fed_and_a_fixed_time_late_while_nothing_plays():
    near = pcm(spoken(3.5))
    _, cleaned = hear(listener(), near, sizes=[100, 320, 7, 999] * 10)
    assert len(cleaned) == len(near)
    assert not any(cleaned[: 2 * CLEANED_LATE])
    assert cleaned[2 * CLEANED_LATE :] == near[: -2 * CLEANED_LATE]


def test_the_avatar_does_not_take_itself_for_a_person_and_hears_one():
    far = babble(8)
    echo = echo_of(far, 2000) + background(len(far))
    assert not hear(listener(), pcm(echo), pcm(far), playing=True)[0]
    person = np.zeros_like(far)
    person[5 * RATE_HZ : 5 * RATE_HZ + 24_000] = vowel(1.5)
    edges, _ = hear(listener(), pcm(echo + person), pcm(far), playing=True)
    assert edges[0].at == pytest.approx(5 * RATE_HZ, abs=0.3 * RATE_HZ)


def test_settings_change_at_once_in_the_middle_of_speech():
    near = pcm(spoken(8.0, length=1.5))
    ears = listener(silence_ms=4000)
    assert [edge.kind for edge in ears.feed(near[: 8 * RATE_HZ], bytes(8 * RATE_HZ), playing=False)] == ["began"]
    ears.configure(ListenerSettings(silence_ms=300))
    edges = ears.feed(near[8 * RATE_HZ :], bytes(8 * RATE_HZ), playing=False)
    assert [edge.kind for edge in edges] == ["ended"]


def test_a_threshold_that_nothing_reaches_hears_nothing():
    assert not hear(listener(threshold=1.0), pcm(spoken()))[0]


def test_while_the_avatar_is_heard_its_own_settings_hold():
    near, far = pcm(spoken()), bytes(10 * RATE_HZ)
    assert hear(listener(threshold=1.0), near, far, playing=True)[0]
    assert not hear(listener(barge_in_threshold=1.0), near, far, playing=True)[0]
    assert not hear(listener(barge_in_ms=5000), near, far, playing=True)[0]


def test_after_a_reset_it_is_a_new_listener():
    near = pcm(spoken())
    ears = listener()
    first = hear(ears, near[: 7 * RATE_HZ])
    assert ears.utterance is not None
    ears.reset()
    assert ears.utterance is None
    assert hear(ears, near[: 7 * RATE_HZ]) == first


def test_it_does_not_grow():
    ears, near = listener(), pcm(spoken())
    hear(ears, near, playing=True)
    size = len(pickle.dumps(ears))
    for _ in range(5):
        hear(ears, near, sizes=[333] * 20, playing=True)
    assert len(pickle.dumps(ears)) <= size + 4000


@pytest.mark.parametrize(("near", "far"), [(b"123", b"123"), (b"1234", b"12"), (b"", b"12")])
def test_what_is_no_pair_of_sounds_is_refused_and_nothing_heard(near, far):
    ears = listener()
    with pytest.raises(MediaError, match="use"):
        ears.feed(near, far, playing=False)
    assert hear(ears, pcm(spoken())) == hear(listener(), pcm(spoken()))


@pytest.mark.parametrize(
    "wish",
    [
        {"threshold": 1.1},
        {"threshold": float("nan")},
        {"barge_in_threshold": -0.1},
        {"silence_ms": -1},
        {"prefix_ms": 20_000},
        {"min_speech_ms": -5},
        {"barge_in_ms": 10_001},
    ],
)
def test_nonsense_settings_are_refused_with_what_would_be_right(wish):
    with pytest.raises(MediaError, match="use"):
        ListenerSettings(**wish)


def test_nothing_fed_is_nothing_heard():
    ears = listener()
    assert ears.feed(b"", b"", playing=True) == []
    assert ears.cleaned == b""

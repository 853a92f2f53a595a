from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.core.controls import EmotionLabel
from tth.core.media import SpeechMark
from tth.face.blendshapes import INDEX, NAMES, from_bytes, to_bytes, weights
from tth.face.emotions import LOOKS, blend, mood
from tth.face.moods import FADE_IN, MoodTrack
from tth.face.mouth import MS, MouthTrack
from tth.face.visemes import MATRIX, SHAPES, VISEMES, visemes_of

JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def track(*sounds):
    """Sounds as (IPA, milliseconds), one after another."""
    mouth, at = MouthTrack(), 0
    for sound, ms in sounds:
        mouth.add(SpeechMark(kind="phoneme", value=sound, start=at, end=at + ms * MS))
        at += ms * MS
    return mouth


def test_there_are_fifty_two_names_in_apples_order():
    assert len(NAMES) == 52
    assert (NAMES[0], NAMES[17], NAMES[18], NAMES[51]) == ("eyeBlinkLeft", "jawOpen", "mouthClose", "tongueOut")


def test_a_frame_is_clamped_and_comes_back_the_same():
    pose = weights({"jawOpen": 1.4, "mouthSmile": 0.5, "browInnerUp": -1})
    back = from_bytes(to_bytes(pose))
    assert (back[JAW], back[INDEX["mouthSmileLeft"]], back[INDEX["browInnerUp"]]) == (1.0, 0.5, 0.0)


SOUNDS = {
    "p": "PP", "ˈb": "PP", "m̩": "PP", "f": "FF", "ð": "TH", "tʃ": "CH", "dʒ": "CH", "ŋ": "nn", "ɹ": "RR",
    "eɪ": "E I", "aʊ": "aa U", "oʊ": "O U", "iː": "I", "ts": "SS", "ə": "E", "h": "", "☃": "", "": "sil", "_:": "sil",
    "ʲ": "I", "tʲ": "DD", "ʝ": "I",
}  # fmt: skip


@pytest.mark.parametrize(("sound", "visemes"), [(sound, tuple(names.split())) for sound, names in SOUNDS.items()])
def test_sounds_have_their_visemes(sound, visemes):
    assert visemes_of(sound) == visemes


def test_every_viseme_has_a_shape_and_silence_is_rest():
    assert MATRIX.shape == (15, 52)
    assert set(SHAPES) == set(VISEMES)
    assert not SHAPES["sil"].any()


@pytest.mark.parametrize("closure", ["p", "b", "m"])
@pytest.mark.parametrize("ms", [40, 60, 90])
@pytest.mark.parametrize("phase", range(0, 800, 100))
def test_lips_meet_in_every_p_b_and_m_whatever_the_frame_grid(closure, ms, phase):
    mouth = track(("a", 150), (closure, ms), ("a", 150))
    start, end = 150 * MS, (150 + ms) * MS
    frames = [t for t in range(phase, 400 * MS, 800) if start - 10 * MS <= t <= end + 10 * MS]
    best = min(frames, key=lambda t: mouth.at(t)[0][JAW] - mouth.at(t)[0][CLOSE])
    pose, _, met = mouth.at(best)
    assert met > 0.99
    assert pose[JAW] - pose[CLOSE] < 0.01


def test_the_jaw_opens_in_the_vowel_and_shuts_in_silence():
    mouth = track(("", 300), ("a", 200), ("", 500))
    assert mouth.at(100 * MS)[0][JAW] == 0
    assert mouth.at(400 * MS)[0][JAW] > 0.5
    assert mouth.at(900 * MS)[0][JAW] == 0


def test_rounding_is_seen_before_the_sound():
    mouth = track(("s", 200), ("u", 200))
    pucker = INDEX["mouthPucker"]
    assert mouth.at(140 * MS)[0][pucker] > 0.1
    assert mouth.at(20 * MS)[0][pucker] == 0


def test_h_takes_the_shape_of_its_vowel():
    assert track(("h", 80), ("a", 150)).at(30 * MS)[0][JAW] > 0.4


def test_loudness_opens_the_mouth_and_leaves_closures_alone():
    mouth = track(("a", 150), ("m", 90), ("a", 150))
    assert mouth.at(75 * MS, 1.15)[0][JAW] > mouth.at(75 * MS, 0.6)[0][JAW] * 1.5
    assert np.allclose(mouth.at(195 * MS, 1.15)[0], mouth.at(195 * MS, 0.6)[0], atol=1e-6)


@given(
    st.lists(st.tuples(st.sampled_from(["p", "a", "s", "u", "iː", "", "h", "tʃ"]), st.integers(10, 250)), max_size=25)
)
def test_the_mouth_never_jumps_and_stays_in_range(sounds):
    mouth, last = track(*sounds), None
    for t in range(0, sum(ms for _, ms in sounds) * MS + 4800, 800):
        pose, speaking, met = mouth.at(t)
        assert pose.min() >= 0
        assert pose.max() <= 1
        assert 0 <= speaking <= 1
        assert 0 <= met <= 1
        if last is not None:
            assert abs(pose[JAW] - last) < 0.62
        last = pose[JAW]


def test_forgetting_the_past_changes_nothing_that_is_still_to_come():
    sounds = [("a", 50), ("b", 50)] * 80
    whole, lean = track(*sounds), track(*sounds)
    lean.forget(7000 * MS)
    assert len(lean) < len(whole)
    assert np.array_equal(lean.at(7050 * MS)[0], whole.at(7050 * MS)[0])


@pytest.mark.parametrize("label", EmotionLabel)
def test_every_emotion_has_a_face_of_its_own_and_none_at_intensity_nought(label):
    assert np.allclose(mood(label, 0), LOOKS[EmotionLabel.NEUTRAL])
    assert np.allclose(mood(label, 1), LOOKS[label])
    others = [LOOKS[other] for other in EmotionLabel if other is not label]
    assert min(np.abs(LOOKS[label] - other).sum() for other in others) > 0.3


def test_a_mood_leaves_words_readable():
    sad = mood(EmotionLabel.SAD, 1)
    frown, brow = INDEX["mouthFrownLeft"], INDEX["browInnerUp"]
    silent, speaking = blend(SHAPES["sil"], sad, 0, 0), blend(SHAPES["aa"], sad, 1, 0)
    shut = blend(SHAPES["PP"], mood(EmotionLabel.SURPRISED, 1), 1, 1)
    assert speaking[frown] == pytest.approx(silent[frown] * 0.4, rel=0.01)
    assert speaking[brow] == silent[brow]
    assert shut[JAW] < 0.1


def test_smile_and_frown_do_not_show_together():
    pose = blend(weights({"mouthSmile": 0.25}), mood(EmotionLabel.SAD, 1), 0, 0)
    for side in ("Left", "Right"):
        assert min(pose[INDEX[f"mouthSmile{side}"]], pose[INDEX[f"mouthFrown{side}"]]) == 0


def test_a_mood_comes_gently():
    moods = MoodTrack(EmotionLabel.NEUTRAL, 0, 0.6)
    moods.change(24_000, EmotionLabel.HAPPY, 1)
    smile = INDEX["mouthSmileLeft"]
    values = [float(moods.at(t)[smile]) for t in range(0, 24_000 + FADE_IN + 800, 800)]
    assert values[:30] == [values[0]] * 30
    assert values == sorted(values)
    assert max(np.diff(values)) < 0.08
    assert values[-1] > 0.6

"""Scores count what they say, and the voices' names of sounds are understood."""

from __future__ import annotations

import numpy as np
import pytest

from tools.lipsync import score, voices
from tools.lipsync.phones import TABLES, ipa
from tth.face.mouth import MS, Sound
from tth.face.visemes import VISEMES, visemes_of

PP, AA = VISEMES.index("PP"), VISEMES.index("aa")


@pytest.mark.parametrize(
    ("seen", "count"),
    [
        ([(100, 160)], 1),
        ([(40, 100)], 1),
        ([(0, 60)], 1),
        ([(0, 30)], 0),
        ([(190, 240)], 1),
        ([(300, 360)], 0),
        ([(100, 130), (140, 160)], 1),
        ([], 0),
    ],
)
def test_a_closure_counts_once_and_within_forty_milliseconds(seen, count):
    true = [(60 * MS, 180 * MS)]
    assert score.matched(true, [(a * MS, b * MS) for a, b in seen]) == count


def test_closures_side_by_side_are_one():
    sounds = [Sound("PP", 0, 10), Sound("PP", 10, 20), Sound("aa", 20, 30), Sound("PP", 30, 40)]
    assert score.shut(sounds) == [(0, 20), (30, 40)]


def test_runs_of_shut_frames_are_found():
    assert score.runs([False, True, True, False, True], 800) == [(800, 1600), (3200, 3200)]


def test_a_true_curve_is_smooth_but_for_closures():
    labels = np.repeat([AA, PP, AA], 20)
    jaw = score.curve(labels, "jawOpen")
    assert jaw[30] == pytest.approx(0.06)
    assert jaw[20] == pytest.approx(0.06)
    assert 0.06 < jaw[19] < 0.62


def test_look_alikes_are_one():
    number = {name: score.MERGED[place] for place, name in enumerate(VISEMES)}
    assert number["DD"] == number["kk"] == number["nn"]
    assert number["SS"] == number["CH"] != number["DD"]
    assert number["O"] == number["U"] == number["RR"]
    assert len(set(number.values())) == 9


@pytest.mark.parametrize(
    ("language", "phone", "sound"),
    [("en", "ay", "aɪ"), ("en", "pau", ""), ("it", "E1", "ɛ"), ("it", "tS", "tʃ"), ("cs", "ch", "x"), ("cs", "a:", "a"),
     ("fi", "k::", "k"), ("fi", "7", "ø"), ("ru", "sch", "ɕ"), ("ru", "ll", "l"), ("ca", "#", ""), ("ca", "O1", "ɔ")],
)  # fmt: skip
def test_voices_names_of_sounds_are_understood(language, phone, sound):
    assert ipa(language, phone) == sound


def test_every_sound_of_the_tables_has_a_viseme_or_is_a_breath():
    for table in TABLES.values():
        for sound in table.values():
            assert visemes_of(sound) or sound == "h"


def test_no_voice_and_not_the_kept_language_is_learnt_from():
    assert not set(voices.LEARNT) & set(voices.KEPT)
    assert not set(voices.LEARNT_VARIANTS) & set(voices.KEPT_VARIANTS)
    learnt = {voices.FESTIVAL[name[9:]].language for name in voices.LEARNT if name.startswith("festival")}
    assert "it" not in {*voices.LEARNT_LANGUAGES, *learnt}
    assert {name for group in voices.GROUPS.values() for name in group} == set(voices.KEPT)

"""Closures from detectors: at once, long enough, and gone."""

from __future__ import annotations

from tth.face.lipsync.closing import APART, Closing

SURE, UNSURE, NO = 5.0, 0.55, -5.0


def closures(*scores):
    """Each frame's closure and viseme, from each frame's PP and FF scores."""
    closing = Closing()
    return [closing.step([APART, pair, pair]) for pair in scores]


def test_lips_meet_in_the_frame_that_hears_it_and_stay_for_two():
    made = closures((NO, NO), (SURE, NO), (NO, NO), (NO, NO))
    assert [met for met, _ in made] == [0, 1, 1, 0]


def test_a_long_closure_is_not_made_longer():
    made = closures((SURE, NO), (SURE, NO), (SURE, NO), (NO, NO))
    assert [met for met, _ in made] == [1, 1, 1, 0]


def test_an_unsure_detector_closes_in_part():
    ((met, _),) = closures((UNSURE, NO))
    assert 0.3 < met < 0.7


def test_the_stronger_detector_says_which_lips_meet():
    made = closures((SURE, UNSURE - 5), (NO, NO), (NO, NO), (NO, SURE))
    assert [viseme for _, viseme in made] == ["PP", "PP", "PP", "FF"]


def test_what_teeth_and_lip_make_is_no_closure_of_lips():
    assert closures((SURE, SURE)) == [(1.0, "FF")]


def test_a_single_step_closes_nothing():
    assert Closing().step([APART, (SURE, NO), APART])[0] == 0


def test_where_lips_are_surely_apart_nothing_closes():
    assert [met for met, _ in closures(APART, APART)] == [0, 0]

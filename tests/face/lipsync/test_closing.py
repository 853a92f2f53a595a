"""Closures from detectors: at once, long enough, and gone."""

from __future__ import annotations

import numpy as np

from tth.face.lipsync.closing import Closing


def closures(*scores):
    """Each frame's closure and viseme, from each frame's PP and FF scores."""
    closing = Closing()
    return [closing.step(np.array([pair, (0.0, 0.0)], np.float32)) for pair in scores]


def test_lips_meet_in_the_frame_that_hears_it_and_stay_for_two():
    made = closures((0, 0), (0.9, 0), (0, 0), (0, 0))
    assert [met for met, _ in made] == [0, 1, 1, 0]


def test_a_long_closure_is_not_made_longer():
    made = closures((0.9, 0), (0.9, 0), (0.9, 0), (0, 0))
    assert [met for met, _ in made] == [1, 1, 1, 0]


def test_an_unsure_detector_closes_in_part():
    ((met, _),) = closures((0.6, 0))
    assert 0.3 < met < 0.7


def test_the_stronger_detector_says_which_lips_meet():
    assert [viseme for _, viseme in closures((0.9, 0.3), (0, 0), (0, 0), (0.2, 0.95))] == ["PP", "PP", "PP", "FF"]

"""Bells: all of one is within its reach, and rounding looks further ahead than the tongue."""

from __future__ import annotations

import numpy as np
import pytest

from tth.face.dominance import GROUPS, REACH_MS, heard_until, mouth_of
from tth.face.visemes import MATRIX, VISEMES


def shares(*moments_ms):
    return heard_until(np.array(moments_ms, np.float32))


@pytest.mark.parametrize("group", GROUPS)
def test_a_bell_begins_and_ends_where_its_reach_does(group):
    ahead_ms, behind_ms = REACH_MS[group]
    of = GROUPS.index(group)
    before, inside, end, after = shares(-behind_ms, -behind_ms + 5, ahead_ms, ahead_ms + 9)[:, of]
    assert before == 0
    assert 0 < inside < 0.05
    assert end == pytest.approx(1)
    assert after == pytest.approx(1)


def test_a_bell_only_grows():
    assert (np.diff(shares(*range(-200, 201, 5)), axis=0) >= 0).all()


def test_rounding_is_pulled_by_what_comes_in_a_tenth_of_a_second_and_the_tongue_is_not():
    (share,) = 1 - shares(60)
    assert share[GROUPS.index("round")] > 0.1
    assert share[GROUPS.index("tongue")] == 0


@pytest.mark.parametrize("viseme", VISEMES)
def test_a_viseme_alone_is_its_shape(viseme):
    pulls = np.zeros((len(VISEMES), len(GROUPS)), np.float32)
    pulls[VISEMES.index(viseme)] = 1
    pose = mouth_of(pulls, opening=1, closure=0, closed="PP")
    assert np.allclose(pose, MATRIX[VISEMES.index(viseme)])


def test_a_closure_overrides_what_pulls():
    pulls = np.zeros((len(VISEMES), len(GROUPS)), np.float32)
    pulls[VISEMES.index("aa")] = 1
    pose = mouth_of(pulls, opening=1.15, closure=1, closed="FF")
    assert np.allclose(pose, MATRIX[VISEMES.index("FF")], atol=1e-6)

"""Mouth and sound, by what a real browser plays and draws: see tests/sync."""

import numpy as np
import pytest

from tests.sync.bursts import Bursts, ahead_by
from tests.sync.course import PAGE, SIZE, WORDS, Course, round_of_shocks
from tests.sync.referee import offsets, recording
from tests.sync.verdict import IN_STEP_MS, figures, table

pytestmark = pytest.mark.browser

# What the page aims at.
AHEAD_MS = 20


@pytest.fixture
def on_course(serve, browser, visit):
    def begin(talk):
        served = serve(answer=WORDS, talk=talk)
        course = Course(visit(browser, f"{served.address}/{PAGE}", viewport=SIZE), served.behaviour)
        course.begin()
        return course

    return begin


def test_mouth_and_sound_stay_in_step_through_every_shock(on_course):
    course = on_course(Bursts)
    round_of_shocks(course)
    found = figures(course)
    print(table(found))
    assert [figure for figure in found if not figure.holds] == []
    assert len(found) >= 11


@pytest.mark.parametrize("ahead_ms", [80, -80])
def test_frames_that_are_shifted_by_80_ms_are_found_out(on_course, ahead_ms):
    course = on_course(ahead_by(ahead_ms))
    course.say()
    course.run(5)
    found = offsets(recording(course.sound, course.pictures))
    # Between two frames the curves of a shifted mouth and its sound are not quite alike.
    told = np.array([each.ms for each in found if not np.isnan(each.ms)])
    assert len(told) > 20
    assert told.mean() == pytest.approx(AHEAD_MS + ahead_ms, abs=10)
    assert np.quantile(np.abs(told), 0.95) > IN_STEP_MS


def test_what_the_page_reports_is_what_the_referee_finds(on_course):
    course = on_course(Bursts)
    course.say()
    course.run(5)
    found = offsets(recording(course.sound, course.pictures))
    reports = [report for report in course.behaviour.said("playhead") if "offset_mean_ms" in report]
    mean = np.mean([each.ms for each in found])
    assert reports[-1]["offset_mean_ms"] == pytest.approx(mean, abs=8)
    assert reports[-1]["offset_p95_ms"] <= 45


def test_a_latency_that_the_address_gives_stands_in_place_of_the_browsers(serve, browser, visit):
    served = serve(answer=WORDS, talk=Bursts)
    page = visit(browser, f"{served.address}/{PAGE}&latency=300", viewport=SIZE)
    course = Course(page, served.behaviour)
    course.say()
    page.wait_for_timeout(500)
    assert page.evaluate("tthDebug.player.latencyMs") == pytest.approx(300, abs=30)

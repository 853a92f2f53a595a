from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tth.audio.vad.activity import WINDOW
from tth.audio.vad.edges import PART, Demand, Edge, EdgeFinder, Utterance

DEMAND = Demand(threshold=0.5, speech_ms=200, silence_ms=500)
MS = 16
LOUD = np.full(WINDOW, 0.1, np.float32)
QUIET = np.full(WINDOW, 1e-4, np.float32)


def follow(finder: EdgeFinder, windows: str, demand: Demand = DEMAND) -> list[tuple[int, Edge]]:
    """``#`` is loud and voiced, ``f`` loud and not voiced, ``.`` neither."""
    edges = []
    for number, window in enumerate(windows):
        edge = finder.step(QUIET if window == "." else LOUD, 0.9 if window == "#" else 0.1, demand)
        if edge is not None:
            edges.append((number, edge))
    return edges


def test_speech_begins_where_it_rose_and_ends_where_it_fell():
    edges = follow(EdgeFinder(), "." * 10 + "#" * 20 + "." * 20)
    assert [(edge.kind, edge.at) for _, edge in edges] == [("began", 10 * WINDOW), ("ended", 30 * WINDOW)]


def test_a_beginning_is_told_once_it_has_lasted_and_an_end_once_it_was_silent():
    (began, _), (ended, _) = follow(EdgeFinder(), "." * 10 + "#" * 20 + "." * 20)
    assert (began - 10 + 1) * 32 >= 200 > (began - 10) * 32
    assert (ended - 30 + 1) * 32 >= 500 > (ended - 30) * 32


@pytest.mark.parametrize("windows", [1, 3, 6])
def test_what_is_shorter_than_asked_for_is_nothing(windows):
    assert not follow(EdgeFinder(), "." * 10 + "#" * windows + "." * 40)


def test_a_loud_sound_that_is_no_voice_is_nothing():
    assert not follow(EdgeFinder(), "." * 10 + "f" * 30 + "." * 40)


def test_what_leads_to_a_voice_belongs_to_it_within_reason():
    edges = follow(EdgeFinder(), "." * 10 + "ff" + "#" * 20)
    assert edges[0][1].at == 10 * WINDOW
    edges = follow(EdgeFinder(), "." * 10 + "f" * 9 + "#" * 20)
    assert 15 * WINDOW <= edges[0][1].at < 19 * WINDOW


def test_a_short_gap_does_not_cut_a_word_that_is_about_to_count():
    edges = follow(EdgeFinder(), "." * 10 + "###..####" + "." * 20)
    assert edges[0][1].at == 10 * WINDOW


def test_scattered_sounds_do_not_add_up():
    assert not follow(EdgeFinder(), "." * 10 + "#...." * 20)


def test_pauses_within_speech_do_not_end_it():
    edges = follow(EdgeFinder(), "." * 10 + ("#" * 10 + "." * 12) * 4 + "." * 20)
    assert [edge.kind for _, edge in edges] == ["began", "ended"]


def test_speech_never_begins_before_the_last_one_ended():
    short = Demand(threshold=0.5, speech_ms=100, silence_ms=32)
    edges = [edge for _, edge in follow(EdgeFinder(), "." * 10 + ("#" * 8 + "f" * 3) * 5 + "." * 10, short)]
    assert [edge.kind for edge in edges] == ["began", "ended"] * 5
    assert all(one.at <= other.at for one, other in pairwise(edges))


def test_the_utterance_tells_how_it_goes():
    finder = EdgeFinder()
    follow(finder, "." * 10 + "#" * 3)
    assert finder.utterance is None
    follow(finder, "#" * 7)
    assert finder.utterance == Utterance(at=10 * WINDOW, voiced_ms=320, silent_ms=0)
    follow(finder, "." * 5)
    assert finder.utterance == Utterance(at=10 * WINDOW, voiced_ms=320, silent_ms=160)
    follow(finder, "." * 20)
    assert finder.utterance is None


def test_what_is_doubtful_begins_when_it_no_longer_is():
    doubts = iter([True, True, False])
    demand = Demand(threshold=0.5, speech_ms=200, silence_ms=500, doubtful=lambda: next(doubts))
    (number, edge), *_ = follow(EdgeFinder(), "." * 10 + "#" * 20, demand)
    assert (number, edge.at) == (18, 10 * WINDOW)


def test_edges_are_told_in_samples_of_what_was_fed_though_the_windows_are_late():
    edges = follow(EdgeFinder(late=128), "." * 10 + "#" * 20)
    assert edges[0][1].at == 10 * WINDOW - 128


def test_a_beginning_is_told_to_the_part_of_a_window():
    finder = EdgeFinder()
    follow(finder, "." * 10)
    half = np.where(np.arange(WINDOW) < 2 * PART, QUIET, LOUD)
    finder.step(half, 0.9, DEMAND)
    assert follow(finder, "#" * 20)[0][1].at == 10 * WINDOW + 2 * PART

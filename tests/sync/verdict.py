"""The figures of a run and whether they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tests.sync.bursts import JAW, curve
from tests.sync.course import WORDS, Course, Shock
from tests.sync.referee import STALLED_MS, Curve, Offset, Recording, find, offset, offsets, recording, seen_ms
from tests.web.fake_server import FRAME, UNITS, WORD_UNITS

RECOVERY_MS = 1000.0
IN_STEP_MS = 45.0
SHUT = 0.02
SILENT_MS = 300.0
SHORT_MS = 500.0
SHORT_LIKENESS = 0.75
"""Few pictures stand in a short window, and one that a busy browser misplaced weighs more."""
LOUD = 1e-3
LONGEST_UNDERRUN_MS = 4000.0


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    goal: str
    holds: bool
    note: str = ""


def figures(course: Course) -> list[Figure]:
    """All of them."""
    run = recording(course.sound, course.pictures)
    shocks = [ended(shock, run) for shock in course.shocks]
    steady = [each for each in offsets(run) if not touched(each.from_ms, each.from_ms + 1000, shocks)]
    return [
        *_offset_figures(steady, run),
        _late_figure(course),
        *_recovery_figures(shocks, run),
        *_closing_figures(course, shocks, run),
        _caption_figure(course, shocks, run),
    ]


def table(found: Sequence[Figure]) -> str:
    """The figures to be read."""
    head = ("figure", "measured", "goal", "", "")
    rows = [(f.name, f"{f.value:.1f} {f.unit}", f.goal, "ok" if f.holds else "MISS", f.note) for f in found]
    wide = [max(len(row[column]) for row in (head, *rows)) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip() for row in (head, *rows)
    )


def ended(shock: Shock, run: Recording) -> Shock:
    """An underrun ends with the first sound after the silence, and not before."""
    if shock.name != "underrun":
        return shock
    found = silence(shock, run)
    return shock if found is None else Shock(shock.name, shock.from_ms, found[1])


def silence(shock: Shock, run: Recording) -> tuple[float, float] | None:
    """Between which moments nothing was heard, in an underrun; nothing where the sound in hand was enough after all."""
    loud_ms = run.sound_ms[run.loudness > LOUD]
    gaps = np.flatnonzero(np.diff(loud_ms) > SILENT_MS)
    heard = [(run.heard_at(loud_ms[at]), run.heard_at(loud_ms[at + 1])) for at in gaps]
    return next((each for each in heard if shock.from_ms < each[0] < shock.to_ms + RECOVERY_MS), None)


def touched(from_ms: float, to_ms: float, shocks: Sequence[Shock]) -> bool:
    """Whether a shock, or the second in which to recover from it, falls into that time."""
    return any(from_ms < shock.to_ms + RECOVERY_MS and to_ms > shock.from_ms for shock in shocks)


def _offset_figures(steady: list[Offset], run: Recording) -> Iterator[Figure]:
    told = np.array([each.ms for each in steady])
    clear = told[~np.isnan(told)]
    at_s = np.array([each.from_ms for each in steady])[~np.isnan(told)] / 1000
    mean, apart = float(clear.mean()), float(np.quantile(np.abs(clear), 0.95))
    drift = abs(float(np.polyfit(at_s, clear, 1)[0])) * (at_s[-1] - at_s[0])
    seconds = (run.drawn_ms[-1] - run.drawn_ms[0]) / 1000
    extent = f"{len(clear)} windows, {len(run.jaw)} pictures in {seconds:.0f} s, {run.stalled} more held up"
    yield Figure("mouth before sound, mean", mean, "ms", "-20 to +40", -20 <= mean <= 40, extent)
    yield Figure("apart, p95", apart, "ms", "45 at most", apart <= IN_STEP_MS)
    yield Figure("drift over the run", drift, "ms", "below 15", drift < 15)
    unclear = 100 * (1 - len(clear) / len(told))
    yield Figure("windows that tell nothing", unclear, "%", "below 2", unclear < 2)


def _late_figure(course: Course) -> Figure:
    late = 100 * course.late_frames / course.frames
    return Figure("late frames", late, "%", "below 0.1", late < 0.1, f"of {course.frames}")


def _recovery_figures(shocks: list[Shock], run: Recording) -> Iterator[Figure]:
    for name in dict.fromkeys(shock.name for shock in shocks if shock.name != "interrupt"):
        took = [recovery_ms(shock, run) for shock in shocks if shock.name == name]
        yield Figure(
            f"in step after: {name}", max(took), "ms", "1000 at most", max(took) <= RECOVERY_MS, f"of {len(took)}"
        )


def recovery_ms(shock: Shock, run: Recording) -> float:
    """How long after a shock mouth and sound were apart for the last time, within the two seconds that follow."""
    out = 0.0
    for begin in np.arange(shock.to_ms, shock.to_ms + 2 * RECOVERY_MS, 50.0):
        each = offset(run, begin, begin + SHORT_MS, SHORT_LIKENESS)
        if each is not None and not abs(each.ms) <= IN_STEP_MS:
            out = begin + 50 - shock.to_ms
    return out


def _closing_figures(course: Course, shocks: list[Shock], run: Recording) -> Iterator[Figure]:
    silent = (silence(shock, run) for shock in shocks if shock.name == "underrun")
    dry = [found[0] for found in silent if found is not None]
    for name, begins, most in (("after Esc", course.stops, 120), ("in an underrun", dry, 320)):
        seen = [begin for begin in begins if gap_ms(run, begin, begin + most) <= STALLED_MS]
        took = max((shut_ms(run, begin) for begin in seen), default=0.0)
        note = f"of {len(seen)}, {len(begins) - len(seen)} more without pictures"
        yield Figure(f"mouth shut {name}", took, "ms", f"{most} at most", took <= most, note)


def gap_ms(run: Recording, from_ms: float, to_ms: float) -> float:
    """The longest time without a picture that reaches into the time between two moments."""
    first, last = np.searchsorted(run.drawn_ms, (from_ms, to_ms))
    return float(np.diff(run.drawn_ms[max(0, first - 1) : last + 1]).max(initial=0.0))


def shut_ms(run: Recording, from_ms: float) -> float:
    """How long after a moment the mouth was first shut, and stayed so for 150 ms."""
    after = run.drawn_ms > from_ms
    drawn, jaw = run.drawn_ms[after], run.jaw[after]
    for at, moment in enumerate(drawn):
        if jaw[at:][drawn[at:] < moment + 150].max() < SHUT * JAW:
            return float(moment - from_ms)
    return float("inf")


def _caption_figure(course: Course, shocks: list[Shock], run: Recording) -> Figure:
    delays = [(ms, at_ms) for ms, at_ms in caption_delays(course, run) if not touched(at_ms, at_ms, shocks)]
    late = np.array([ms for ms, at_ms in delays if gap_ms(run, at_ms, at_ms) <= 2 * STALLED_MS])
    furthest = float(np.quantile(np.abs(late), 0.99))
    note = f"of {len(late)}, mean {late.mean():+.0f} ms, {len(delays) - len(late)} more without pictures"
    return Figure("captions from their word, p99", furthest, "ms", "150 at most", furthest <= 150, note)


def caption_delays(course: Course, run: Recording) -> Iterator[tuple[float, float]]:
    """How long after each word began to be heard it was shown, and when that was."""
    for turn in dict.fromkeys(row["turn"] for row in course.words if row["turn"]):
        shown = [row for row in course.words if row["turn"] == turn and row["count"]]
        if not shown:
            continue
        for word, began_ms in word_times(run, shown[0]["nowMs"], shown[-1]["nowMs"]).items():
            row = next((row for row in shown if row["count"] > word), None)
            if row is not None:
                heard_ms = run.heard_at(began_ms)
                yield float(seen_ms(row["pictureMs"], row["nowMs"])) - heard_ms, heard_ms


def word_times(run: Recording, from_ms: float, to_ms: float) -> dict[int, float]:
    """Where in the context's time each word begins that was played whole, by the sound alone.

    Args:
        run: What was played.
        from_ms: About when the turn's first word was heard, on the page's timer.
        to_ms: About when its last one was.
    """
    step_ms = 4.0
    known: Curve = curve(len(WORDS.split()) * WORD_UNITS // FRAME + 1)
    found: dict[int, float] = {}
    at_ms, end_ms = np.interp((from_ms, to_ms), run.drawn_ms, run.heard_ms)
    reach = (-1000.0, 1000.0)
    for word in range(len(WORDS.split()) - 2):
        places = (word * WORD_UNITS / FRAME) + np.arange(0, 500, step_ms) * UNITS / 1000 / FRAME
        piece = np.interp(places, np.arange(len(known)), known)
        began = find(run, piece, step_ms, at_ms + reach[0], at_ms + reach[1])
        if began is not None:
            found[word] = at_ms = began
            reach = (-50.0, 100.0)
        elif not found:
            break
        else:
            # The sound may have stood still meanwhile.
            reach = (-50.0, min(reach[1] + 400.0, LONGEST_UNDERRUN_MS))
        at_ms += WORD_UNITS * 1000 / UNITS
        if at_ms > end_ms:
            break
    return found

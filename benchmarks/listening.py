"""What it costs to hear a person, with and without the avatar's own voice beside the microphone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks.figures import Figure, Goal, quantile
from tth.audio.echo.remover import EchoRemover
from tth.audio.echo.spectra import Wave
from tth.audio.vad import RATE_HZ, WINDOW, Kind, best

PART = "hearing a person, CPU for a window of 32 ms"
KINDS: tuple[Kind, ...] = ("silero", "energy")


def measure(*, quick: bool) -> Iterator[Figure]:
    """Each stage: the median of all windows, since a busy machine makes some of them dear."""
    samples = (6 if quick else 30) * RATE_HZ
    far = (0.05 * np.random.default_rng(0).standard_normal(samples)).astype(np.float32)
    near = 0.1 * np.roll(far, 2000)
    row = partial(Figure, part=PART, unit="ms")
    playing = _spent_ms(near, far, partial(EchoRemover().feed, playing=True))
    yield row(what="echo, while the avatar is heard", value=quantile(playing, 0.5), goal=Goal(0.5))
    yield row(what="the same with the looks for the delay, mean", value=sum(playing) / len(playing))
    resting = _spent_ms(near, np.zeros_like(far), partial(EchoRemover().feed, playing=False))
    yield row(what="echo, while nothing plays", value=quantile(resting, 0.5), goal=Goal(0.01))
    for kind in KINDS:
        choice = best(kind)
        if choice.name == kind:
            feed = choice.make().feed
            spent = _spent_ms(near, far, lambda near, far, feed=feed: feed(near))
            yield row(what=f"detector, {kind}", value=quantile(spent, 0.5))


def _spent_ms(near: Wave, far: Wave, work: Callable[[Wave, Wave], object]) -> list[float]:
    spent = []
    for at in range(0, len(near) - WINDOW, WINDOW):
        begun = time.thread_time()
        work(near[at : at + WINDOW], far[at : at + WINDOW])
        spent.append(1000 * (time.thread_time() - begun))
    return spent


if __name__ == "__main__":
    for figure in measure(quick=False):
        print(*figure.cells(), sep="\t")

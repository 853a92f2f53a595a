"""Makes the model: examples from every voice, both networks, the file and the card beside it."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tools.lipsync import voices
from tools.lipsync.corpus import load_all
from tools.lipsync.examples import Examples, examples, typical_mean
from tools.lipsync.training import Recipe, Shape, train
from tth.face.lipsync.model import POINTS, Model
from tth.face.lipsync.network import Network

MODEL = Path("tth/face/lipsync/lips.npz")
COPIES = 3
RECIPE = Recipe(epochs=5, drop=0.2)
SHAPES: dict[str, Shape] = {
    "live": (((-3, -2, -1, 0, 1), 144), ((-6, -3, 0, 1), 144), ((-6, -3, 0), 144)),
    "buffered": (((-2, -1, 0, 1, 2), 144), ((-3, 0, 3), 144), ((-6, -3, 0, 2), 144)),
}
"""Offsets and widths: 2 and 7 steps ahead, two more in which visemes are smoothed, half a window: 57 and 113 ms."""

LATE: dict[str, float] = {
    "festival": 0.003,
    "festival/lj": 0.005,
    "festival/machac": 0.005,
    "festival/slt-hts": 0.003,
    "festival/ona": 0.002,
    "festival/dita": 0.001,
    "flite": 0.001,
}
"""Seconds by which labels come before the sound: the shift at which a network agrees best with a voice it has learnt.

A family's own number stands for the voices that were not learnt from.
"""


def make() -> Model:
    """Train both networks, on one thread each, and write the model."""
    learnt = load_all(list(voices.LEARNT))
    mean = typical_mean(learnt[::10], seed=5)
    told = examples(learnt, mean, copies=COPIES, seed=3, late=LATE)
    print(f"{len(learnt)} utterances, {len(told.labels)} steps in {COPIES} rooms each", flush=True)
    with ProcessPoolExecutor(len(POINTS), multiprocessing.get_context("fork")) as pool:
        live, buffered = pool.map(_point, POINTS, [told] * len(POINTS))
    model = Model.from_bytes(Model(mean, live, buffered).to_bytes())
    MODEL.write_bytes(model.to_bytes())
    return model


def _point(point: str, told: Examples) -> Network:
    def report(epoch: int, loss: float, network: Network) -> None:
        print(f"{point}: epoch {epoch + 1} of {RECIPE.epochs}, loss {loss:.3f}", flush=True)

    return train(SHAPES[point], told, RECIPE, report)

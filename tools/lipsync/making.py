"""Makes the model: examples from every voice, both networks, the file and the card beside it."""

from __future__ import annotations

import multiprocessing
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from tools.lipsync import voices
from tools.lipsync.corpus import load, load_all
from tools.lipsync.examples import Examples, examples, typical_mean
from tools.lipsync.training import Recipe, Shape, train
from tth.face.blendshapes import Weights
from tth.face.lipsync.model import POINTS, Model
from tth.face.lipsync.network import Network

MODEL = Path("tth/face/lipsync/lips.npz")
ROOMS = {name: 2 if name == "espeak" else 4 for name in voices.LEARNT}
"""In how many rooms each utterance is heard: more where voices are cut from people's, of which there are few."""

RECIPE = Recipe(epochs=5, drop=0.2)
SHAPES: dict[str, Shape] = {
    "live": (((-3, -2, -1, 0, 1), 144), ((-6, -3, 0, 1), 144), ((-6, -3, 0), 144)),
    "buffered": (((-2, -1, 0, 1, 2), 144), ((-3, 0, 3), 144), ((-6, -3, 0, 2), 144)),
}
"""Offsets and widths: 2 and 7 steps ahead, two more in which visemes are smoothed, half a window: 57 and 113 ms."""

LATE: dict[str, float] = {
    "festival": 0.003,
    "festival/nsk": 0.0,
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
    with ProcessPoolExecutor(len(POINTS), multiprocessing.get_context("fork")) as pool:
        mean = typical_mean(load_all(list(voices.LEARNT))[::10], seed=5)
        parts = list(pool.map(_heard, voices.LEARNT, [mean] * len(voices.LEARNT)))
    told = Examples(np.concatenate([part.heard for part in parts]), np.concatenate([part.labels for part in parts]))
    print(f"{sum(voices.LEARNT.values())} utterances, {len(told.labels)} steps in all their rooms", flush=True)
    with ProcessPoolExecutor(len(POINTS), multiprocessing.get_context("fork")) as pool:
        live, buffered = pool.map(_point, POINTS, [told] * len(POINTS))
    model = Model.from_bytes(Model(mean, live, buffered).to_bytes())
    MODEL.write_bytes(model.to_bytes())
    return model


def _heard(name: str, mean: Weights) -> Examples:
    return examples(load(name), mean, copies=ROOMS[name], seed=zlib.crc32(name.encode()), late=LATE)


def _point(point: str, told: Examples) -> Network:
    def report(epoch: int, loss: float, network: Network) -> None:
        print(f"{point}: epoch {epoch + 1} of {RECIPE.epochs}, loss {loss:.3f}", flush=True)

    return train(SHAPES[point], told, RECIPE, report)

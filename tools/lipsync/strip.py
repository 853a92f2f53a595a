"""A picture to judge by eye: sound, true and read visemes, jaw and rounding of six sentences by three unseen voices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tools.lipsync import score
from tools.lipsync.corpus import Utterance, load
from tools.lipsync.examples import label, lateness
from tools.lipsync.making import LATE
from tools.lipsync.ways import Lips, by_network
from tth.face.blendshapes import INDEX, Weights
from tth.face.lipsync.hearing import STEPS_A_SECOND
from tth.face.lipsync.model import Model
from tth.face.visemes import VISEMES

PICTURE = Path("docs/images/lipsync-strip.png")
SENTENCES = (("espeak-kept", (1, 4)), ("flite-rms", (2, 5)), ("festival-lp", (1, 3)))
_SECONDS, _WIDE, _HIGH, _MARGIN = 3.2, 1_280, 172, 84
_PER_STEP = (_WIDE - _MARGIN) / (_SECONDS * STEPS_A_SECOND)
_INK, _FAINT, _TRUE, _READ, _ROUND_READ, _SHUT = "#222", "#ddd", "#999", "#c0392b", "#2471a3", "#f5c6c0"
_COLOURS = (
    "#ffffff #c0392b #d98880 #a04000 #b9770e #7d6608 #5b2c6f #8e44ad #1a5276 #2e86c1 #117a65 #1e8449 #52be80 #d4ac0d "
    "#5d6d7e"
).split()


def draw(model: Model) -> None:
    """Draw the strip into the docs."""
    rows = [(name, load(name)[number]) for name, numbers in SENTENCES for number in numbers]
    picture = Image.new("RGB", (_WIDE, _HIGH * len(rows)), "white")
    pen = ImageDraw.Draw(picture)
    for row, (name, one) in enumerate(rows):
        _sentence(pen, row * _HIGH, name, one, by_network(one, model, live=False))
    picture.save(PICTURE, optimize=True)


def _sentence(pen: ImageDraw.ImageDraw, top: int, name: str, one: Utterance, lips: Lips) -> None:
    first = _start(one)
    sounds = one.sounds(lateness(one.voice, LATE))
    labels = label(sounds, len(lips.told))
    steps = slice(first, first + int(_SECONDS * STEPS_A_SECOND))
    pen.text((4, top + 4), f"{name}\n{one.language}", fill=_INK)
    for word, place in (("sound", 22), ("true", 50), ("read", 68), ("jaw", 96), ("rounding", 138)):
        pen.text((30, top + place), word, fill=_TRUE)
    for start, end in score.shut(sounds):
        left, right = (_across(at * STEPS_A_SECOND / 24_000 - first) for at in (start, end))
        if _MARGIN <= left < _WIDE:
            pen.rectangle((left, top + 86, right, top + 162), fill=_SHUT)
    _wave(pen, top + 24, one, first)
    _labels(pen, top + 48, labels[steps])
    _labels(pen, top + 66, lips.told[steps])
    for place, high, shapes, colour in (
        (88, 32, ("jawOpen",), _READ),
        (128, 32, ("mouthFunnel", "mouthPucker"), _ROUND_READ),
    ):
        poses = lips.poses[:, [INDEX[shape] for shape in shapes]].sum(1)
        _curve(pen, top + place, high, score.curve(labels, *shapes)[steps], 1.0, _TRUE)
        _curve(pen, top + place, high, poses[first // 3 : (first + len(labels[steps])) // 3], 3.0, colour)
    pen.line((0, top + _HIGH - 2, _WIDE, top + _HIGH - 2), fill=_FAINT)


def _start(one: Utterance) -> int:
    """The frame shortly before the first sound, in steps."""
    spoken = next((sound.start for sound in one.sounds() if sound.viseme != "sil"), 0)
    return max(0, spoken * STEPS_A_SECOND // 24_000 - 12) // 3 * 3


def _across(steps: float) -> float:
    return _MARGIN + steps * _PER_STEP


def _wave(pen: ImageDraw.ImageDraw, middle: int, one: Utterance, first: int) -> None:
    pcm = one.pcm[first * 16_000 // STEPS_A_SECOND :][: int(_SECONDS * 16_000)].astype(np.float32)
    loudest = max(1.0, float(np.abs(pcm).max()))
    for column in range(_WIDE - _MARGIN):
        piece = pcm[int(column / _PER_STEP * 16_000 / STEPS_A_SECOND) :][:64]
        if len(piece):
            low, high = middle - piece.max() / loudest * 20, middle - piece.min() / loudest * 20
            pen.line((_MARGIN + column, low, _MARGIN + column, high), fill=_INK)


def _labels(pen: ImageDraw.ImageDraw, top: int, labels: np.ndarray) -> None:
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    for start, end in pairwise(edges):
        viseme = int(labels[start])
        left, right = _across(start), _across(end)
        pen.rectangle((left, top, right, top + 15), fill=_COLOURS[viseme], outline="white")
        if viseme and end - start > 3:
            pen.text((left + 2, top + 2), VISEMES[viseme], fill="white")


def _curve(pen: ImageDraw.ImageDraw, top: int, high: int, values: Weights, stride: float, colour: str) -> None:
    points: Sequence[tuple[float, float]] = [
        (_across(number * stride), top + high - float(value) * high) for number, value in enumerate(values)
    ]
    pen.line((_MARGIN, top + high, _WIDE, top + high), fill=_FAINT)
    if len(points) > 1:
        pen.line(points, fill=colour, width=2)

"""What the contact sheets show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tth.core.controls import EmotionLabel
from tth.face.blendshapes import INDEX, NAMES
from tth.face.emotions import blend, mood
from tth.face.visemes import SHAPES, VISEMES

PALETTES = ("mira", "noor", "teo", "ori")

#: Heads as close as a portrait, and as close as a mouth needs it; shares of the drawn picture.
PORTRAIT = (0.12, 0.10, 0.76, 0.76)
CLOSE = (0.25, 0.225, 0.50, 0.50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """One picture of a sheet.

    Attributes:
        title: Written below it.
        weights: 52 in Apple's order.
        palette: Who it is.
        head: ``yaw``, ``pitch`` and ``roll`` in radians.
        gaze: ``x`` and ``y``.
        life: Seconds of life in a mood to go through before the picture: ``{"mood": …, "seconds": …, "seed": …}``.
    """

    title: str
    weights: Sequence[float] = field(default_factory=lambda: [0.0] * len(NAMES))
    palette: str = "mira"
    head: Mapping[str, float] = field(default_factory=dict)
    gaze: Mapping[str, float] = field(default_factory=dict)
    life: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A picture of pictures.

    Attributes:
        name: Of the file.
        poses: Row by row.
        columns: How many stand beside each other.
        side: Pixels of one, both ways.
        crop: Part of the drawn picture that is shown: left, top, width and height as shares.
        scheme: The page's, ``light`` or ``dark``.
    """

    name: str
    poses: Sequence[Pose]
    columns: int
    side: int = 240
    crop: tuple[float, float, float, float] = CLOSE
    scheme: str = "light"


def sheets() -> list[Sheet]:
    """Every contact sheet but the film strip."""
    return [visemes(), emotions(), personas(), states(), weights()]


def visemes() -> Sheet:
    """Each of the fifteen at full strength."""
    poses = [Pose(title=name, weights=SHAPES[name].tolist()) for name in VISEMES]
    return Sheet(name="visemes", poses=poses, columns=5)


def emotions() -> Sheet:
    """Each emotion of each character, silent and in the midst of a word."""
    poses = []
    for palette in PALETTES:
        for label in EmotionLabel:
            poses.append(Pose(title=label.value, weights=mood(label, 1).tolist(), palette=palette))
    speaking = [
        Pose(title=f"{label.value}, speaking", weights=blend(SHAPES["E"], mood(label, 1), 1, 0).tolist())
        for label in EmotionLabel
    ]
    return Sheet(name="emotions", poses=[*poses, *speaking], columns=len(EmotionLabel), side=190)


def personas() -> Sheet:
    """Each character at rest, turned to either side, and laughing."""
    laugh = blend(SHAPES["aa"], mood(EmotionLabel.HAPPY, 1), 0.5, 0)
    poses = []
    for palette in PALETTES:
        poses += [
            Pose(title=palette, weights=mood(EmotionLabel.HAPPY, 0.3).tolist(), palette=palette),
            Pose(title="", weights=mood(EmotionLabel.NEUTRAL, 1).tolist(), palette=palette, head={"yaw": 0.32}),
            Pose(title="", weights=laugh.tolist(), palette=palette, head={"yaw": -0.2, "pitch": -0.06, "roll": 0.06}),
            Pose(
                title="", weights=mood(EmotionLabel.SURPRISED, 0.8).tolist(), palette=palette, gaze={"x": 0.6, "y": 0.3}
            ),
        ]
    return Sheet(name="personas", poses=poses, columns=4, side=300, crop=PORTRAIT)


def states() -> Sheet:
    """What the face does by itself in each state, at four moments."""
    poses = []
    for state in ("idle", "listening", "thinking", "speaking", "interrupted"):
        shape = SHAPES["E"] if state == "speaking" else SHAPES["sil"]
        for k in range(4):
            seconds = 0.25 + 0.1 * k if state == "interrupted" else 3.0 + 2.3 * k
            life = {"mood": state, "seconds": seconds, "seed": 5}
            poses.append(Pose(title=f"{state}, {seconds:.1f} s", weights=shape.tolist(), life=life))
    return Sheet(name="states", poses=poses, columns=4, crop=PORTRAIT)


def weights() -> Sheet:
    """Each of the 52 at 1."""
    poses = []
    for name in NAMES:
        shape = [0.0] * len(NAMES)
        shape[INDEX[name]] = 1.0
        # Two of them mean something with an open jaw only.
        if name in ("mouthClose", "tongueOut"):
            shape[INDEX["jawOpen"]] = 1.0 if name == "mouthClose" else 0.4
        poses.append(Pose(title=name, weights=shape, palette="noor"))
    return Sheet(name="weights", poses=poses, columns=9, side=150)

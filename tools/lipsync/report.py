"""Scores as a table, and the card that lies beside the model."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

from tools.lipsync import human, making, voices
from tools.lipsync.corpus import load_all
from tools.lipsync.evaluation import load, tally
from tools.lipsync.ways import ways
from tth.face.lipsync.model import POINTS, Model
from tth.face.lipsync.reader import LipReader

CARD = Path("tth/face/lipsync/lips.json")
_TWO_PLACES = ("changes/s",)


def report() -> None:
    """Print every measure of every way on every group, and write the card."""
    model = Model.load()
    scores: dict[str, dict[str, dict[str, float]]] = {}
    for group, names in voices.GROUPS.items():
        utterances = load_all(names)
        for way, lips in ways(model).items():
            figures = tally(utterances, lips, making.LATE)
            scores.setdefault(group, {})[way] = {name: round(value, 3) for name, value in figures.items()}
        _show(group, len(utterances), scores[group])
    spoken = load_all(["flite-rms"])[:30]
    loads = {point: round(100 * load(model, spoken, live=point == "live"), 2) for point in POINTS}
    people = human.trial(model)
    print(f"\nShare of a core: {', '.join(f'{point} {share:.2f} %' for point, share in loads.items())}")
    if people:
        print(f"People: {people[0]} of {people[1]} recordings told apart, {people[2]:.2f} of steps agree")
    _write(model, scores, people)


def _show(group: str, count: int, figures: dict[str, dict[str, float]]) -> None:
    names = list(next(iter(figures.values())))
    print(f"\n**{group}** ({count} utterances)\n")
    print(f"| | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for way, values in figures.items():
        print(f"| {way} | {' | '.join(_cell(name, value) for name, value in values.items())} |", flush=True)


def _cell(name: str, value: float) -> str:
    return f"{value:.1f}" if name in _TWO_PLACES else f"{value:.2f}".lstrip("0") if value < 1 else "1"


def _write(model: Model, scores: dict[str, dict[str, dict[str, float]]], people: tuple[int, int, float] | None) -> None:
    card = {
        "model": making.MODEL.name,
        "sha256": hashlib.sha256(making.MODEL.read_bytes()).hexdigest(),
        "licence": "MIT, as all of tth",
        "heard": {"utterances": voices.LEARNT, "rooms each": making.ROOMS, "kept for the scores": voices.KEPT},
        "voices": {name: dataclasses.asdict(one) for name, one in voices.FESTIVAL.items()},
        "recipe": dataclasses.asdict(making.RECIPE),
        "layers": making.SHAPES,
        "labels moved by s": making.LATE,
        "look-ahead ms": {point: round(LipReader(model, live=point == "live").look_ahead_ms, 1) for point in POINTS},
        "scores": scores,
        "people": people and {"told apart": people[0], "of": people[1], "steps agreeing": round(people[2], 3)},
    }
    CARD.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

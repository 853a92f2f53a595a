"""``python -m tools.lipsync data|train|eval|strip|shifts``: each part in its turn."""

from __future__ import annotations

import sys

from tools.lipsync import voices
from tools.lipsync.corpus import kept, save


def data() -> None:
    """Have every voice speak, unless it has spoken already."""
    from tools.lipsync.speaking import speak

    for name, count in {**voices.LEARNT, **voices.KEPT}.items():
        if not kept(name):
            print(f"{name}: {save(name, speak(name, count))} utterances", flush=True)


def train() -> None:
    """Train both networks and write the model."""
    from tools.lipsync.making import make

    make()


def evaluate() -> None:
    """Score the model on voices that it never heard; print the table and write the card beside the model."""
    from tools.lipsync.report import report

    report()


def strip() -> None:
    """Draw the contact strip into the docs."""
    from tools.lipsync.strip import draw
    from tth.face.lipsync.model import Model

    draw(Model.load())


def shifts() -> None:
    """Print by how much the labels of each voice come too early."""
    from tools.lipsync.shifts import shifts
    from tth.face.lipsync.model import Model

    for name, early_s in shifts(Model.load()):
        print(f"{name}: {1000 * early_s:+.1f} ms", flush=True)


PARTS = {"data": data, "train": train, "eval": evaluate, "strip": strip, "shifts": shifts}


def main() -> None:
    """Run the parts that are named."""
    for part in sys.argv[1:]:
        if part not in PARTS:
            sys.exit(f"no part {part!r}; name one or more of {', '.join(PARTS)}")
        PARTS[part]()


if __name__ == "__main__":
    main()

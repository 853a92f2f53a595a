"""A spoken, emotional answer as a film strip."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.gallery.sheets import CLOSE, Pose, Sheet

QUESTION = "Tell me about yourself"
SECONDS = 10.0
EACH_S = 0.2


def strip() -> Sheet:
    """Ten seconds of the offline voice's answer, five pictures a second, with the life that goes on under it."""
    with tempfile.TemporaryDirectory() as folder:
        frames = Path(folder) / "frames.csv"
        command = [
            str(Path(sys.executable).with_name("tth")),
            "ask",
            QUESTION,
            "--profile",
            "offline",
            "--emotion",
            "happy:0.8",
        ]
        subprocess.run([*command, "--frames", str(frames)], check=True, stdout=subprocess.DEVNULL)
        with frames.open(newline="") as file:
            rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    poses = []
    moment = 0.0
    for seconds, *shape in rows:
        if seconds >= moment and moment < SECONDS:
            life = {"mood": "speaking", "seconds": moment + 1, "seed": 11}
            poses.append(Pose(title=f"{seconds:.1f} s", weights=shape, life=life))
            moment += EACH_S
    return Sheet(name="filmstrip", poses=poses, columns=10, side=150, crop=CLOSE)

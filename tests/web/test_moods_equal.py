"""The emotions as Python sends them come back as moods of a file that has nothing else."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tth.core.controls import EmotionLabel
from tth.face.emotions import mood

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("read_moods.mjs")
MOODS = {
    "neutral": {},
    "happy": {"happy": 1},
    "sad": {"sad": 1},
    "angry": {"angry": 1},
    "surprised": {"surprised": 1},
    "fearful": {"surprised": 0.6, "sad": 0.4},
    "disgusted": {"angry": 0.6, "sad": 0.3},
}

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not here")


def shown(rows: Any) -> Any:
    given = json.dumps([np.asarray(row, float).tolist() for row in rows])
    return json.loads(subprocess.run([NODE, SCRIPT], input=given, capture_output=True, text=True, check=True).stdout)


def test_every_emotion_at_full_strength_is_its_mood() -> None:
    for label, found in zip(EmotionLabel, shown(mood(label, 1) for label in EmotionLabel), strict=True):
        for name, amount in found["moods"].items():
            assert amount == pytest.approx(MOODS[label.value].get(name, 0), abs=0.12), (label, name)
        # What surprise opens and fear stretches is all that the mouth shows.
        most = {"surprised": 0.4, "fearful": 0.65}.get(label.value, 0.1)
        assert max(found["vowels"].values()) < most, label


def test_half_an_emotion_is_some_of_its_mood_and_nothing_of_another() -> None:
    for label, found in zip(EmotionLabel, shown(mood(label, 0.5) for label in EmotionLabel), strict=True):
        for name, amount in found["moods"].items():
            whole = MOODS[label.value].get(name, 0)
            assert 0.25 * whole <= amount <= 0.6 * whole + 0.05, (label, name)

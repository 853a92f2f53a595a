"""Writes the numbers that the page's lip reader shares with Python's: ``python -m tools.lips_tables``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from pathlib import Path
from textwrap import fill

import numpy as np

from tth.core.media import MEDIA_RATE_HZ
from tth.face import dominance
from tth.face.blendshapes import NAMES
from tth.face.lipsync import closing, hearing, model, reader
from tth.face.visemes import SHAPES, VISEMES

TABLES = Path(__file__).parents[1] / "tth" / "web" / "js" / "lips" / "tables.js"

_HEAD = """/**
 * Numbers shared with the lip reader in Python, each told where it stands there.
 *
 * Made by `python -m tools.lips_tables`; a test compares.
 */
"""

_HEARING = {
    "rateHz": hearing.RATE_HZ,
    "steps": hearing.STEPS,
    "stepsASecond": hearing.STEPS_A_SECOND,
    "window": hearing.WINDOW,
    "bands": hearing.BANDS,
    "lowHz": hearing._LOW_HZ,
    "highHz": hearing._HIGH_HZ,
    "size": hearing._SIZE,
    "emphasis": hearing._EMPHASIS,
    "floor": hearing._FLOOR,
    "speechDb": hearing._SPEECH_DB,
    "quiet": hearing._QUIET,
    "fall": hearing._FALL,
    "priorSteps": hearing._PRIOR_STEPS,
    "memorySteps": hearing._MEMORY_STEPS,
}
_MODEL = {"format": model.FORMAT, "points": model.POINTS, "detectors": model.DETECTORS}
_CLOSING = {
    "apart": closing.APART[0],
    "from": closing._FROM,
    "to": closing._TO,
    "rival": closing._RIVAL,
    "holdFrames": closing._HOLD_FRAMES,
    "release": closing._RELEASE,
}
_READER = {
    "mediaRateHz": MEDIA_RATE_HZ,
    "framesASecond": reader.FRAMES_A_SECOND,
    "frameUnits": reader.FRAME_UNITS,
    "behind": reader._BEHIND,
    "ahead": reader._AHEAD,
    "nearFrom": reader._NEAR.start,
    "nearTo": reader._NEAR.stop,
    "quietPower": reader._QUIET_POWER,
    "quietSteps": reader._QUIET_STEPS,
    "quietDb": reader._QUIET_DB,
    "loudDb": reader._LOUD_DB,
    "least": reader._LEAST,
    "more": reader._MORE,
}


def tables() -> str:
    """The module as it must stand."""
    return _HEAD + "".join(f"\n{part}" for part in _parts())


def _parts() -> Iterator[str]:
    yield _numbers("tth/face/lipsync/hearing.py", "HEARING", _HEARING)
    yield _numbers("tth/face/lipsync/model.py", "MODEL", _MODEL)
    yield _numbers("tth/face/lipsync/closing.py", "CLOSING", _CLOSING)
    yield _numbers("tth/face/lipsync/reader.py", "READER", _READER)
    yield _matrix("How strongly each step around a pose pulls each of the groups.", "PULLS", reader._KERNEL)
    yield _list("tth/face/visemes.py", "VISEMES", [dumps(name) for name in VISEMES])
    yield _list("tth/face/dominance.py", "GROUPS", [dumps(name) for name in dominance.GROUPS])
    yield _list("The group of each of the 52 weights.", "GROUP_OF", [str(group) for group in dominance._OF])
    opening = [str(place) for place in np.flatnonzero(dominance._OPEN)]
    yield _list("Places of the weights that loudness scales.", "OPENING", opening)
    shapes = "".join(_shape(name) for name in VISEMES)
    yield f"/** Each viseme at full strength: tth/face/visemes.py. */\nexport const SHAPES = {{\n{shapes}}};\n"


def _numbers(source: str, name: str, values: Mapping[str, object]) -> str:
    lines = "".join(f"  {key}: {_value(value)},\n" for key, value in values.items())
    return f"/** {source} */\nexport const {name} = {{\n{lines}}};\n"


def _value(value: object) -> str:
    return dumps(value) if isinstance(value, (str, tuple)) else _number(value)


def _number(value: object) -> str:
    # NumPy writes a float32 with as many digits as tell it from its neighbours.
    return str(value).removesuffix(".0")


def _matrix(told: str, name: str, matrix: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> str:
    # Computed with sines, whose last digit is another on another processor.
    rows = (_wrapped(", ".join(_number(round(float(value), 6)) for value in row) + ",", "    ") for row in matrix)
    inner = "".join(f"  [\n{row}\n  ],\n" for row in rows)
    return f"/** {told} */\nexport const {name} = [\n{inner}];\n"


def _list(told: str, name: str, items: Sequence[str]) -> str:
    inner = _wrapped(", ".join(items) + ",", "  ")
    return f"/** {told} */\nexport const {name} = [\n{inner}\n];\n"


def _shape(viseme: str) -> str:
    weights = {name: value for name, value in zip(NAMES, SHAPES[viseme], strict=True) if value}
    if not weights:
        return f"  {viseme}: {{}},\n"
    inner = ", ".join(f"{name}: {_number(value)}" for name, value in weights.items())
    return f"  {viseme}: {{\n{_wrapped(inner + ',', '    ')}\n  }},\n"


def _wrapped(text: str, indent: str) -> str:
    # A key and its number stay together.
    glued = text.replace(": ", ":\0")
    return fill(glued, 120, initial_indent=indent, subsequent_indent=indent, break_long_words=False).replace("\0", " ")


if __name__ == "__main__":
    TABLES.write_text(tables(), encoding="utf-8")
